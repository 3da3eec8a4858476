import { Acknowledgements } from "./acknowledgements.js";
import { Refusal } from "./api.js";
import { Model, isSpeaking } from "./model.js";
import { Speaker } from "./speaker.js";
import { Stream } from "./stream.js";

/** Frames behind which there may be a new decision. */
const DECIDED = /^(User|DTMFInput|CustomReceived|AgentHandoff|AgentGeneration(Paused|Resumed|Interrupted)|AgentSpeech(Paused|Resumed|Interrupted)$)/;
const SOON = 60;
const CLEANING = 100;
const MOST_LOOKS = 100;

/**
 * A session as this page has it: reads its frames, speaks what the agents say and tells what was heard, and posts what
 * the user does. Several pages may have one session; one of them speaks.
 */
export class LiveSession {
  model = new Model();
  policy = null;
  /** When the last word of a generation has come, on this page's clock. */
  lastWordAt = new Map();
  /** When this page noticed that the user began to speak, last. */
  noticedAt = null;
  #api;
  #on;
  #stream;
  #speaker;
  #acknowledgements;
  #caughtUp = false;
  #speaks = false;
  #userSpeaks = false;
  #own = new Map();
  #silentAt = new Map();
  #cuts = new Map();
  #skew = null;
  #timers = new Map();
  #closing = new AbortController();
  #waitFor = 0;
  #posting = Promise.resolve();

