import { sentenceLength, wordsLength } from "./text.js";

/**
 * Speaks what agents say, in the order in which they began, piece by piece, and tells how far it has come. What it
 * speaks with is an engine: the browser's voice, or a reader that makes no sound.
 */
export class Speaker {
  #engine;
  #onProgress;
  #queue = [];
  #playing = null;
  #active = false;

  /** @param {(generation: string, position: number) => void} onProgress */
  constructor(engine, onProgress) {
    this.#engine = engine;
    this.#onProgress = onProgress;
  }

  /** Whether this page is the one that speaks. */
  set active(active) {
    this.#active = active;
    if (active) {
      this.#next();
    } else {
      this.#halt();
    }
  }

  set engine(engine) {
    this.#halt();
    this.#engine = engine;
    this.#next();
  }

  /** Adds to what a generation says. */
  add(generation, content, position = 0) {
    let entry = this.#find(generation);
    if (!entry) {
      entry = { generation, text: "", position, complete: false, held: false };
      this.#queue.push(entry);
    }
    entry.text += content;
    this.#next();
  }

  /** Takes note that a generation says nothing more. */
  finish(generation) {
    const entry = this.#find(generation);
    if (entry) {
      entry.complete = true;
      this.#next();
    }
  }

  /** Stands still in a generation, or before it. */
  hold(generation) {
    const entry = this.#find(generation);
    if (entry) {
      entry.held = true;
      if (this.#playing?.entry === entry) {
        this.#playing.handle.pause();
      }
    }
  }

  release(generation) {
    const entry = this.#find(generation);
    if (entry?.held) {
      entry.held = false;
      if (this.#playing?.entry === entry) {
        this.#playing.handle.resume();
      }
      this.#next();
    }
  }

  /** Falls silent in a generation at once, and forgets what it had queued of it. */
  drop(generation) {
    if (this.#playing?.entry.generation === generation) {
      this.#halt();
    }
    this.#queue = this.#queue.filter((entry) => entry.generation !== generation);
    this.#next();
  }

  dropAll() {
    this.#halt();
    this.#queue = [];
  }

  #find(generation) {
    return this.#queue.find((entry) => entry.generation === generation);
  }

  #halt() {
    const playing = this.#playing;
    this.#playing = null;
    playing?.handle.cancel();
  }

  #next() {
    if (this.#playing || !this.#active) {
      return;
    }
    while (this.#queue[0]?.complete && this.#queue[0].position >= this.#queue[0].text.length) {
      this.#queue.shift();
    }
    const entry = this.#queue[0];
    if (!entry || entry.held) {
      return;
    }
    const start = entry.position;
    const length = this.#engine.take(entry.text.slice(start), entry.complete);
    if (length === 0) {
      return;
    }
    const playing = { entry, handle: null };
    this.#playing = playing;
    const reach = (position) => {
      if (this.#playing === playing && position > entry.position) {
        entry.position = position;
        this.#onProgress(entry.generation, position);
      }
    };
    playing.handle = this.#engine.speak(
      entry.text.slice(start, start + length),
      (spoken) => reach(start + spoken),
      () => {
        reach(start + length);
        if (this.#playing === playing) {
          this.#playing = null;
          this.#next();
        }
      },
    );
  }
}

/** Reads word by word at a pace, without a sound. */
export class Reader {
  #late = 0;

  constructor(wordsPerMinute) {
    this.wordsPerMinute = wordsPerMinute;
  }

  /** One word; more where the browser has slept, as it does in tabs that nobody sees, and the time of more has come. */
  take(text, complete) {
    const whole = /\S\s/u.test(text) || complete;
    return whole ? wordsLength(text, 1 + Math.floor(this.#late / this.#pace)) : 0;
  }

  speak(text, onWord, onEnd) {
    let timer;
    const go = () => {
      const due = performance.now() + this.#pace;
      timer = setTimeout(() => {
        this.#late = performance.now() - due;
        onEnd();
        this.#late = 0;
      }, this.#pace);
    };
    go();
    return {
      pause: () => clearTimeout(timer),
      resume: go,
      cancel: () => clearTimeout(timer),
    };
  }

  get #pace() {
    return 60_000 / this.wordsPerMinute;
  }
}

/** Speaks sentence by sentence with one of the browser's voices. */
export class Voice {
  /**
   * @param {SpeechSynthesis} synthesis
   * @param {?SpeechSynthesisVoice} voice
   * @param {() => void} onRefused called when the browser does not let it speak
   */
  constructor(synthesis, voice, rate, onRefused) {
    this.synthesis = synthesis;
    this.voice = voice;
    this.rate = rate;
    this.onRefused = onRefused;
  }

  take(text, complete) {
    return sentenceLength(text, complete);
  }

  speak(text, onWord, onEnd) {
    const utterance = new SpeechSynthesisUtterance(text);
    utterance.voice = this.voice;
    utterance.lang = this.voice?.lang ?? document.documentElement.lang;
    utterance.rate = this.rate;
    let cancelled = false;
    // a word that begins: those before it have been spoken
    utterance.onboundary = (event) => cancelled || onWord(event.charIndex);
    utterance.onend = () => cancelled || onEnd();
    utterance.onerror = (event) => {
      if (!cancelled && event.error !== "canceled" && event.error !== "interrupted") {
        cancelled = true;
        this.onRefused(event.error);
      }
    };
    this.synthesis.speak(utterance);
    return {
      pause: () => this.synthesis.pause(),
      resume: () => this.synthesis.resume(),
      cancel: () => {
        cancelled = true;
        this.synthesis.cancel();
        // what is cancelled while it is paused leaves some browsers paused for ever
        this.synthesis.resume();
      },
    };
  }
}
