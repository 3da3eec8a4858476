import { Api, Refusal, uniqueId } from "./api.js";
import { ConversationView } from "./conversation.js";
import { byId, html } from "./dom.js";
import { EventsPanel } from "./events.js";
import { FramesView, KINDS } from "./frames.js";
import { Preferences } from "./preferences.js";
import { Recording, Replay, save } from "./recording.js";
import { LiveSession } from "./session.js";
import { Reader, Voice } from "./speaker.js";
import { Timeline } from "./timeline.js";
import { Microphone, Recognition } from "./voice.js";

/**
 * The page: brings together what the user does, the session, and the views of it. Nothing else knows the document as a
 * whole.
 */

const FRAME = 60;
const LAST_WORDS = 1_200;
const BACK = 300;
const STATES = {
  connecting: "Connecting",
  live: "Live",
  lost: "Connection lost",
  closed: "Closed",
  gone: "Gone",
  locked: "Not let in",
};

const api = new Api(document.baseURI);
const preferences = new Preferences(localStorage);
const conversation = new ConversationView(byId("turns"), byId("empty"), say);
const timeline = new Timeline(byId("canvas"), byId("lane-labels"), byId("generations"));
const frames = new FramesView(byId("frames"), byId("frame-count"));
const reader = new Reader(preferences.get("wordsPerMinute"));

/** The session that the page is in. @type {?LiveSession} */
export let session = null;
let routes = [];
let replay = null;
let wasLost = false;
let missed = false;
let lostUntil = null;

async function start() {
  prepareTheme();
  prepareComposer();
  prepareVoice();
  prepareFrames();
  prepareRecording();
  prepareSession();
  requestAnimationFrame(draw);
  await enter();
}

/* getting in */

async function enter() {
  let setup;
  try {
    setup = await api.setup();
  } catch (error) {
    if (error instanceof Refusal && (error.status === 401 || error.status === 403)) {
      logIn(error);
    } else {
      show({ name: "lost", at: Date.now() + 3_000 });
      setTimeout(enter, 3_000);
    }
    return;
  }
  routes = setup.routes;
  byId("policy").replaceChildren(
    html("option", { value: "" }, "each route’s own"),
    ...setup.policies.map((policy) => html("option", { value: policy }, policy)),
  );
  await join(sessionInAddress() ?? newSession());
}

function logIn(error) {
  byId("login-error").textContent = api.isKnown
    ? error.status === 403
      ? "It is known, but may not do this."
      : "It is not known, or not valid any more."
    : "";
  api.know(null);
  show({ name: "locked" });
  if (!byId("login").open) {
    byId("login").showModal();
  }
}

function sessionInAddress() {
  const id = new URLSearchParams(location.hash.slice(1)).get("session");
  return id && /^[A-Za-z0-9._~-]{1,128}$/.test(id) ? id : null;
}

function newSession() {
  const id = `console-${uniqueId().slice(0, 8)}`;
  history.replaceState(null, "", `#session=${id}`);
  return id;
}

async function join(id) {
  session?.leave();
  closeReplay();
  conversation.clear();
  frames.clear();
  byId("session").textContent = id;
  byId("over").hidden = true;
  byId("composer").inert = false;
  const joined = new LiveSession(api, id, engine(), {
    frame: (frame) => {
      missed ||= frame.type === "StreamGap";
      if (isShown(joined)) {
        frames.add(frame);
      }
    },
    decision: (decision) => isShown(joined) && frames.decide(decision),
    changed: () => (dirty = true),
    state: (state) => {
      if (joined === session) {
        (state.name === "locked" ? logIn : show)(state);
      }
    },
    speaks: () => joined === session && hint(),
  });
  session = joined;
  session.voiced = isVoiced();
  dirty = true;
  try {
    await joined.open();
    byId("policy").value = joined.policy ?? "";
  } catch (error) {
    if (joined === session) {
      refused(joined, error);
    }
  }
}

function isShown(joined) {
  return joined === session && !replay;
}

