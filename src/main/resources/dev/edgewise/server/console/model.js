import { advance } from "./text.js";

/**
 * What a session looks like, made from its frames and decisions and nothing else: the same from a stream as from a
 * recording. It draws nothing.
 *
 * @typedef {object} Generation
 * @property {string} id
 * @property {string} route
 * @property {number} startedAt
 * @property {?number} endedAt when it completed, failed or was cut
 * @property {"running"|"complete"|"interrupted"|"failed"} outcome
 * @property {string} text what has been generated and has come here
 * @property {number} heard how many of its characters were heard
 * @property {boolean} paused
 * @property {{from: number, to: ?number, rule: string, cause: number}[]} pauses
 * @property {?{at: number, cause: ?number, reason: string, discarded: number, spoken: boolean}} cut spoken: its node had
 * ended, and it was still being spoken
 * @property {?{millis: number, from: "page"|"service"}} silence how long it took from the user's word to silence
 * @property {?{at: number, stuck: boolean}} cleaned
 */

const CHARACTERS_PER_SECOND = 15;
const MOST_FRAMES = 5_000;
/** Of the clients' events, those that have a place of their own or say nothing to a reader of the conversation. */
const NOTED = {
  ToolCall: (frame) => `Calls ${frame.toolName}(${brief(frame.toolArgs)})`,
  ToolResult: (frame) =>
    frame.error ? `${frame.toolName} failed: ${frame.error}` : `${frame.toolName} answered ${brief(frame.result)}`,
  AgentHandoff: (frame) => `Hands over to ${frame.targetAgent}${frame.reason ? `: ${frame.reason}` : ""}`,
  AgentError: (frame) => `Error: ${frame.error}`,
  AgentTakesFloor: () => "The agent takes the floor",
  AgentGenerationProtected: () => "The agent is protected here, and speaks on",
  TransferCall: (frame) => `Transfers the call to ${frame.targetPhoneNumber}`,
  EndCall: () => "Ends the call",
  DTMFInput: (frame) => `You press ${frame.button}`,
  DTMFOutput: (frame) => `The agent presses ${frame.button}`,
  EmergencyStop: (frame) => `Emergency stop${frame.reason ? `: ${frame.reason}` : ""}`,
  InterruptRequested: () => "Interrupted by command",
  SessionClosed: (frame) => `The session is closed (${frame.reason})`,
  StreamGap: (frame) =>
    frame.to < frame.from ? "The session has begun anew" : `Frames ${frame.from} to ${frame.to} are no longer there`,
};

export class Model {
  frames = [];
  /** @type {Map<string, Generation>} */
  generations = new Map();
  turns = [];
  speech = [];
  decisions = [];
  /** Turns that have changed since somebody has looked. */
  changed = new Set();
  lastAt = null;
  firstAt = null;
  #at = new Map();
  #known = new Set();
  #saying = null;

  /** Takes a frame in. */
  apply(frame) {
    const at = Date.parse(frame.at);
    this.frames.push(frame);
    if (this.frames.length > MOST_FRAMES) {
      this.#at.delete(this.frames.shift().sequence);
    }
    if (!Number.isNaN(at)) {
      this.firstAt ??= at;
      this.lastAt = at;
      this.#at.set(frame.sequence, at);
    }
    const handler = this[`on${frame.type}`];
    if (handler) {
      handler.call(this, frame, at);
    }
    if (NOTED[frame.type]) {
      this.#turn({ kind: "note", text: NOTED[frame.type](frame), at, id: `note-${frame.sequence}-${frame.type}` });
    }
  }

  /** Takes a decision in, once. */
  decide(decision) {
    const key = `${decision.sequence}/${decision.generation}/${decision.verdict}/${decision.rule}/${decision.at}`;
    if (this.#known.has(key)) {
      return false;
    }
    this.#known.add(key);
    this.decisions.push({ ...decision, time: Date.parse(decision.at) });
    return true;
  }

