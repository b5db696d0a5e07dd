// The module's exports as functions of JavaScript: for workers, for Node, and for pages that do
// without a worker.

// The smallest modules that use SIMD, and relaxed SIMD.
const SIMD = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11];
const RELAXED = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 15, 1, 13, 0, 65, 1, 253, 15, 65, 2, 253, 15, 253, 128, 2, 11];

/** The file of the module that this engine can run; `relaxed` allows the faster one. */
export function moduleName(relaxed = true) {
  const runs = (bytes) => WebAssembly.validate(new Uint8Array(bytes));
  if (!runs(SIMD)) throw new SelfsameError({ code: "backend_unavailable", stage: "engine", message: "this browser has no WebAssembly SIMD", advice: "update the browser" });
  return relaxed && runs(RELAXED) ? "selfsame.relaxed.wasm" : "selfsame.simd.wasm";
}

/** What went wrong: `code` is a stable word, `stage` says where, `advice` what to do. */
export class SelfsameError extends Error {
  constructor({ code, stage, message, advice }) {
    super(message);
    this.name = "SelfsameError";
    Object.assign(this, { code, stage, advice });
  }
}

// Pixel formats of VideoFrame, as the module names them.
const FORMATS = { I420: "i420", NV12: "nv12", RGBX: "rgba", RGBA: "rgba", BGRX: "bgra", BGRA: "bgra" };
const PLANES = { i420: 3, nv12: 2 };

/** What luma and chroma of a VideoFrame mean. */
function colorOf({ matrix, fullRange } = {}) {
  if (matrix === "smpte170m" || matrix === "bt470bg") return fullRange ? "jfif" : "bt601";
  return fullRange ? "bt709_full" : "bt709";
}

/**
 * One instance of the module: one thread's. After a trap every call fails with the code `trapped`.
 */
export class Instance {
  #exports;
  #frame = null;
  #trapped = false;
  #decoder = new TextDecoder();
  #encoder = new TextEncoder();

  /** Of a compiled module, or a response or bytes of one. */
  static async of(source) {
    let module = await source;
    if (typeof Response !== "undefined" && module instanceof Response) {
      // Browsers keep the compiled code of streamed modules alone, and stream what its type names.
      const streams = module.headers.get("content-type") === "application/wasm";
      module = await (streams ? WebAssembly.compileStreaming(module) : WebAssembly.compile(await module.arrayBuffer()));
    } else if (!(module instanceof WebAssembly.Module)) {
      module = await WebAssembly.compile(module);
    }
    return new Instance(await WebAssembly.instantiate(module, {}));
  }

  constructor(instance) {
    this.#exports = instance.exports;
    this.about = this.call("about");
  }

  #raw(name, ...values) {
    const trapped = (cause) => new SelfsameError({ code: "trapped", stage: "engine", message: `the module has ended: ${cause}`, advice: "load the engine again" });
    if (this.#trapped) throw trapped("an earlier call trapped");
    try {
      return this.#exports[name](...values);
    } catch (cause) {
      this.#trapped = true;
      throw trapped(cause.message);
    }
  }

  #bytes(at, length) {
    return new Uint8Array(this.#exports.memory.buffer, at >>> 0, length >>> 0);
  }

  #answer() {
    return this.#bytes(this.#raw("answer_at"), this.#raw("answer_len"));
  }

  /** Calls an export that answers with JSON. Strings and Uint8Arrays are handed over as bytes. */
  call(name, ...values) {
    const kept = [];
    const handed = values.map((value) => {
      if (typeof value === "string") value = this.#encoder.encode(value);
      if (!(value instanceof Uint8Array)) return value;
      const number = this.#new("bytes_new", value.length);
      kept.push(number);
      this.#bytes(this.#raw("place", number), value.length).set(value);
      return number;
    });
    try {
      const went = this.#raw(name, ...handed);
      const answer = JSON.parse(this.#decoder.decode(this.#answer()));
      if (!went) throw new SelfsameError(answer);
      return answer;
    } finally {
      // Whatever became of the call; what it has taken is closed already.
      if (!this.#trapped) kept.forEach((number) => this.#raw("close", number));
    }
  }

  #new(name, ...values) {
    const number = this.#raw(name, ...values);
    if (number === 0) throw new SelfsameError({ code: "limit_exceeded", stage: "engine", message: "there is no memory for that", advice: "close what is not needed" });
    return number;
  }

  /** The pixels of a picture that the module holds. */
  rgba(picture) {
    if (!this.#raw("picture_rgba", picture)) throw new SelfsameError(JSON.parse(this.#decoder.decode(this.#answer())));
    return new Uint8ClampedArray(this.#answer());
  }

  /** The module's frame for a camera's: made anew where size or format change. */
  #framed(length, width, height, format, color, rotation, mirrored) {
    const key = [length, width, height, format, color, rotation, mirrored].join();
    if (this.#frame?.key !== key) {
      if (this.#frame) this.call("close", this.#frame.number);
      this.#frame = null;
      const { formats, colors } = this.about;
      const number = this.#new("frame_new", length, width, height, formats.indexOf(format), colors.indexOf(color), rotation, mirrored ? 1 : 0);
      this.#frame = { key, number };
    }
    return this.#frame.number;
  }

  /**
   * The number of a frame that holds `source`: a VideoFrame, which is copied once, into the
   * module's memory, and not closed; or ImageData. No other call may be made before the promise is
   * kept.
   */
  async frame(source, { rotation = source.rotation ?? 0, mirrored = source.flip ?? false } = {}) {
    if (typeof VideoFrame === "undefined" || !(source instanceof VideoFrame)) {
      const { data, width, height } = source;
      const number = this.#framed(data.length, width, height, "rgba", "bt709", rotation, mirrored);
      this.#bytes(this.#raw("place", number), data.length).set(data);
      return number;
    }
    const format = FORMATS[source.format];
    // What the module does not read, the browser converts.
    const options = format ? {} : { format: "RGBA" };
    const length = source.allocationSize(options);
    const { width, height } = source.visibleRect;
    const number = this.#framed(length, width, height, format ?? "rgba", colorOf(source.colorSpace), rotation, mirrored);
    const layout = await source.copyTo(this.#bytes(this.#raw("place", number), length), options);
    layout.slice(0, PLANES[format] ?? 1).forEach(({ offset, stride }, index) => this.call("frame_plane", number, index === 0 ? 1 : 0, offset, stride));
    return number;
  }
}

/**
 * An engine of `profile` in this instance: its number. `file` gives the bytes of a model by name,
 * from the cache or anew.
 */
export async function build(instance, { profile, precision, refuseCovered, refuseSamePicture, refusePossibleMorph }, file) {
  const names = instance.about.profiles[profile];
  if (!names) throw new SelfsameError({ code: "invalid_argument", stage: "engine", message: `${profile} is no profile`, advice: "see EngineOptions" });
  const flags = (refuseCovered ? 1 : 0) + (refuseSamePicture ? 2 : 0) + (refusePossibleMorph ? 4 : 0);
  for (const anew of [false, true]) {
    const files = await Promise.all(names.map((name) => file(name, anew)));
    names.forEach((name, index) => instance.call("model_add", name, files[index]));
    try {
      return instance.call("engine_new", profile, precision, flags);
    } catch (error) {
      // The digest of what lay in the cache may be an old version's.
      if (error.code !== "invalid_model" || anew) throw error;
    }
  }
}
