/** The microphone: when the user starts and stops speaking, and what was said where the browser can tell. */
export class Microphone {
  #settings;
  #on;
  #context = null;
  #media = null;
  #node = null;

  /**
   * @param {{threshold: number, attack: number, hangover: number}} settings
   * @param {{start: () => void, stop: () => void, level: (decibels: number) => void}} on
   */
  constructor(settings, on) {
    this.#settings = settings;
    this.#on = on;
  }

  static get available() {
    return Boolean(navigator.mediaDevices?.getUserMedia && window.AudioWorkletNode);
  }

  get open() {
    return this.#node !== null;
  }

  /** Asks for the microphone and listens. To be called from a click or a key. */
  async listen() {
    this.#media = await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    });
    this.#context = new AudioContext();
    await this.#context.resume();
    await this.#context.audioWorklet.addModule(new URL("./vad-worklet.js", import.meta.url));
    this.#node = new AudioWorkletNode(this.#context, "speech-listener", {
      numberOfOutputs: 0,
      processorOptions: this.#settings,
    });
    this.#node.port.onmessage = ({ data }) => {
      if (this.#node) {
        this.#on[data.type](data.level);
      }
    };
    this.#context.createMediaStreamSource(this.#media).connect(this.#node);
  }

  adjust(settings) {
    this.#settings = settings;
    this.#node?.port.postMessage(settings);
  }

  async close() {
    this.#node = null;
    this.#media?.getTracks().forEach((track) => track.stop());
    this.#media = null;
    await this.#context?.close();
    this.#context = null;
  }
}

/** The browser's recognition of speech, where it has one and that works. */
export class Recognition {
  #on;
  #recognition = null;
  #wanted = false;

  /** @param {{interim: (text: string) => void, final: (text: string, confidence: ?number) => void, failed: (why: string) => void}} on */
  constructor(on) {
    this.#on = on;
  }

  static get available() {
    return Boolean(window.SpeechRecognition ?? window.webkitSpeechRecognition);
  }

  get running() {
    return this.#wanted;
  }

  start(language) {
    const Type = window.SpeechRecognition ?? window.webkitSpeechRecognition;
    const recognition = new Type();
    recognition.lang = language;
    recognition.continuous = true;
    recognition.interimResults = true;
    recognition.onresult = (event) => {
      for (let i = event.resultIndex; i < event.results.length; i++) {
        const [best] = event.results[i];
        const text = best.transcript.trim();
        if (text && event.results[i].isFinal) {
          this.#on.final(text, best.confidence > 0 ? best.confidence : null);
        } else if (text) {
          this.#on.interim(text);
        }
      }
    };
    recognition.onerror = (event) => {
      if (event.error !== "no-speech" && event.error !== "aborted") {
        this.stop();
        this.#on.failed(event.error);
      }
    };
    // it ends by itself after a while of silence
    recognition.onend = () => this.#wanted && recognition.start();
    this.#recognition = recognition;
    this.#wanted = true;
    recognition.start();
  }

  stop() {
    this.#wanted = false;
    this.#recognition?.stop();
    this.#recognition = null;
  }
}