  /** Takes note that a generation has been heard so far, from its beginning. */
  hear(id, characters, at = this.lastAt) {
    const generation = this.generations.get(id);
    if (!generation || characters <= generation.heard) {
      return;
    }
    generation.heard = Math.min(characters, generation.text.length);
    generation.spokenFrom ??= at;
    generation.spokenTo = at;
    this.#touch(generation);
  }

  /** Takes what the service says was generated and heard, which is more than the frames tell. */
  settle(messages) {
    for (const message of messages) {
      const generation = this.generations.get(message.generation);
      if (!generation || typeof message.generated !== "string") {
        continue;
      }
      if (message.generated.startsWith(generation.text) && message.generated.length > generation.text.length) {
        generation.text = message.generated;
        this.#touch(generation);
      }
      if (generation.text.startsWith(message.heard)) {
        this.hear(generation.id, message.heard.length);
      }
    }
  }

  silence(id, millis) {
    const generation = this.generations.get(id);
    generation.silence = { millis: Math.max(0, Math.round(millis)), from: "page" };
    this.#touch(generation);
  }

  cleaned(id, at, stuck) {
    const generation = this.generations.get(id);
    if (generation) {
      generation.cleaned = { at, stuck };
      this.#touch(generation);
    }
  }

  /** Whether a generation runs, or is still being spoken. */
  get speaking() {
    return [...this.generations.values()].filter(isSpeaking);
  }

  takeChanged() {
    const changed = [...this.changed];
    this.changed.clear();
    return changed;
  }

  onUserStartedSpeaking(frame, at) {
    if (!this.#open(frame.speaker)) {
      this.speech.push({ from: at, to: null, speaker: frame.speaker ?? null, words: [] });
    }
  }

  onUserStoppedSpeaking(frame, at) {
    const open = this.#open(frame.speaker);
    if (open) {
      open.to = at;
    } else {
      this.speech.push({ from: at, to: at, speaker: frame.speaker ?? null, words: [] });
    }
  }

  onUserTranscriptionReceived(frame, at) {
    this.#open(frame.speaker)?.words.push({ at, text: frame.content });
    if (!this.#saying) {
      this.#saying = this.#turn({ kind: "user", id: `user-${frame.sequence}`, at });
    }
    Object.assign(this.#saying, { text: frame.content, interim: frame.interim === true });
    this.changed.add(this.#saying);
    if (!this.#saying.interim) {
      this.#saying = null;
    }
  }

  onAgentGenerationStarted(frame, at) {
    const generation = {
      id: frame.generation,
      route: frame.route,
      startedAt: at,
      endedAt: null,
      outcome: "running",
      text: "",
      items: [],
      heard: 0,
      paused: false,
      pauses: [],
      tools: [],
      cut: null,
      silence: null,
      cleaned: null,
      error: null,
    };
    this.generations.set(generation.id, generation);
    generation.turn = this.#turn({ kind: "agent", id: `agent-${generation.id}`, at, generation });
  }

  onAgentResponse(frame) {
    const generation = this.generations.get(frame.generation);
    if (generation) {
      generation.text += frame.content;
      generation.items.push(generation.text.length);
      this.#touch(generation);
    }
  }

  onToolCall(frame, at) {
    this.generations.get(frame.generation)?.tools.push({ at, name: frame.toolName });
  }

  onAgentGenerationPaused(frame, at) {
    this.#pause(frame, at);
  }

  onAgentSpeechPaused(frame, at) {
    this.#pause(frame, at);
  }

  onAgentGenerationResumed(frame, at) {
    this.#resume(frame, at);
  }

  onAgentSpeechResumed(frame, at) {
    this.#resume(frame, at);
  }

  onAgentGenerationComplete(frame, at) {
    this.#end(frame, at, "complete");
  }

  onAgentGenerationFailed(frame, at) {
    const generation = this.#end(frame, at, "failed");
    if (generation) {
      generation.error = `${frame.code}: ${frame.error}`;
    }
  }

  onAgentGenerationInterrupted(frame, at) {
    const generation = this.#end(frame, at, "interrupted");
    if (generation) {
      this.#cut(generation, { at, cause: frame.cause, reason: frame.reason, discarded: frame.discarded, spoken: false });
    }
  }

  onAgentSpeechInterrupted(frame, at) {
    const generation = this.#resume(frame, at);
    if (generation) {
      this.hear(generation.id, generation.text.startsWith(frame.heard) ? frame.heard.length : 0, at);
      const cause = this.#causeBefore();
      const reason = cause?.type === "EmergencyStop" ? "EMERGENCY" : "EVENT";
      this.#cut(generation, { at, cause: cause?.sequence, reason, discarded: 0, spoken: true });
    }
  }

  onPlaybackProgress(frame, at) {
    const generation = this.generations.get(frame.generation) ?? this.#spoken()[0];
    if (!generation) {
      return;
    }
    const millis = Math.round(((frame.millis ?? 0) / 1_000) * CHARACTERS_PER_SECOND);
    this.hear(generation.id, frame.characters ?? generation.items[frame.items - 1] ?? millis, at);
  }

  onAgentSpeechSent(frame, at) {
    const named = this.generations.get(frame.generation);
    for (const generation of named ? [named] : this.#spoken()) {
      const end = advance(generation.text, generation.heard, frame.content);
      if (end >= 0) {
        this.hear(generation.id, end, at);
        return;
      }
    }
  }

  onSessionClosed(frame, at) {
    this.speech.filter((segment) => segment.to === null).forEach((segment) => (segment.to = at));
  }

  /** What may be being spoken, likeliest first: what is not cut in order, then what was cut, the last first. */
  #spoken() {
    const open = [...this.generations.values()].filter((generation) => generation.heard < generation.text.length);
    return [...open.filter((generation) => !generation.cut), ...open.filter((generation) => generation.cut).reverse()];
  }

  #open(speaker) {
    return this.speech.find((segment) => segment.to === null && segment.speaker === (speaker ?? null));
  }