function refused(joined, error) {
  const kind = error.problem?.type?.split(":").at(-1);
  if (error.status === 401 || error.status === 403) {
    logIn(error);
  } else if (error.status === 410) {
    show({ name: "closed" });
  } else if (kind === "session-exists") {
    show({ name: "gone", why: "This session is somebody else’s." });
  } else {
    show({ name: "lost", at: Date.now() + 3_000 });
    setTimeout(() => joined === session && join(joined.id), 3_000);
  }
}

/** Shows what state the connection is in, and says so when it is lost and when it is back. */
function show(state) {
  byId("state").dataset.state = state.name;
  byId("state-text").textContent = STATES[state.name];
  if (state.name === "lost") {
    missed &&= wasLost;
    wasLost = true;
    lostUntil = state.at;
  }
  const lost = wasLost && (state.name === "lost" || state.name === "connecting");
  byId("lost").hidden = !lost;
  tellWait();
  if (state.name === "live" && wasLost) {
    wasLost = false;
    // a gap is the first thing that the stream tells
    setTimeout(
      () => toast(`Connected again. ${missed ? "Some frames are no longer there." : "Nothing was missed."}`),
      BACK,
    );
  }
  const over = { closed: "This session is closed.", gone: state.why ?? "This session is not there any more." }[state.name];
  byId("over").hidden = !over;
  byId("over-text").textContent = over ?? "";
  byId("composer").inert = Boolean(over);
}

function tellWait() {
  const seconds = Math.max(0, Math.ceil((lostUntil - Date.now()) / 1_000));
  const text = navigator.onLine
    ? seconds > 0
      ? `Trying again in ${seconds} s.`
      : "Trying again…"
    : "This device is offline.";
  const element = byId("lost-text");
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

function prepareSession() {
  setInterval(() => byId("lost").hidden || tellWait(), 500);
  byId("retry").addEventListener("click", () => session?.retryNow());
  window.addEventListener("online", () => session?.retryNow());
  window.addEventListener("offline", () => session?.offline());
  window.addEventListener("hashchange", () => sessionInAddress() && join(sessionInAddress()));
  for (const id of ["new-session", "over-new"]) {
    byId(id).addEventListener("click", () => {
      join(newSession());
      byId("composer-text").focus();
    });
  }
  byId("login").addEventListener("cancel", (event) => event.preventDefault());
  byId("login-form").addEventListener("submit", () => {
    api.know(byId("secret").value.trim(), byId("keep").checked);
    byId("secret").value = "";
    enter();
  });
  byId("policy").addEventListener("change", (event) =>
    attempt(async () => {
      await session.choosePolicy(event.target.value || null);
      toast(event.target.value ? `Policy ${event.target.value} decides now.` : "Each route’s own policy decides now.");
    }),
  );
  byId("stop").addEventListener("click", stop);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !byId("login").open && event.target !== byId("filter") && !event.isComposing) {
      stop();
    }
  });
  new EventsPanel(byId("event-buttons"), byId("event-form"), async (event) => {
    const [receipt] = await session.post([event]);
    toast(`Posted as ${receipt.sequence}${told(receipt)}`);
  });
}

function told(receipt) {
  const parts = ["interrupted", "paused", "started", "ignored", "refused"]
    .filter((name) => receipt[name].length > 0)
    .map((name) => `${name} ${receipt[name].join(", ")}`);
  return parts.length > 0 ? `: ${parts.join("; ")}` : "";
}

function stop() {
  if (!replay && session) {
    attempt(() => session.emergencyStop());
  }
}

/* speaking by keyboard */

function prepareComposer() {
  const field = byId("composer-text");
  let typing = false;
  field.addEventListener("input", async () => {
    const text = field.value.trim();
    if (text && preferences.get("typingInterrupts") === "key" && session?.agentSpeaks && !session.userSpeaks) {
      typing = await attempt(() => session.userStarts());
    } else if (!text && typing) {
      typing = false;
      attempt(() => session.userStops());
    }
  });
  byId("composer").addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (text && (await speak(text))) {
      typing = false;
      field.value = "";
    }
  });
  for (const button of document.querySelectorAll("[data-say]")) {
    button.addEventListener("click", () => speak(button.dataset.say));
  }
}

