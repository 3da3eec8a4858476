import { html } from "./dom.js";

const text = (name, more = {}) => ({ name, kind: "text", required: true, ...more });
const number = (name, more = {}) => ({ name, kind: "number", required: true, ...more });
const json = (name, value) => ({ name, kind: "json", required: true, value });
const optional = { required: false };

/** Every event that a client can post, with its fields. */
export const EVENTS = {
  User: {
    UserStartedSpeaking: [text("speaker", optional)],
    UserStoppedSpeaking: [text("speaker", optional)],
    UserTranscriptionReceived: [
      text("content"),
      { name: "interim", kind: "boolean" },
      number("confidence", optional),
      text("speaker", optional),
    ],
    DTMFInput: [text("button", { value: "1" })],
    UserUnknownInputReceived: [text("inputData")],
    CustomReceived: [json("metadata", '{"key": "value"}')],
  },
  Playback: {
    AgentSpeechSent: [text("content")],
    PlaybackProgress: [
      text("generation", optional),
      number("characters", optional),
      number("items", optional),
      number("millis", optional),
    ],
    AgentStartedSpeaking: [],
    AgentStoppedSpeaking: [],
  },
  Agent: {
    AgentResponse: [text("content"), { name: "interruptible", kind: "boolean" }],
    AgentHandoff: [text("targetAgent"), text("reason", optional)],
    AgentError: [text("error"), text("code", optional)],
    ToolCall: [text("toolCallId"), text("toolName"), json("toolArgs", "{}")],
    ToolResult: [text("toolCallId"), text("toolName"), { ...json("result", '"done"'), required: false }, text("error", optional)],
    TransferCall: [text("targetPhoneNumber"), number("timeoutSeconds", optional)],
    DTMFOutput: [text("button", { value: "1" })],
    EndCall: [],
    LogMetric: [text("name"), json("value", "1")],
  },
  System: {
    EmergencyStop: [text("reason", optional)],
  },
};

/**
 * Makes an event of what was typed into its fields.
 * @throws Error that names the field
 */
export function eventOf(type, fields, values) {
  const event = { type };
  for (const field of fields) {
    const value = values[field.name];
    if (field.kind === "boolean") {
      if (value) {
        event[field.name] = true;
      }
    } else if (value === undefined || value.trim() === "") {
      if (field.required) {
        throw new Error(`${field.name}: is required`);
      }
    } else if (field.kind === "number") {
      if (Number.isNaN(Number(value))) {
        throw new Error(`${field.name}: must be a number`);
      }
      event[field.name] = Number(value);
    } else if (field.kind === "json") {
      try {
        event[field.name] = JSON.parse(value);
      } catch {
        throw new Error(`${field.name}: must be JSON`);
      }
    } else {
      event[field.name] = value;
    }
  }
  return event;
}

/** A button for each event; those that have fields ask for them first. */
export class EventsPanel {
  #form;
  #post;

  /** @param {(event: object) => Promise<void>} post */
  constructor(buttons, form, post) {
    this.#form = form;
    this.#post = post;
    for (const [group, types] of Object.entries(EVENTS)) {
      buttons.append(
        html(
          "fieldset",
          {},
          html("legend", {}, group),
          ...Object.entries(types).map(([type, fields]) => {
            const button = html("button", { type: "button", class: "chip", "data-event": type }, type);
            button.addEventListener("click", () => this.#ask(type, fields, button));
            return button;
          }),
        ),
      );
    }
  }

  #ask(type, fields, button) {
    if (fields.length === 0) {
      this.#form.replaceChildren();
      this.#form.hidden = true;
      this.#post({ type });
      return;
    }
    const error = html("p", { class: "error", role: "alert" });
    const own = fields.some((field) => field.name === "generation");
    const form = html(
      "form",
      { "aria-label": type, autocomplete: "off" },
      html("h3", {}, type),
      ...[...fields, ...(own ? [] : [AIM]), FORCE].map((field) => input(field)),
      error,
      html(
        "div",
        { class: "row" },
        html("button", { type: "submit", class: "primary" }, "Post"),
        html("button", { type: "button", class: "plain" }, "Cancel"),
      ),
    );
    const close = () => {
      this.#form.hidden = true;
      this.#form.replaceChildren();
      button.focus();
    };
    form.querySelector("button[type=button]").addEventListener("click", close);
    form.addEventListener("submit", async (submitted) => {
      submitted.preventDefault();
      try {
        const values = Object.fromEntries(new FormData(form));
        await this.#post(eventOf(type, [...fields, ...(own ? [] : [AIM]), FORCE], values));
        close();
      } catch (failure) {
        error.textContent = failure.line ?? failure.message;
      }
    });
    this.#form.replaceChildren(form);
    this.#form.hidden = false;
    form.querySelector("input, textarea").focus();
  }
}

const AIM = { name: "generation", kind: "text", required: false, hint: "only this one may be interrupted" };
const FORCE = { name: "force", kind: "boolean", hint: "interrupts what is protected, too" };

function input(field) {
  const id = `field-${field.name}`;
  const label = html("label", { for: id }, field.name, field.required ? "" : html("small", {}, ` ${field.hint ?? "optional"}`));
  if (field.kind === "boolean") {
    return html("p", { class: "field check" }, html("input", { id, name: field.name, type: "checkbox" }), label);
  }
  if (field.kind === "json") {
    const area = html("textarea", { id, name: field.name, rows: 2, spellcheck: "false" });
    area.value = field.value;
    return html("p", { class: "field" }, label, area);
  }
  return html(
    "p",
    { class: "field" },
    label,
    html("input", { id, name: field.name, type: "text", inputmode: field.kind === "number" && "decimal", value: field.value }),
  );
}
