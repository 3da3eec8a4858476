import { SpeechDetector, levelOf } from "./vad.js";

const LEVEL_EVERY = 60;

/** Listens on the audio thread, and tells the page when speech starts and stops and how loud it is. */
class SpeechListener extends AudioWorkletProcessor {
  #detector;
  #sinceLevel = 0;
  #loudest = -100;

  constructor(options) {
    super();
    this.#detector = new SpeechDetector(options.processorOptions);
    this.port.onmessage = (message) => (this.#detector.settings = message.data);
  }

  process([[samples]]) {
    if (samples) {
      const millis = (samples.length / sampleRate) * 1_000;
      const level = levelOf(samples);
      const change = this.#detector.hear(level, millis);
      if (change) {
        this.port.postMessage({ type: change });
      }
      this.#loudest = Math.max(this.#loudest, level);
      this.#sinceLevel += millis;
      if (this.#sinceLevel >= LEVEL_EVERY) {
        this.port.postMessage({ type: "level", level: this.#loudest });
        this.#sinceLevel = 0;
        this.#loudest = -100;
      }
    }
    return true;
  }
}

registerProcessor("speech-listener", SpeechListener);
