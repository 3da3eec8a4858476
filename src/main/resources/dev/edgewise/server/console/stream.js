import { EventStreamParser } from "./sse.js";

/** Three heartbeats: a connection that is silent for longer has died without a word. */
const SILENCE = 45_000;
const LONGEST_WAIT = 15_000;

/**
 * Reads the frames of a session, each once and in order, and comes back by itself when the connection is lost. It reads
 * by fetch and not by EventSource, which can send no key, tells no status, and gives up for good after an error.
 *
 * States: connecting, live, lost (with the time of the next try), closed, gone, locked.
 */
export class Stream {
  #open;
  #onFrame;
  #onState;
  #after = 0;
  #retry = 1_000;
  #failures = 0;
  #attempt = null;
  #wake = null;
  #stopped = false;
  #ended = false;

  /**
   * @param {(after: number, signal: AbortSignal) => Promise<Response>} open opens the stream behind a frame
   * @param {(frame: object) => void} onFrame
   * @param {(state: {name: string, at?: number, missed?: boolean}) => void} onState
   */
  constructor(open, onFrame, onState) {
    this.#open = open;
    this.#onFrame = onFrame;
    this.#onState = onState;
  }

  /** The number of the last frame that was read. */
  get last() {
    return this.#after;
  }

  async run() {
    while (!this.#stopped) {
      const wait = await this.#read();
      if (this.#stopped || wait === null) {
        return;
      }
      this.#onState({ name: "lost", at: Date.now() + wait });
      await this.#sleep(wait);
    }
  }

  /** Tries again now, whatever is being waited for; what is open is opened anew. */
  retryNow() {
    this.#failures = 0;
    this.#attempt?.abort();
    this.#wake?.();
  }

  /** Says that there is no network, so that nobody waits for a time-out to find out. */
  interrupt() {
    this.#attempt?.abort();
  }

  stop() {
    this.#stopped = true;
    this.#attempt?.abort();
    this.#wake?.();
  }

  /** Reads until the connection ends. Answers how long to wait before the next one; null if there will be none. */
  async #read() {
    const attempt = new AbortController();
    this.#attempt = attempt;
    let watch;
    const alive = () => {
      clearTimeout(watch);
      watch = setTimeout(() => attempt.abort(), SILENCE);
    };
    try {
      this.#onState({ name: "connecting" });
      alive();
      const response = await this.#open(this.#after, attempt.signal);
      const final = { 204: "closed", 410: "closed", 404: "gone", 401: "locked", 403: "locked" }[response.status];
      if (final) {
        this.#onState({ name: final });
        return null;
      }
      if (!response.ok || !response.headers.get("Content-Type")?.startsWith("text/event-stream")) {
        return Math.max(this.#backOff(), 1_000 * Number(response.headers.get("Retry-After") ?? 0));
      }
      this.#onState({ name: "live" });
      const parser = new EventStreamParser((event) => this.#frame(event), (millis) => (this.#retry = millis));
      const decoder = new TextDecoder();
      const reader = response.body.getReader();
      for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
        alive();
        this.#failures = 0;
        parser.push(decoder.decode(chunk.value, { stream: true }));
      }
    } catch {
      // lost, or never there
    } finally {
      clearTimeout(watch);
    }
    if (this.#ended) {
      this.#onState({ name: "closed" });
      return null;
    }
    return this.#backOff();
  }

  #frame({ id, type, data }) {
    const sequence = Number(id);
    if (type === "StreamGap") {
      // also when the numbers begin anew, because the session does
      this.#after = sequence;
    } else if (sequence <= this.#after) {
      return;
    }
    this.#after = sequence;
    this.#ended = type === "SessionClosed";
    this.#onFrame(JSON.parse(data));
  }

  #backOff() {
    const wait = Math.min(LONGEST_WAIT, this.#retry * 2 ** this.#failures++);
    return wait * (0.75 + Math.random() / 2);
  }

  #sleep(millis) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, millis);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