  /**
   * @param {import("./api.js").Api} api
   * @param {string} id
   * @param {object} engine what speaks
   * @param {object} on frame(frame), decision(decision), changed(), state(state), speaks(whether)
   */
  constructor(api, id, engine, on) {
    this.#api = api;
    this.id = id;
    this.#on = on;
    this.voiced = false;
    this.#acknowledgements = new Acknowledgements((events) => this.#api.post(id, events));
    this.#speaker = new Speaker(engine, (generation, position) => this.#spoken(generation, position));
    this.#stream = new Stream(
      (after, signal) => api.stream(id, after, signal),
      (frame) => this.#frame(frame),
      (state) => this.#state(state),
    );
  }

  /** Opens the session unless it is open, and reads it from its beginning. */
  async open() {
    const view = await this.#api.openSession(this.id);
    this.policy = view.policy ?? null;
    this.#waitFor = view.lastSequence;
    this.#catchUp();
    this.#stream.run();
    this.#claim();
  }

  /** Leaves the session, which stays open. */
  leave() {
    this.#closing.abort();
    this.#stream.stop();
    this.#speaker.active = false;
    this.#timers.forEach((timer) => clearTimeout(timer));
  }

  retryNow() {
    this.#stream.retryNow();
  }

  /** The network is gone. */
  offline() {
    this.#stream.interrupt();
  }

  /** The service's time, as far as the frames have told it. */
  get now() {
    const now = Date.now() - (this.#skew ?? 0);
    const busy = this.model.speaking.length > 0 || this.model.speech.some((segment) => segment.to === null);
    return busy ? now : Math.min(now, (this.model.lastAt ?? now) + 1_500);
  }

  /** Whether somebody speaks now who can be interrupted. */
  get agentSpeaks() {
    return this.model.speaking.length > 0;
  }

  get userSpeaks() {
    return this.#userSpeaks;
  }

  /** Whether this page is the one that speaks. */
  get speaks() {
    return this.#speaks;
  }

  /**
   * Chooses what speaks.
   * @param {boolean} voiced whether it can be heard, and so tells words and not positions
   */
  speakWith(engine, voiced) {
    this.voiced = voiced;
    this.#speaker.engine = engine;
  }

  async choosePolicy(policy) {
    this.policy = (await this.#api.choosePolicy(this.id, policy)).policy ?? null;
  }

  /** Posts events behind those before, which were noticed at a time on this page's clock. */
  async post(events, noticedAt = performance.now()) {
    const posted = this.#posting.then(() => this.#api.post(this.id, events));
    this.#posting = posted.catch(() => {});
    return this.#received(await posted, noticedAt);
  }

  #received(receipts, noticedAt) {
    for (const receipt of receipts) {
      this.#own.set(receipt.sequence, noticedAt);
      receipt.decisions.forEach((decision) => this.#decide(decision));
    }
    this.#cuts.forEach((cut, generation) => this.#measure(generation));
    this.#on.changed();
    return receipts;
  }

  /** The user begins to speak. */
  async userStarts(noticedAt = performance.now()) {
    this.#userSpeaks = true;
    this.noticedAt = noticedAt;
    try {
      await this.post([{ type: "UserStartedSpeaking" }], noticedAt);
    } catch (error) {
      this.#userSpeaks = false;
      throw error;
    }
  }

  /** The user has said something, and may go on. */
  async userSays(content, more = {}) {
    await this.post([{ type: "UserTranscriptionReceived", content, ...more }]);
  }

  /** The user is silent again; what was said at last comes before. */
  async userStops(content = "", more = {}) {
    const words = content ? [{ type: "UserTranscriptionReceived", content, ...more }] : [];
    const start = this.#userSpeaks ? [] : [{ type: "UserStartedSpeaking" }];
    const noticedAt = performance.now();
    if (start.length > 0) {
      this.noticedAt = noticedAt;
    }
    await this.post([...start, ...words, { type: "UserStoppedSpeaking" }], noticedAt);
    this.#userSpeaks = false;
  }

  /** Stops everything: here at once, then there. */
  async emergencyStop() {
    this.#speaker.dropAll();
    const now = performance.now();
    // behind nothing
    this.#received(await this.#api.post(this.id, [{ type: "EmergencyStop", reason: "console" }]), now);
  }

  recording() {
    return this.#api.recording(this.id);
  }

  #state(state) {
    if (state.name === "live") {
      this.#acknowledgements.flush();
      this.#later("decisions", () => this.#readDecisions());
    }
    this.#on.state(state);
  }

  #frame(frame) {
    const now = performance.now();
    this.model.apply(frame);
    if (this.#caughtUp) {
      const skew = Date.now() - Date.parse(frame.at);
      this.#skew = Number.isNaN(skew) ? this.#skew : Math.min(skew, this.#skew ?? skew);
      this.#follow(frame, now);
    }
    this.#on.frame(frame);
    this.#catchUp();
    this.#on.changed();
  }

  /** What a frame means for what is being spoken. */
  #follow(frame, now) {
    const { type, generation } = frame;
    if (type === "AgentResponse" && generation) {
      this.lastWordAt.set(generation, now);
      if (this.#speaks) {
        this.#speaker.add(generation, frame.content);
      }
    } else if (type === "AgentGenerationComplete" || type === "AgentGenerationFailed") {
      this.#speaker.finish(generation);
    } else if (/^Agent(Generation|Speech)Paused$/.test(type)) {
      this.#speaker.hold(generation);
      this.#silentAt.set(generation, { now, cause: frame.cause });
    } else if (/^Agent(Generation|Speech)Resumed$/.test(type)) {
      this.#silentAt.delete(generation);
      this.#speaker.release(generation);
    } else if (/^Agent(Generation|Speech)Interrupted$/.test(type)) {
      this.#speaker.drop(generation);
      this.#acknowledgements.flush();
      const cause = frame.cause ?? this.model.generations.get(generation)?.cut?.cause;
      this.#cuts.set(generation, this.#silentAt.get(generation) ?? { now, cause });
      this.#measure(generation);
      this.#later("conversation", () => this.#readConversation());
      if (type === "AgentGenerationInterrupted") {
        this.#watchCleanUp(generation, frame.at, now);
      }
    } else if (type === "StreamGap") {
      this.#later("conversation", () => this.#readConversation());
    }
    if (DECIDED.test(type)) {
      this.#later("decisions", () => this.#readDecisions());
    }
  }

  #measure(generation) {
    const cut = this.#cuts.get(generation);
    if (this.#own.has(cut.cause)) {
      this.#cuts.delete(generation);
      this.model.silence(generation, cut.now - this.#own.get(cut.cause));
    }
  }

  #spoken(generation, position) {
    const { text } = this.model.generations.get(generation);
    this.model.hear(generation, position, this.now);
    this.#acknowledgements.spoken(generation, position, this.voiced ? text : null);
    this.#on.changed();
  }

  /** Once what was there when the page came is read, what is new is spoken. */
  #catchUp() {
    if (!this.#caughtUp && this.#stream.last >= this.#waitFor) {
      this.#caughtUp = true;
      this.#resume();
      this.#later("decisions", () => this.#readDecisions());
      this.#later("conversation", () => this.#readConversation());
    }
  }

  /** Asks to be the page that speaks; the browser grants it to one at a time. */
  async #claim() {
    const speak = () => {
      this.#speaks = true;
      this.#resume();
      this.#on.speaks(true);
    };
    if (!navigator.locks) {
      speak();
      return;
    }
    this.#on.speaks(false);
    const { signal } = this.#closing;
    const hold = () =>
      new Promise((resolve) => {
        signal.addEventListener("abort", resolve);
        speak();
      });
    await navigator.locks.request(`edgewise ${this.id}`, { signal }, hold).catch(() => {});
  }

  /** Goes on where the user has stopped hearing, in this page before it was loaded again or in another one. */
  #resume() {
    if (!this.#speaks || !this.#caughtUp) {
      return;
    }
    this.#speaker.dropAll();
    this.#speaker.active = true;
    const generations = [...this.model.generations.values()];
    const last = generations.findLastIndex((generation) => generation.heard > 0);
    generations.slice(Math.max(0, last)).filter(isSpeaking).forEach((generation) => {
      this.#acknowledgements.known(generation.id, generation.heard);
      this.#speaker.add(generation.id, generation.text, generation.heard);
      if (generation.outcome !== "running") {
        this.#speaker.finish(generation.id);
      }
      if (generation.paused) {
        this.#speaker.hold(generation.id);
      }
    });
  }

  #decide(decision) {
    if (this.model.decide(decision)) {
      this.#on.decision(decision);
    }
  }

  async #readDecisions() {
    const { decisions } = await this.#api.decisions(this.id);
    decisions.forEach((decision) => this.#decide(decision));
    this.#on.changed();
  }

  async #readConversation() {
    this.model.settle((await this.#api.conversation(this.id)).messages);
    this.#on.changed();
  }

  async #watchCleanUp(generation, at, since) {
    const cut = Date.parse(at);
    for (let looks = 0; looks < MOST_LOOKS && !this.#closing.signal.aborted; looks++) {
      const view = await this.#api.view(this.id).catch(() => null);
      const found = view?.generations.find((other) => other.id === generation);
      if (view && (!found || found.state === "STUCK")) {
        this.model.cleaned(generation, cut + performance.now() - since, Boolean(found));
        this.#on.changed();
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, CLEANING));
    }
  }

  /** Does something a little later, once however often it is asked for. What fails is tried at the next occasion. */
  #later(name, action) {
    if (!this.#timers.has(name)) {
      const run = async () => {
        this.#timers.delete(name);
        try {
          await action();
        } catch (error) {
          if (error instanceof Refusal && error.status === 401) {
            this.#on.state({ name: "locked" });
          }
        }
      };
      this.#timers.set(name, setTimeout(run, SOON));
    }
  }
}
