import { html } from "./dom.js";
import { stateOf } from "./model.js";
import { countWords } from "./text.js";

const REASONS = {
  EVENT: "Cut off",
  REPLACED: "Replaced by a new answer",
  EMERGENCY: "Emergency stop",
  CLIENT_DISCONNECTED: "Nobody listened any more",
  SESSION_CLOSED: "The session was closed",
  SESSION_EXPIRED: "The session expired",
  TIMEOUT: "It took too long",
  SHUTDOWN: "The service shut down",
};

/**
 * The conversation as the user heard it: words turn dark as they are spoken, what was not heard of an answer that was
 * cut off is struck through.
 */
export class ConversationView {
  #list;
  #empty;
  #say;
  #items = new Map();
  #told = new Map();

  /**
   * @param {HTMLElement} list
   * @param {HTMLElement} empty what is shown while there is nothing
   * @param {(text: string) => void} say tells those who do not see the page
   */
  constructor(list, empty, say) {
    this.#list = list;
    this.#empty = empty;
    this.#say = say;
  }

  clear() {
    this.#items.clear();
    this.#told.clear();
    this.#list.replaceChildren();
    this.#empty.hidden = false;
  }

  /** Shows the turns that have changed. */
  update(turns, quiet = false) {
    if (turns.length === 0) {
      return;
    }
    const box = this.#list.parentElement;
    const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 60;
    for (const turn of turns) {
      const item = this.#render(turn);
      const before = this.#items.get(turn.id);
      if (!item) {
        before?.remove();
        this.#items.delete(turn.id);
      } else if (before) {
        before.replaceWith(item);
        this.#items.set(turn.id, item);
      } else {
        this.#list.append(item);
        this.#items.set(turn.id, item);
      }
      if (!quiet) {
        this.#tell(turn);
      }
    }
    this.#empty.hidden = this.#items.size > 0;
    if (atEnd) {
      box.scrollTop = box.scrollHeight;
    }
  }

  #render(turn) {
    if (turn.kind === "note") {
      return html("li", { class: "turn note" }, html("p", {}, turn.text));
    }
    if (turn.kind === "user") {
      return html(
        "li",
        { class: `turn user${turn.interim ? " interim" : ""}` },
        html("p", { class: "who" }, "You"),
        html("p", { class: "words" }, turn.text),
      );
    }
    return this.#renderAgent(turn.generation);
  }

  #renderAgent(generation) {
    const state = stateOf(generation);
    const heard = generation.text.slice(0, generation.heard);
    const rest = generation.text.slice(generation.heard);
    if (generation.text === "" && state === "complete") {
      return null;
    }
    const words = html("p", { class: "words" });
    if (heard) {
      words.append(html("span", { class: "heard" }, heard));
    }
    if (generation.text === "" && state === "running") {
      words.append(html("span", { class: "thinking", role: "img", "aria-label": "The agent is about to speak" }));
    } else if (rest.trim() && state === "interrupted") {
      const unheard = rest.trim();
      const [before, after] = rest.split(unheard);
      words.append(before, html("del", { class: "unheard" }, unheard), after);
    } else if (rest && state !== "interrupted") {
      words.append(html("span", { class: "ahead" }, rest));
    }
    return html(
      "li",
      { class: "turn agent", "data-generation": generation.id, "data-state": state },
      html("p", { class: "who" }, "Agent ", html("span", { class: "route" }, generation.route)),
      words,
      fateOf(generation, state),
    );
  }

  /** A sentence at the end of each turn, and not each word. */
  #tell(turn) {
    if (turn.kind === "note") {
      this.#say(turn.text);
    } else if (turn.kind === "agent") {
      const state = stateOf(turn.generation);
      if (this.#told.get(turn.id) === state) {
        return;
      }
      this.#told.set(turn.id, state);
      const { text, heard } = turn.generation;
      if (state === "interrupted" && text) {
        this.#say(`Agent, cut off: ${text.slice(0, heard) || "nothing was heard"}`);
      } else if (text && turn.generation.outcome === "complete" && this.#told.get(`${turn.id}/text`) !== text) {
        this.#told.set(`${turn.id}/text`, text);
        this.#say(`Agent: ${text}`);
      } else if (state === "failed") {
        this.#say(`The agent failed: ${turn.generation.error}`);
      }
    }
  }
}

function fateOf(generation, state) {
  if (state === "failed") {
    return html("p", { class: "fate failed" }, `Failed – ${generation.error}`);
  }
  if (state === "paused") {
    const rule = generation.pauses.at(-1)?.rule ?? "";
    return html("p", { class: "fate paused" }, `Paused – is this an interruption? (${phrase(rule)})`);
  }
  if (state !== "interrupted") {
    return null;
  }
  const total = countWords(generation.text);
  const fate = html(
    "p",
    { class: "fate cut" },
    html("strong", {}, REASONS[generation.cut.reason] ?? generation.cut.reason),
    total === 0
      ? " before a word was said"
      : ` – heard ${countWords(generation.text.slice(0, generation.heard))} of ${total} ${total === 1 ? "word" : "words"}`,
  );
  if (generation.cut.discarded > 0) {
    fate.append(`, ${generation.cut.discarded} more thrown away`);
  }
  if (generation.silence) {
    fate.append(`, silent after ${span(generation.silence)}`);
  }
  return fate;
}

/** How long silence took; the service's times have no fractions of a millisecond. */
export function span({ millis, from }) {
  return millis === 0 && from === "service" ? "< 1 ms" : `${millis} ms`;
}

/** A name of a rule as words. */
export function phrase(rule) {
  return rule.toLowerCase().replaceAll("_", " ");
}
