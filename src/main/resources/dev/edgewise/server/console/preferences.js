const KEY = "edgewise.console";

const DEFAULTS = {
  theme: "system",
  wordsPerMinute: 160,
  // none yet; the empty text is no voice at all
  voice: null,
  rate: 1,
  threshold: -42,
  attack: 60,
  hangover: 600,
  recognise: true,
  typingInterrupts: "key",
};

/** What the user has chosen for this browser. Nothing secret is in it. */
export class Preferences {
  #values;

  constructor(storage) {
    this.storage = storage;
    try {
      this.#values = { ...DEFAULTS, ...JSON.parse(storage.getItem(KEY) ?? "{}") };
    } catch {
      this.#values = { ...DEFAULTS };
    }
  }

  get(name) {
    return this.#values[name];
  }

  set(name, value) {
    this.#values[name] = value;
    this.storage.setItem(KEY, JSON.stringify(this.#values));
  }
}
