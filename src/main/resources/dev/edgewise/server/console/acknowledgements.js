/**
 * Tells the service what has been spoken: one post at a time, in order, each with all that has come since the one
 * before. What could not be told is told later.
 */
export class Acknowledgements {
  #post;
  #pending = new Map();
  #told = new Map();
  #sending = false;
  #timer = null;

  /**
   * @param {(events: object[]) => Promise<unknown>} post
   * @param {number} interval how long words are gathered before they are told, in milliseconds
   */
  constructor(post, interval = 200) {
    this.#post = post;
    this.interval = interval;
  }

  /**
   * Takes note of what was spoken.
   * @param {string} generation
   * @param {number} position behind the last character
   * @param {?string} text the text, if it was spoken by a voice, which tells words; a reader tells its position
   */
  spoken(generation, position, text) {
    this.#pending.set(generation, { position, text });
    this.#timer ??= setTimeout(() => this.flush(), this.interval);
  }

  /** Takes note of what was heard before this page began to tell it. */
  known(generation, position) {
    this.#told.set(generation, Math.max(position, this.#told.get(generation) ?? 0));
  }

  /** Tells what there is to tell, now. */
  async flush() {
    clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#sending || this.#pending.size === 0) {
      return;
    }
    this.#sending = true;
    const batch = [...this.#pending];
    this.#pending.clear();
    try {
      const events = batch.flatMap(([generation, spoken]) => this.#event(generation, spoken));
      if (events.length > 0) {
        await this.#post(events);
      }
      batch.forEach(([generation, { position }]) => this.known(generation, position));
    } catch (error) {
      if (!error.status) {
        batch.filter(([id]) => !this.#pending.has(id)).forEach(([id, spoken]) => this.#pending.set(id, spoken));
      }
    } finally {
      this.#sending = false;
    }
    if (this.#pending.size > 0) {
      this.#timer ??= setTimeout(() => this.flush(), this.interval);
    }
  }

  #event(generation, { position, text }) {
    const told = this.#told.get(generation) ?? 0;
    if (position <= told) {
      return [];
    }
    if (text === null) {
      return [{ type: "PlaybackProgress", generation, characters: position }];
    }
    return [{ type: "AgentSpeechSent", generation, content: text.slice(told, position) }];
  }
}
