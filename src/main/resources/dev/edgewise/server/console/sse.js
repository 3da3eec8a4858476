/**
 * Parses an event stream as it arrives, by the rules of the WHATWG text: lines end with LF, CR or both, a blank line
 * ends an event, comments are signs of life.
 */
export class EventStreamParser {
  #rest = "";
  #afterReturn = false;
  #id = "";
  #type = "";
  #data = [];

  /**
   * @param {(event: {id: string, type: string, data: string}) => void} onEvent
   * @param {(millis: number) => void} onRetry what the server wants a reader to wait before it comes back
   */
  constructor(onEvent, onRetry = () => {}) {
    this.onEvent = onEvent;
    this.onRetry = onRetry;
  }

  push(text) {
    if (this.#afterReturn && text.startsWith("\n")) {
      text = text.slice(1);
    }
    if (text === "") {
      return;
    }
    this.#afterReturn = text.endsWith("\r");
    const lines = (this.#rest + text).split(/\r\n|\n|\r/);
    this.#rest = lines.pop();
    lines.forEach((line) => this.#line(line));
  }

  #line(line) {
    if (line === "") {
      this.#dispatch();
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) {
      return;
    }
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (field === "data") {
      this.#data.push(value);
    } else if (field === "event") {
      this.#type = value;
    } else if (field === "id" && !value.includes("\0")) {
      this.#id = value;
    } else if (field === "retry" && /^\d+$/.test(value)) {
      this.onRetry(Number(value));
    }
  }

  #dispatch() {
    if (this.#data.length > 0) {
      this.onEvent({ id: this.#id, type: this.#type || "message", data: this.#data.join("\n") });
    }
    this.#type = "";
    this.#data = [];
  }
}
