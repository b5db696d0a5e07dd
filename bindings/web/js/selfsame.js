// The package's interface; selfsame.d.ts documents it.

import { SelfsameError } from "./instance.js";

export { SelfsameError };

/** Requests, answered by a worker. */
class Worked {
  #worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  #waiting = new Map();
  #next = 0;

  constructor() {
    this.#worker.addEventListener("message", ({ data: { id, answer, error } }) => {
      const { resolve, reject } = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error) reject(new SelfsameError(error));
      else resolve(answer);
    });
    this.#worker.addEventListener("error", (event) => this.#end(event.message ?? "the worker could not be started"));
  }

  ask(name, ...values) {
    const id = this.#next++;
    const frames = values.filter((value) => typeof VideoFrame !== "undefined" && value instanceof VideoFrame);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, name, values }, frames);
    });
  }

  #end(message) {
    const error = new SelfsameError({ code: "trapped", stage: "engine", message, advice: "load the engine again" });
    this.#waiting.forEach(({ reject }) => reject(error));
    this.#waiting.clear();
  }

  terminate() {
    this.#worker.terminate();
    this.#end("the engine was closed");
  }
}

export class Engine {
  #asked;
  #number;

  static async load({ base = new URL("../dist/", import.meta.url), models = "models/", profile = "guidance", precision = "float32", refuseCovered = false, refuseSamePicture = false, refusePossibleMorph = false, relaxed = true, worker = true } = {}) {
    const asked = worker ? new Worked() : new (await import("./requests.js")).Requests();
    try {
      const options = { base: new URL(base, globalThis.location?.href).href, models: String(models), profile, precision, refuseCovered, refuseSamePicture, refusePossibleMorph, relaxed };
      const { engine, about } = await asked.ask("load", options);
      return new Engine(asked, engine, about);
    } catch (error) {
      asked.terminate?.();
      throw error;
    }
  }

  constructor(asked, number, about) {
    this.#asked = asked;
    this.#number = number;
    this.about = about;
  }

  verify(document, selfie, fmr = 1e-4) {
    if (selfie instanceof Watch) return this.#asked.ask("verifyBest", this.#number, bytes(document), selfie.number, fmr);
    return this.#asked.ask("call", "verify", this.#number, bytes(document), bytes(selfie), fmr);
  }

  guide(frame, options = {}) {
    return this.#asked.ask("withFrame", "guide", this.#number, frame, options);
  }

  async watch({ ovalWidth = NaN, stillUs = NaN, timeoutUs = NaN, keptFrames = NaN } = {}) {
    const number = await this.#asked.ask("call", "watch_new", this.#number, ovalWidth, stillUs, timeoutUs, keptFrames);
    return new Watch(this.#asked, number);
  }

  async flashSession(challenge) {
    const number = await this.#asked.ask("call", "flash_session", this.#number, challenge);
    const played = await this.#asked.ask("call", "challenge", challenge);
    return new FlashSession(this.#asked, number, played);
  }

  async close() {
    if (this.#asked.terminate) this.#asked.terminate();
    else await this.#asked.ask("call", "close", this.#number);
  }
}

/** A thing that takes a camera's frames, one at a time. */
class Taking {
  #asked;
  #frame;
  #busy = false;

  constructor(asked, number, frame) {
    this.#asked = asked;
    this.#frame = frame;
    this.number = number;
  }

  ask(name, ...values) {
    return this.#asked.ask(name, ...values);
  }

  get busy() {
    return this.#busy;
  }

  async frame(frame, timestampUs = frame.timestamp, options = {}) {
    if (this.#busy) {
      frame.close?.();
      return null;
    }
    this.#busy = true;
    try {
      return await this.#asked.ask("withFrame", this.#frame, this.number, frame, options, timestampUs);
    } finally {
      this.#busy = false;
    }
  }

  follow(video, heard, { failed = (error) => console.error(error), taken } = {}) {
    let going = true;
    const next = (_, { captureTime, expectedDisplayTime }) => {
      if (!going) return;
      video.requestVideoFrameCallback(next);
      if (this.#busy && !taken) return;
      const timestamp = Math.round(1000 * (captureTime ?? expectedDisplayTime));
      const frame = new VideoFrame(video, { timestamp });
      taken?.(frame.clone());
      const told = (answer) => going && answer && heard(answer);
      this.frame(frame, timestamp).then(told).catch(failed);
    };
    video.requestVideoFrameCallback(next);
    return () => {
      going = false;
    };
  }

  async close() {
    await this.#asked.ask("call", "close", this.number);
  }
}

export class Watch extends Taking {
  constructor(asked, number) {
    super(asked, number, "watch_frame");
  }

  best() {
    return this.ask("best", this.number);
  }
}

export class FlashSession extends Taking {
  constructor(asked, number, { flashes, total_us }) {
    super(asked, number, "flash_frame");
    this.flashes = flashes;
    this.totalUs = total_us;
  }

  shown(flash, shownUs) {
    return this.ask("call", "flash_shown", this.number, flash, shownUs);
  }

  report() {
    return this.ask("call", "flash_report", this.number);
  }
}

/** What to show at a time: one of `flashes`, or null where the screen is black. */
export function shownAt(flashes, atUs) {
  return flashes.find(({ start_us, duration_us }) => start_us <= atUs && atUs < start_us + duration_us) ?? null;
}

function bytes(value) {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (value instanceof Uint8Array) return value;
  throw new SelfsameError({ code: "invalid_argument", stage: "engine", message: "a file is an ArrayBuffer or a Uint8Array", advice: "await file.arrayBuffer()" });
}
