// What a page asks of its instance, one request after the other: the same in a worker and without.

import { Instance, SelfsameError, build, moduleName } from "./instance.js";

async function fetched(url, anew) {
  const response = await fetch(url, { cache: anew ? "reload" : "default" });
  if (!response.ok) throw new SelfsameError({ code: "io", stage: "model", message: `${url}: ${response.status}`, advice: "serve the package's dist folder there" });
  return response;
}

/** The requests by name. */
export class Requests {
  #instance;
  #queue = Promise.resolve();

  /** One request: its answer. Requests wait for each other. */
  ask(name, ...values) {
    const answer = this.#queue.then(() => this[name](...values));
    this.#queue = answer.catch(() => {});
    return answer;
  }

  async load({ base, models, relaxed, ...options }) {
    const from = new URL(base), folder = new URL(models, from);
    const read = async (name, anew) => new Uint8Array(await (await fetched(new URL(name, folder), anew)).arrayBuffer());
    // What every profile needs comes beside the module.
    const begun = new Map(["detect.onnx", "mesh.onnx"].map((name) => [name, read(name, false)]));
    begun.forEach((bytes) => bytes.catch(() => {}));
    const file = (name, anew) => (!anew && begun.get(name)) || read(name, anew);
    this.#instance = await Instance.of(fetched(new URL(moduleName(relaxed), from), false));
    return { engine: await build(this.#instance, options, file), about: this.#instance.about };
  }

  call(name, ...values) {
    return this.#instance.call(name, ...values);
  }

  /** A call about a thing and a frame, which is closed. */
  async withFrame(name, thing, source, options, ...values) {
    try {
      const frame = await this.#instance.frame(source, options);
      return this.#instance.call(name, thing, frame, ...values);
    } finally {
      source.close?.();
    }
  }

  best(watch) {
    const best = this.#instance.call("watch_best", watch);
    if (!best) return null;
    const [picture, [width, height]] = best;
    try {
      return { width, height, data: this.#instance.rgba(picture) };
    } finally {
      this.#instance.call("close", picture);
    }
  }

  verifyBest(engine, document, watch, fmr) {
    const best = this.#instance.call("watch_best", watch);
    if (!best) throw new SelfsameError({ code: "invalid_argument", stage: "capture", message: "the watch has kept no frame", advice: "wait until guidance is ready" });
    try {
      return this.#instance.call("verify_picture", engine, document, best[0], fmr);
    } finally {
      this.#instance.call("close", best[0]);
    }
  }
}