function speak(text) {
  return attempt(() => session.userStops(text));
}

/** Does something, and tells what is wrong if it fails. */
async function attempt(action) {
  const error = byId("composer-error");
  try {
    await action();
    error.textContent = "";
    return true;
  } catch (failure) {
    if (failure.status === 401) {
      logIn(failure);
    } else if (failure.status === 410) {
      show({ name: "closed" });
    } else {
      error.textContent = failure.line ?? `${failure.message}. What you wrote is still here.`;
    }
    return false;
  }
}

/* speaking by voice */

function prepareVoice() {
  const synthesis = window.speechSynthesis;
  const list = () => {
    const voices = synthesis?.getVoices() ?? [];
    byId("voice").replaceChildren(
      html("option", { value: "" }, "read silently"),
      ...voices.map((voice) => html("option", { value: voice.voiceURI }, `spoken by ${voice.name}`)),
    );
    byId("voice").value = isVoiced() ? preferences.get("voice") : "";
    hint();
  };
  list();
  synthesis?.addEventListener?.("voiceschanged", () => {
    list();
    if (session && session.voiced !== isVoiced()) {
      session.speakWith(engine(), isVoiced());
    }
  });
  byId("voice").addEventListener("change", (event) => useVoice(event.target.value));
  setting("pace", "wordsPerMinute", (value) => `${value} words/min`, (value) => {
    reader.wordsPerMinute = value;
    session?.speakWith(engine(), isVoiced());
  });
  choice("typing", "typingInterrupts");
  prepareMicrophone();
}

function useVoice(uri) {
  preferences.set("voice", uri);
  byId("voice").value = uri;
  session?.speakWith(engine(), isVoiced());
  hint();
}

/** Who begins to talk wants to be talked to, unless they have chosen otherwise. */
function answerAloud() {
  const voices = window.speechSynthesis?.getVoices() ?? [];
  if (preferences.get("voice") === null && voices.length > 0) {
    const language = document.documentElement.lang;
    const fitting = voices.filter((voice) => voice.lang.startsWith(language));
    const voice = fitting.find((other) => other.default) ?? fitting[0] ?? voices[0];
    useVoice(voice.voiceURI);
  }
}

function isVoiced() {
  return chosenVoice() !== null;
}

function chosenVoice() {
  const voices = window.speechSynthesis?.getVoices() ?? [];
  return voices.find((voice) => voice.voiceURI === preferences.get("voice")) ?? null;
}

function engine() {
  const voice = chosenVoice();
  if (!voice) {
    return reader;
  }
  return new Voice(window.speechSynthesis, voice, preferences.get("rate"), () => {
    toast("The browser does not let this page speak; words are read silently.");
    useVoice("");
  });
}

function hint() {
  const hints = [];
  if ((window.speechSynthesis?.getVoices() ?? []).length === 0) {
    hints.push("This browser has no voices: a silent reader goes through the words at the pace above.");
  }
  if (!Microphone.available) {
    hints.push("There is no microphone for this page (browsers give it to https and localhost only): type instead.");
  } else if (!Recognition.available) {
    hints.push("This browser does not recognise words: the microphone tells when you speak, and you type what you say.");
  }
  if (session && !session.speaks) {
    hints.push("Another tab speaks for this session.");
  }
  byId("voice-hint").textContent = hints.join(" ");
}

