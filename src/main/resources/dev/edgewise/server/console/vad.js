/**
 * Tells speech from silence by its energy. Speech begins when it is loud for a while, so that a click does not count,
 * and ends when it has been quiet for a while, so that a pause between words does not.
 */
export class SpeechDetector {
  #loud = 0;
  #quiet = 0;
  speaking = false;

  /**
   * @param {object} settings
   * @param {number} settings.threshold loudness from which sound counts as speech, in dB below full scale
   * @param {number} settings.attack how long it must be loud, in milliseconds
   * @param {number} settings.hangover how long it must be quiet, in milliseconds
   */
  constructor(settings) {
    this.settings = settings;
  }

  /**
   * Hears a block of sound.
   * @param {number} level its loudness in dB
   * @param {number} millis how long it is
   * @returns {?("start"|"stop")}
   */
  hear(level, millis) {
    if (level >= this.settings.threshold) {
      this.#loud += millis;
      this.#quiet = 0;
    } else {
      this.#quiet += millis;
      // sound has holes: what is loud is forgotten as slowly as it was gathered
      this.#loud = Math.max(0, this.#loud - millis);
    }
    if (!this.speaking && this.#loud >= this.settings.attack) {
      this.speaking = true;
      return "start";
    }
    if (this.speaking && this.#quiet >= this.settings.hangover) {
      this.speaking = false;
      this.#loud = 0;
      return "stop";
    }
    return null;
  }
}

/** The loudness of samples between -1 and 1, in dB below full scale. */
export function levelOf(samples) {
  let sum = 0;
  for (const sample of samples) {
    sum += sample * sample;
  }
  return samples.length === 0 || sum === 0 ? -100 : Math.max(-100, 10 * Math.log10(sum / samples.length));
}