  /** What has cut off an answer that was complete, whose frame does not say so: the event that came last. */
  #causeBefore() {
    return this.frames.findLast((frame) => /^(User|DTMFInput|Custom|Emergency|Interrupt|AgentHandoff)/.test(frame.type));
  }

  #pause(frame, at) {
    const generation = this.generations.get(frame.generation);
    if (generation) {
      generation.paused = true;
      generation.pauses.push({ from: at, to: null, rule: frame.rule, cause: frame.cause });
      this.#touch(generation);
    }
  }

  #resume(frame, at) {
    const generation = this.generations.get(frame.generation);
    if (generation) {
      generation.paused = false;
      generation.pauses.filter((pause) => pause.to === null).forEach((pause) => (pause.to = at));
      this.#touch(generation);
    }
    return generation;
  }

  #end(frame, at, outcome) {
    const generation = this.#resume(frame, at);
    if (generation) {
      Object.assign(generation, { outcome, endedAt: at });
    }
    return generation;
  }

  /** Silence is when it paused, if it did not go on before it was cut; it began with what the user did. */
  #cut(generation, cut) {
    generation.cut = cut;
    const last = generation.pauses.at(-1);
    const [silentAt, cause] = last?.to === cut.at ? [last.from, last.cause] : [cut.at, cut.cause];
    if (this.#at.has(cause)) {
      generation.silence = { millis: Math.max(0, silentAt - this.#at.get(cause)), from: "service" };
    }
    this.#touch(generation);
  }

  #turn(turn) {
    this.turns.push(turn);
    this.changed.add(turn);
    return turn;
  }

  #touch(generation) {
    this.changed.add(generation.turn);
  }
}

/** Whether a generation runs, or is complete and still being spoken. */
export function isSpeaking(generation) {
  return (
    generation.outcome === "running" ||
    (generation.outcome === "complete" && !generation.cut && generation.heard < generation.text.trimEnd().length)
  );
}

/** What became of a generation, in a word. */
export function stateOf(generation) {
  if (generation.cut) {
    return "interrupted";
  }
  if (generation.outcome === "failed") {
    return "failed";
  }
  if (generation.paused) {
    return "paused";
  }
  return generation.outcome === "running" ? "running" : isSpeaking(generation) ? "speaking" : "complete";
}

function brief(value) {
  const text = value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