function prepareMicrophone() {
  const button = byId("microphone");
  const level = byId("level");
  const listening = byId("listening");
  const settings = () => ({
    threshold: preferences.get("threshold"),
    attack: preferences.get("attack"),
    hangover: preferences.get("hangover"),
  });
  let lastWords = null;
  const tell = (text) => (listening.textContent = text);
  const stopped = () => {
    lastWords = null;
    if (session?.userSpeaks) {
      attempt(() => session.userStops());
    }
  };
  const recognition = new Recognition({
    interim: (content) => session.userSpeaks && attempt(() => session.userSays(content, { interim: true })),
    final: (content, confidence) => {
      const more = confidence === null ? {} : { confidence };
      if (lastWords) {
        clearTimeout(lastWords);
        lastWords = null;
        attempt(() => session.userStops(content, more));
      } else {
        attempt(() => session.userSays(content, more));
      }
    },
    failed: (why) => tell(`Words are not recognised here (${why}): type them.`),
  });
  const microphone = new Microphone(settings(), {
    start: () => {
      clearTimeout(lastWords);
      lastWords = null;
      tell("You speak");
      if (!session.userSpeaks) {
        attempt(() => session.userStarts(performance.now()));
      }
    },
    stop: () => {
      tell("Listening");
      // the words come after the sound has ended, and belong before the event that says so
      lastWords = setTimeout(stopped, recognition.running ? LAST_WORDS : 0);
    },
    level: (decibels) => (level.value = decibels),
  });
  button.disabled = !Microphone.available;
  button.addEventListener("click", async () => {
    if (microphone.open) {
      recognition.stop();
      await microphone.close();
      stopped();
    } else {
      try {
        await microphone.listen();
        tell("Listening");
        answerAloud();
        if (preferences.get("recognise") && Recognition.available) {
          recognition.start(navigator.language);
        }
      } catch (error) {
        await microphone.close();
        toast(`The microphone cannot be used: ${error.message}`);
      }
    }
    button.setAttribute("aria-pressed", String(microphone.open));
    level.hidden = listening.hidden = !microphone.open;
  });
  const adjust = () => microphone.adjust(settings());
  setting("threshold", "threshold", (value) => `${value} dB`, adjust);
  setting("attack", "attack", (value) => `${value} ms`, adjust);
  setting("hangover", "hangover", (value) => `${value} ms`, adjust);
  byId("recognise").checked = preferences.get("recognise");
  byId("recognise").addEventListener("change", (event) => preferences.set("recognise", event.target.checked));
}

function setting(id, name, format, changed) {
  const input = byId(id);
  const output = byId(`${id}-value`);
  input.value = preferences.get(name);
  output.textContent = format(preferences.get(name));
  input.addEventListener("input", () => {
    preferences.set(name, Number(input.value));
    output.textContent = format(input.value);
    changed(Number(input.value));
  });
}

function choice(id, name) {
  byId(id).value = preferences.get(name);
  byId(id).addEventListener("change", (event) => preferences.set(name, event.target.value));
}

/* looking */

let dirty = true;
let drawnAt = 0;
let tabulatedAt = 0;

function draw(time) {
  requestAnimationFrame(draw);
  if (time - drawnAt < FRAME || !session) {
    return;
  }
  const moves = !replay && (session.agentSpeaks || session.model.speech.some((segment) => segment.to === null));
  if (!dirty && !moves && time - tabulatedAt > 2_000) {
    return;
  }
  drawnAt = time;
  const { model, now } = replay ? { model: replay.replay.model, now: replay.time } : session;
  timeline.show(model, replay ? replay.recording.routes : routes, now);
  if (dirty) {
    dirty = false;
    tabulatedAt = time;
    conversation.update(model.takeChanged(), replay !== null);
    frames.update();
    timeline.tabulate(model);
  }
}

function prepareFrames() {
  const apply = () =>
    frames.filter(
      byId("filter").value,
      [...byId("kinds").querySelectorAll("input:checked")].map((input) => input.value),
    );
  byId("kinds").append(
    ...KINDS.map(({ id, label }) => {
      const input = html("input", { type: "checkbox", value: id, checked: true });
      input.addEventListener("change", apply);
      return html("label", {}, input, label);
    }),
  );
  byId("filter").addEventListener("input", apply);
  byId("scale").addEventListener("change", (event) => (timeline.scale = Number(event.target.value)));
  timeline.scale = Number(byId("scale").value);
}

