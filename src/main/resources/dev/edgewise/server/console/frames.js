import { phrase } from "./conversation.js";
import { html } from "./dom.js";
import { describe } from "./timeline.js";

const MOST = 2_000;

/** The frames as they come, and the decisions between them; filtered by kind and by text. */
export class FramesView {
  #list;
  #count;
  #rows = [];
  #added = [];
  #filter = { text: "", kinds: new Set(KINDS.map((kind) => kind.id)) };

  constructor(list, count) {
    this.#list = list;
    this.#count = count;
  }

  clear() {
    this.#rows = [];
    this.#added = [];
    this.#list.replaceChildren();
    this.#tell();
  }

  add(frame) {
    this.#push(kindOf(frame), frame.sequence ?? "", frame.at, frame.type, gist(frame), frame);
  }

  decide(decision) {
    this.#push("decision", decision.sequence, decision.at, decision.verdict, describe(decision), decision);
  }

  /** Shows what has been added since. */
  update() {
    if (this.#added.length === 0) {
      return;
    }
    const box = this.#list.parentElement;
    const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 40;
    this.#list.append(...this.#added.map((row) => row.element));
    this.#added = [];
    for (const row of this.#rows.splice(0, Math.max(0, this.#rows.length - MOST))) {
      row.element.remove();
    }
    this.#tell();
    if (atEnd) {
      box.scrollTop = box.scrollHeight;
    }
  }

  filter(text, kinds) {
    this.#filter = { text: text.trim().toLowerCase(), kinds: new Set(kinds) };
    this.#rows.forEach((row) => (row.element.hidden = !this.#shows(row)));
    this.#tell();
  }

  #push(kind, sequence, at, type, text, value) {
    const element = html(
      "li",
      { "data-kind": kind, "data-sequence": sequence, "data-type": type },
      html(
        "details",
        {},
        html(
          "summary",
          {},
          html("span", { class: "sequence" }, String(sequence)),
          html("time", { datetime: at }, at ? at.slice(11, 23) : ""),
          html("span", { class: "type" }, kind === "decision" ? `${phrase(type)}` : type),
          html("span", { class: "gist" }, text),
        ),
      ),
    );
    const details = element.firstChild;
    details.addEventListener(
      "toggle",
      () => details.append(html("pre", { tabindex: 0 }, JSON.stringify(value, null, 2))),
      { once: true },
    );
    const row = { element, kind, text: `${type} ${JSON.stringify(value)}`.toLowerCase() };
    element.hidden = !this.#shows(row);
    this.#rows.push(row);
    this.#added.push(row);
  }

  #shows(row) {
    return this.#filter.kinds.has(row.kind) && row.text.includes(this.#filter.text);
  }

  #tell() {
    const shown = this.#rows.filter((row) => !row.element.hidden).length;
    this.#count.textContent = shown === this.#rows.length ? `${shown}` : `${shown} of ${this.#rows.length}`;
  }
}

/** The kinds of frames, for the filter. */
export const KINDS = [
  { id: "user", label: "User" },
  { id: "words", label: "Words" },
  { id: "generation", label: "Generations" },
  { id: "playback", label: "Playback" },
  { id: "decision", label: "Decisions" },
  { id: "other", label: "Other" },
];

export function kindOf(frame) {
  if (frame.type === "AgentResponse") {
    return "words";
  }
  if (/^AgentGeneration|^AgentSpeech(Interrupted|Paused|Resumed)$/.test(frame.type)) {
    return "generation";
  }
  if (/^(AgentSpeechSent|PlaybackProgress|AgentStartedSpeaking|AgentStoppedSpeaking)$/.test(frame.type)) {
    return "playback";
  }
  return /^User|^DTMFInput$|^CustomReceived$/.test(frame.type) ? "user" : "other";
}

/** What a frame says beside its envelope. */
function gist(frame) {
  const { sequence, at, type, route, ...fields } = frame;
  if (typeof fields.content === "string") {
    return `“${fields.content}”`;
  }
  return Object.entries(fields)
    .map(([name, value]) => `${name} ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(" · ");
}
