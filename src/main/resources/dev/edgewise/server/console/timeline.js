import { phrase, span } from "./conversation.js";
import { svg, html } from "./dom.js";
import { isSpeaking, stateOf } from "./model.js";
import { countWords } from "./text.js";

const AXIS = 22;
const USER = 38;
const ROW = 46;
const BAR = 14;
const DECISIONS = 62;
const PAD = 6;
const LEAD = 2_000;

/**
 * When who spoke: a lane for the user, one for each route and one for the decisions. A generation is a bar, hatched
 * where it was paused, with a line beneath it for as long as it was being heard; a red end is where it was cut off, with
 * the time that silence took, and the dots behind it are its clean-up.
 */
export class Timeline {
  #box;
  #labels;
  #canvas;
  #spacer;
  #rows;
  #model = null;
  #routes = [];
  #now = 0;
  #perMilli = 0.05;
  #follow = true;

  /**
   * @param {HTMLElement} box scrolls
   * @param {HTMLElement} labels names the lanes
   * @param {HTMLElement} rows the body of the table that says the same
   */
  constructor(box, labels, rows) {
    this.#box = box;
    this.#labels = labels;
    this.#rows = rows;
    this.#canvas = svg("svg", { class: "canvas", role: "img", "aria-label": "Timeline; the table below says the same" });
    this.#spacer = html("div", { class: "spacer" });
    box.append(this.#canvas, this.#spacer);
    box.addEventListener("scroll", () => {
      this.#follow = box.scrollLeft + box.clientWidth >= box.scrollWidth - 40;
      this.#draw();
    });
    new ResizeObserver(() => this.#draw()).observe(box);
  }

  /** How many pixels a second takes. */
  set scale(pixels) {
    this.#perMilli = pixels / 1_000;
    this.#follow = true;
    this.#draw();
  }

  /** Shows a model at a time. */
  show(model, routes, now) {
    this.#model = model;
    this.#routes = [...new Set([...routes, ...[...model.generations.values()].map((generation) => generation.route)])];
    this.#now = now;
    this.#draw();
  }

  /** Fills the table. */
  tabulate(model) {
    const generations = [...model.generations.values()].slice(-50);
    this.#rows.replaceChildren(...generations.map((generation) => row(generation)));
  }

  get #start() {
    return (this.#model.firstAt ?? this.#now) - LEAD;
  }

  #draw() {
    if (!this.#model) {
      return;
    }
    const lanes = this.#lanes();
    const height = lanes.at(-1).bottom + PAD;
    const width = this.#box.clientWidth;
    const total = Math.max(width, (this.#now - this.#start) * this.#perMilli + 90);
    this.#spacer.style.width = `${total}px`;
    if (this.#follow) {
      this.#box.scrollLeft = total - width;
    }
    this.#canvas.setAttribute("width", width);
    this.#canvas.setAttribute("height", height);
    this.#canvas.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const left = this.#box.scrollLeft;
    const x = (time) => Math.round(((time - this.#start) * this.#perMilli - left) * 10) / 10;
    const seen = { x, from: this.#start + left / this.#perMilli, to: this.#start + (left + width) / this.#perMilli };
    this.#canvas.replaceChildren(
      hatching(),
      ...this.#axis(seen, width, height),
      ...lanes.flatMap((lane) => [
        svg("line", { class: "divider", x1: 0, x2: width, y1: lane.bottom, y2: lane.bottom }),
        ...lane.draw(seen, lane),
      ]),
      svg("line", { class: "now", x1: x(this.#now), x2: x(this.#now), y1: AXIS - 4, y2: height }),
    );
    this.#label(lanes);
  }

  #lanes() {
    let top = AXIS;
    const lane = (name, size, draw, more = {}) => {
      const made = { name, top, bottom: top + size, draw, ...more };
      top += size;
      return made;
    };
    return [
      lane("You", USER, (seen, self) => this.#drawUser(seen, self)),
      ...this.#routes.map((route) => {
        const rows = rowsOf([...this.#model.generations.values()].filter((generation) => generation.route === route));
        return lane(route, Math.max(1, rows.length) * ROW + 2 * PAD, (seen, self) => this.#drawRoute(seen, self, rows));
      }),
      lane("Decisions", DECISIONS, (seen, self) => this.#drawDecisions(seen, self)),
    ];
  }

  #label(lanes) {
    const signature = lanes.map((lane) => `${lane.name}/${lane.bottom}`).join();
    if (this.#labels.dataset.signature !== signature) {
      this.#labels.dataset.signature = signature;
      this.#labels.replaceChildren(
        ...lanes.map((lane) => {
          const label = html("li", { title: lane.name }, html("span", {}, lane.name));
          label.style.top = `${lane.top}px`;
          label.style.height = `${lane.bottom - lane.top}px`;
          return label;
        }),
      );
      this.#labels.style.height = `${lanes.at(-1).bottom + PAD}px`;
    }
  }

  #axis(seen, width, height) {
    const step = [1, 2, 5, 10, 30, 60].find((seconds) => seconds * 1_000 * this.#perMilli >= 70) ?? 120;
    const zero = this.#model.firstAt ?? this.#now;
    const first = Math.max(0, Math.ceil((seen.from - zero) / 1_000 / step) * step);
    const marks = [];
    for (let second = first; zero + second * 1_000 <= seen.to; second += step) {
      const at = seen.x(zero + second * 1_000);
      marks.push(
        svg("line", { class: "grid", x1: at, x2: at, y1: AXIS - 4, y2: height }),
        svg("text", { class: "tick", x: at + 3, y: 13 }, clock(second)),
      );
    }
    return marks;
  }

  #drawUser({ x, from, to }, lane) {
    const middle = (lane.top + lane.bottom) / 2;
    const segments = this.#model.speech
      .filter((segment) => (segment.to ?? this.#now) >= from && segment.from <= to)
      .map((segment) => {
        const end = Math.max(x(segment.to ?? this.#now), x(segment.from) + 4);
        return svg(
          "g",
          {},
          svg("title", {}, `You spoke${segment.words.length > 0 ? `: ${segment.words.at(-1).text}` : ""}`),
          svg("rect", { class: "speech", x: x(segment.from), y: middle - 7, width: end - x(segment.from), height: 14, rx: 4 }),
        );
      });
    const words = this.#model.turns
      .filter((turn) => turn.kind === "user" && turn.at <= to && turn.at >= from - 10_000)
      .map((turn, index, turns) => {
        const room = index + 1 < turns.length ? x(turns[index + 1].at) - x(turn.at) - 14 : Infinity;
        const text = shorten(turn.text, Math.min(28, Math.floor(room / 6)));
        return svg("text", { class: "said", x: x(turn.at) + 8, y: middle + 4 }, text);
      });
    return [...segments, ...words];
  }

  #drawRoute({ x, from, to }, lane, rows) {
    return rows.flatMap((generations, index) => {
      const y = lane.top + PAD + index * ROW + BAR;
      return generations
        .filter((generation) => this.#endOf(generation) >= from - 8_000 && generation.startedAt <= to)
        .map((generation) => this.#bar(generation, x, y));
    });
  }

  #endOf(generation) {
    const end = generation.endedAt ?? this.#now;
    return Math.max(end, generation.cut?.at ?? 0, generation.spokenTo ?? 0, isSpeaking(generation) ? this.#now : 0);
  }

  #bar(generation, x, y) {
    const state = stateOf(generation);
    const start = x(generation.startedAt);
    const end = Math.max(start + 3, x(generation.endedAt ?? this.#now));
    const parts = [
      svg("title", {}, summary(generation)),
      svg("rect", { class: "made", x: start, y, width: end - start, height: 16, rx: 3 }),
      ...generation.pauses.map((pause) => {
        const to = Math.max(x(pause.from) + 2, x(pause.to ?? this.#now));
        return svg("rect", { class: "paused", x: x(pause.from), y, width: to - x(pause.from), height: 16 });
      }),
      ...generation.tools.map((tool) => svg("circle", { class: "tool", cx: x(tool.at), cy: y + 8, r: 3 })),
    ];
    if (generation.spokenFrom !== undefined) {
      const to = isSpeaking(generation) && !generation.paused ? this.#now : generation.spokenTo;
      const width = Math.max(2, x(to) - x(generation.spokenFrom));
      parts.push(svg("rect", { class: "heard", x: x(generation.spokenFrom), y: y + 19, width, height: 4, rx: 2 }));
    }
    if (generation.cut) {
      const at = x(generation.cut.at);
      parts.push(svg("rect", { class: "cut", x: at - 1.5, y: y - BAR, width: 3, height: BAR + 25, rx: 1 }));
      if (generation.cleaned) {
        const to = Math.max(at + 8, x(generation.cleaned.at));
        parts.push(svg("line", { class: "cleanup", x1: at + 4, x2: to, y1: y + 21, y2: y + 21 }));
      }
      if (generation.silence) {
        parts.push(svg("text", { class: "silence", x: at + 5, y: y - 4 }, span(generation.silence)));
      }
    }
    return svg("g", { class: `bar ${state}` }, ...parts);
  }

  #drawDecisions({ x, from, to }, lane) {
    let next = -Infinity;
    const free = [-Infinity, -Infinity];
    return this.#model.decisions
      .filter((decision) => decision.time >= from - 5_000 && decision.time <= to)
      .map((decision) => {
        const at = Math.max(x(decision.time), next);
        next = at + 9;
        const label = phrase(decision.rule);
        const line = free.findIndex((end) => at - 6 >= end);
        if (line >= 0) {
          free[line] = at + label.length * 6 + 12;
        }
        return svg(
          "g",
          { class: `decision ${decision.verdict.toLowerCase()}` },
          svg("title", {}, describe(decision)),
          svg("path", { d: `M${at} ${lane.top + 6}l6 6l-6 6l-6-6z` }),
          line >= 0 && svg("text", { x: at - 6, y: lane.top + 32 + line * 15 }, label),
        );
      });
  }
}

/** A decision in a line. */
export function describe(decision) {
  const words = decision.evidence?.user?.transcript;
  return `${decision.verdict} by ${phrase(decision.rule)}: ${decision.cause}${words ? ` “${words}”` : ""}, policy ${decision.policy}`;
}

/** Puts generations that ran at the same time into rows of their own. */
export function rowsOf(generations) {
  const rows = [];
  for (const generation of generations) {
    const end = (other) => other.cut?.at ?? other.endedAt ?? Infinity;
    const row = rows.find((others) => end(others.at(-1)) <= generation.startedAt);
    if (row) {
      row.push(generation);
    } else {
      rows.push([generation]);
    }
  }
  return rows;
}

function hatching() {
  return svg(
    "defs",
    {},
    svg(
      "pattern",
      { id: "hatching", width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
      svg("rect", { class: "hatch-ground", width: 6, height: 6 }),
      svg("rect", { class: "hatch", width: 2.5, height: 6 }),
    ),
  );
}

function summary(generation) {
  const heard = countWords(generation.text.slice(0, generation.heard));
  const silence = generation.silence ? `, silent after ${span(generation.silence)}` : "";
  return `${generation.id}: ${stateOf(generation)}, heard ${heard} of ${countWords(generation.text)} words${silence}`;
}

function row(generation) {
  const millis = (value) => (value === null || value === undefined ? "–" : `${Math.round(value)} ms`);
  const paused = generation.pauses.reduce((sum, pause) => sum + ((pause.to ?? pause.from) - pause.from), 0);
  const cleaned = generation.cleaned;
  const cells = [
    generation.route,
    generation.id,
    stateOf(generation),
    generation.endedAt === null ? "–" : `${((generation.endedAt - generation.startedAt) / 1_000).toFixed(1)} s`,
    generation.pauses.length === 0 ? "–" : millis(paused),
    `${countWords(generation.text.slice(0, generation.heard))} / ${countWords(generation.text)}`,
    generation.silence ? span(generation.silence) : "–",
    cleaned ? (cleaned.stuck ? "stuck" : millis(cleaned.at - generation.cut.at)) : "–",
  ];
  const names = ["route", "id", "state", "lasted", "paused", "heard", "silence", "cleaned"];
  return html(
    "tr",
    { "data-generation": generation.id },
    ...cells.map((cell, index) => html(index === 0 ? "th" : "td", { class: names[index], scope: index === 0 && "row" }, cell)),
  );
}

function clock(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function shorten(text, length) {
  return text.length <= length ? text : length > 3 ? `${text.slice(0, length - 1)}…` : "";
}
