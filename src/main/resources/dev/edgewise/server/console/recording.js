import { Model } from "./model.js";

/**
 * A recording of a session as the service writes it: one JSON object a line, the first of which is its header. Reads it
 * and plays it again in the page.
 */
export class Recording {
  constructor(header, lines) {
    this.header = header;
    this.lines = lines;
  }

  /**
   * Reads a recording.
   * @throws Error which says what is wrong with which line
   */
  static parse(text) {
    const lines = text.split("\n").flatMap((line, index) => {
      if (line.trim() === "") {
        return [];
      }
      try {
        return [JSON.parse(line)];
      } catch {
        throw new Error(`Line ${index + 1} is not JSON`);
      }
    });
    const header = lines.shift();
    if (header?.recording !== 1) {
      throw new Error("This is not a recording of version 1: its first line must have \"recording\": 1");
    }
    let last = null;
    const timed = lines.map((line) => {
      const at = Date.parse((line.frame ?? line.decision ?? line.protection ?? line.policy)?.at);
      last = Number.isNaN(at) ? last : at;
      return { ...line, at: last };
    });
    return new Recording(header, timed);
  }

  get from() {
    return this.lines.find((line) => line.at !== null)?.at ?? 0;
  }

  get to() {
    return this.lines.reduce((latest, line) => Math.max(latest, line.at ?? 0), this.from);
  }

  /** The routes that have a generation in it. */
  get routes() {
    return [...new Set(this.lines.flatMap((line) => line.frame?.route ?? line.generation?.route ?? []))];
  }
}

/** Plays a recording forwards, and begins anew to go back. */
export class Replay {
  model = new Model();
  #recording;
  #next = 0;
  #time = -Infinity;

  constructor(recording) {
    this.#recording = recording;
  }

  /**
   * Goes to a time.
   * @returns what has been added since the time before; after a step back everything, and restarted is true
   */
  seek(time) {
    const restarted = time < this.#time;
    if (restarted) {
      this.model = new Model();
      this.#next = 0;
    }
    this.#time = time;
    const added = { restarted, frames: [], decisions: [] };
    const { lines } = this.#recording;
    for (; this.#next < lines.length && (lines[this.#next].at ?? 0) <= time; this.#next++) {
      const line = lines[this.#next];
      if (line.decision) {
        this.model.decide(line.decision);
        added.decisions.push(line.decision);
      } else if (line.frame || line.gap?.from !== undefined) {
        const frame = line.frame ?? { type: "StreamGap", ...line.gap };
        this.model.apply(frame);
        added.frames.push(frame);
      }
    }
    return added;
  }
}

/** Has the browser save a text. */
export function save(name, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/x-ndjson" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1_000);
}