function prepareTheme() {
  const names = { system: "Auto", light: "Light", dark: "Dark" };
  const apply = () => {
    const theme = preferences.get("theme");
    if (theme === "system") {
      delete document.documentElement.dataset.theme;
    } else {
      document.documentElement.dataset.theme = theme;
    }
    byId("theme-text").textContent = names[theme];
    byId("theme").setAttribute("aria-label", `Colours: ${names[theme]}`);
  };
  apply();
  byId("theme").addEventListener("click", () => {
    const order = Object.keys(names);
    preferences.set("theme", order[(order.indexOf(preferences.get("theme")) + 1) % order.length]);
    apply();
  });
}

let spoken = null;

/** Tells those who do not see the page. */
function say(text) {
  clearTimeout(spoken);
  byId("spoken").append(html("span", {}, `${text} `));
  spoken = setTimeout(() => byId("spoken").replaceChildren(), 10_000);
}

let toasted = null;

function toast(text) {
  clearTimeout(toasted);
  byId("status").textContent = text;
  toasted = setTimeout(() => (byId("status").textContent = ""), 4_000);
}

/* recordings */

function prepareRecording() {
  byId("save").addEventListener("click", () =>
    attempt(async () => save(`${session.id}.ndjson`, await session.recording())),
  );
  byId("open").addEventListener("click", () => byId("file").click());
  byId("file").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    event.target.value = "";
    if (file) {
      try {
        openReplay(file.name, Recording.parse(await file.text()));
      } catch (error) {
        toast(`${file.name} cannot be opened: ${error.message}`);
      }
    }
  });
  byId("replay-close").addEventListener("click", closeReplay);
  byId("replay-time").addEventListener("input", (event) => {
    const { from, to } = replay.recording;
    seek(from + ((to - from) * event.target.value) / 1_000);
  });
  byId("replay-play").addEventListener("click", () => (replay.timer ? pause() : play()));
}

function openReplay(name, recording) {
  closeReplay();
  replay = { recording, replay: new Replay(recording), time: recording.from, timer: null };
  byId("replay-name").textContent = `session ${recording.header.session}, from ${name}`;
  byId("replay").hidden = false;
  byId("composer").inert = byId("events-panel").inert = true;
  conversation.clear();
  frames.clear();
  seek(recording.to);
  byId("replay-play").focus();
}

function seek(time) {
  const { recording } = replay;
  replay.time = time;
  const added = replay.replay.seek(time);
  if (added.restarted) {
    conversation.clear();
    frames.clear();
  }
  added.frames.forEach((frame) => frames.add(frame));
  added.decisions.forEach((decision) => frames.decide(decision));
  const span = Math.max(1, recording.to - recording.from);
  byId("replay-time").value = Math.round(((time - recording.from) / span) * 1_000);
  byId("replay-clock").textContent = `${((time - recording.from) / 1_000).toFixed(1)} of ${(span / 1_000).toFixed(1)} s`;
  dirty = true;
}

function play() {
  const { from, to } = replay.recording;
  const start = replay.time >= to ? from : replay.time;
  const since = performance.now();
  byId("replay-play").textContent = "Pause";
  replay.timer = setInterval(() => {
    seek(Math.min(to, start + performance.now() - since));
    if (replay.time >= to) {
      pause();
    }
  }, 50);
}

function pause() {
  clearInterval(replay.timer);
  replay.timer = null;
  byId("replay-play").textContent = "Play";
}

function closeReplay() {
  if (!replay) {
    return;
  }
  pause();
  replay = null;
  byId("replay").hidden = true;
  byId("composer").inert = byId("events-panel").inert = false;
  conversation.clear();
  frames.clear();
  session.model.frames.forEach((frame) => frames.add(frame));
  session.model.decisions.forEach((decision) => frames.decide(decision));
  session.model.turns.forEach((turn) => session.model.changed.add(turn));
  dirty = true;
}

start();
