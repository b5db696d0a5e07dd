// Sends the camera's frames: encoded once, in a worker, and as many as the network takes. On a slow
// one frames become smaller first, and fewer only then.

import { grab } from "./camera.js";

/** A frame's kind, as the service's messages number it. */
export const GUIDANCE = 0;
export const FLASHES = 1;

/** Shorter sides in pixels, and frames a second while flashes are shown. */
const STEPS = [
  { shorter: 480, fps: 20 },
  { shorter: 360, fps: 20 },
  { shorter: 300, fps: 15 },
  { shorter: 240, fps: 13 },
];
const GUIDANCE_FPS = 5;
/** What may lie unsent before frames become smaller; and at which a frame is left out. */
const MUCH = 150_000;
const TOO_MUCH = 400_000;
/** Frames that the worker holds at a time. */
const IN_HAND = 2;

export class Frames {
  #worker = new Worker(new URL("./encode-worker.js", import.meta.url), { type: "module" });
  #waiting = new Map();
  #socket;
  #seq = 0;
  #step = 0;
  #last = -Infinity;
  #lastSent = -1n;
  #limit = Infinity;
  #kind = GUIDANCE;
  #zero = 0;
  /** What was sent, for the page's own figures. */
  sent = 0;

  constructor(socket) {
    this.#socket = socket;
    this.#worker.addEventListener("message", ({ data: { id, jpeg, error } }) => {
      const header = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error || !header) return;
      this.#send(header, jpeg);
    });
  }

  /** From now on times count from `zero` (ms of `performance.now()`), and frames answer flashes. */
  flashes(zero) {
    this.#kind = FLASHES;
    this.#zero = zero;
    this.#last = -Infinity;
    this.#lastSent = -1n;
  }

  guidance() {
    this.#kind = GUIDANCE;
    this.#zero = 0;
  }

  /** The service asks for no more frames a second than so many. */
  slower(fps) {
    this.#limit = fps;
  }

  /** Offers the frame that `video` shows, taken at `time` in ms. */
  async offer(video, time) {
    const { shorter, fps } = STEPS[this.#step];
    const rate = Math.min(this.#limit, this.#kind === GUIDANCE ? GUIDANCE_FPS : fps);
    // A frame that comes a little early is not one too many.
    if (time - this.#last < 800 / rate || time < this.#zero) return;
    if (this.#waiting.size >= IN_HAND || this.#socket.bufferedAmount > TOO_MUCH) return;
    this.#last = time;
    const header = { kind: this.#kind, seq: this.#seq++, at: BigInt(Math.round(1000 * (time - this.#zero))) };
    this.#waiting.set(header.seq, header);
    const frame = await grab(video, time);
    this.#worker.postMessage({ id: header.seq, frame, shorter }, [frame]);
  }

  #send({ kind, seq, at }, jpeg) {
    if (this.#socket.readyState !== WebSocket.OPEN || kind !== this.#kind || at <= this.#lastSent) return;
    this.#lastSent = at;
    const message = new Uint8Array(16 + jpeg.byteLength);
    const view = new DataView(message.buffer);
    view.setUint8(0, 1);
    view.setUint8(1, kind);
    view.setUint32(4, seq, true);
    view.setBigUint64(8, at, true);
    message.set(new Uint8Array(jpeg), 16);
    this.#socket.send(message);
    this.sent++;
    const unsent = this.#socket.bufferedAmount;
    if (unsent > MUCH && this.#step < STEPS.length - 1) this.#step++;
  }

  close() {
    this.#worker.terminate();
    this.#waiting.clear();
  }
}
