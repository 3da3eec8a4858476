/** Calls the service as any other client does, with the credentials that the user has given, if any were asked for. */

/** An answer that is not what was asked for. */
export class Refusal extends Error {
  constructor(status, problem) {
    super(problem?.detail || problem?.title || `The service answered ${status}`);
    this.status = status;
    this.problem = problem;
  }

  /** What is wrong, in one line: the text of the problem, and what would have been allowed. */
  get line() {
    const field = this.problem?.field ? `${this.problem.field}: ` : "";
    const allowed = Array.isArray(this.problem?.allowed) ? ` (${this.problem.allowed.join(", ")})` : "";
    return `${field}${this.message}${allowed}`;
  }
}

/** The service was not reached. */
export class Unreachable extends Error {
  constructor() {
    super("The service cannot be reached");
  }
}

const KEPT = "edgewise.console.secret";

export class Api {
  #root;
  #base = "/v1";
  #secret = sessionStorage.getItem(KEPT);

  /** @param {string} page the address of the page, beside which the service lies */
  constructor(page) {
    this.#root = new URL(".", page).pathname.replace(/\/$/, "");
  }

  /** Reads what the console has to know of the service: where it lies, its routes and its policies. */
  async setup() {
    const setup = await this.#json("GET", `${this.#root}/console/setup`);
    this.#base = setup.basePath;
    return setup;
  }

  /**
   * Takes a secret, or forgets it.
   * @param {?string} secret a key or a token
   * @param {boolean} keep whether it outlives a reload; it never outlives the tab
   */
  know(secret, keep = false) {
    this.#secret = secret;
    if (secret && keep) {
      sessionStorage.setItem(KEPT, secret);
    } else {
      sessionStorage.removeItem(KEPT);
    }
  }

  get isKnown() {
    return Boolean(this.#secret);
  }

  openSession(id) {
    return this.#json("PUT", this.#session(id), { playback: "acknowledged" });
  }

  view(id) {
    return this.#json("GET", this.#session(id));
  }

  choosePolicy(id, policy) {
    return this.#json("PATCH", this.#session(id), { policy });
  }

  conversation(id) {
    return this.#json("GET", `${this.#session(id)}/conversation?view=generated`);
  }

  decisions(id) {
    return this.#json("GET", `${this.#session(id)}/decisions`);
  }

  async recording(id) {
    return (await this.#send("GET", `${this.#session(id)}/recording`)).text();
  }

  /**
   * Posts events, which are applied together. Each has an id, so that it can be sent again when nobody knows whether it
   * has arrived.
   * @returns the receipts
   */
  async post(id, events) {
    const named = events.map((event) => ({ id: uniqueId(), ...event }));
    const path = `${this.#session(id)}/events`;
    try {
      return await this.#json("POST", path, named);
    } catch (error) {
      if (!(error instanceof Unreachable)) {
        throw error;
      }
      return this.#json("POST", path, named);
    }
  }

  /** Opens the stream of a session behind a frame; the answer is given as it is, whatever its status. */
  stream(id, after, signal) {
    return fetch(`${this.#session(id)}/stream`, {
      headers: this.#headers({ Accept: "text/event-stream", "Last-Event-ID": String(after) }),
      cache: "no-store",
      credentials: "omit",
      signal,
    });
  }

  #session(id) {
    return `${this.#root}${this.#base}/sessions/${encodeURIComponent(id)}`;
  }

  async #json(method, path, body) {
    const response = await this.#send(method, path, body);
    return response.json();
  }

  async #send(method, path, body) {
    let response;
    try {
      response = await fetch(path, {
        method,
        headers: this.#headers(body === undefined ? {} : { "Content-Type": "application/json" }),
        body: body === undefined ? undefined : JSON.stringify(body),
        cache: "no-store",
        credentials: "omit",
      });
    } catch {
      throw new Unreachable();
    }
    if (!response.ok) {
      throw new Refusal(response.status, await response.json().catch(() => null));
    }
    return response;
  }

  #headers(others) {
    if (!this.#secret) {
      return others;
    }
    return isToken(this.#secret)
      ? { ...others, Authorization: `Bearer ${this.#secret}` }
      : { ...others, "X-API-Key": this.#secret };
  }
}

/** Whether a secret is a JWT, which has three parts; a key has one. */
export function isToken(secret) {
  return /^[\w-]+\.[\w-]+\.[\w-]*$/.test(secret);
}

/** An id that nobody else has. Not randomUUID(), which pages without TLS do not have. */
export function uniqueId() {
  return [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
