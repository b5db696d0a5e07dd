// The camera: which one, its frames with their times, and what is wrong with it.

const CHOSEN = "camera";

/** Why there is no picture: `denied`, `none`, `busy`, `insecure` or `failed`. */
export class CameraProblem extends Error {
  constructor(why, cause) {
    super(why, { cause });
    this.why = why;
  }
}

const WHY = { NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "none", OverconstrainedError: "none", NotReadableError: "busy", AbortError: "busy" };

/** Opens the person's camera, or the one that they chose before. `rear` is for documents. */
export async function open({ rear = false, device } = {}) {
  if (!navigator.mediaDevices?.getUserMedia) throw new CameraProblem("insecure");
  const chosen = device ?? (rear ? null : localStorage.getItem(CHOSEN));
  const size = rear ? { width: { ideal: 1920 }, height: { ideal: 1080 } } : { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 30, min: 12 } };
  const facing = { facingMode: rear ? "environment" : "user" };
  // A camera that is gone, or slower than wanted, is better than none.
  const wishes = [...(chosen ? [{ ...size, deviceId: { exact: chosen } }] : []), { ...size, ...facing }, facing, true];
  let last;
  for (const video of wishes) {
    try {
      return await bounded(navigator.mediaDevices.getUserMedia({ video, audio: false }), 60_000);
    } catch (error) {
      last = error;
      if (WHY[error.name] !== "none" && error.name !== "TypeError") break;
    }
  }
  throw new CameraProblem(WHY[last.name] ?? "failed", last);
}

function bounded(promise, ms) {
  let timer;
  const late = new Promise((_, reject) => (timer = setTimeout(() => reject(new DOMException("no answer", "AbortError")), ms)));
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** All cameras; their names are known once one was allowed. */
export async function cameras() {
  return (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === "videoinput");
}

export const remember = (device) => localStorage.setItem(CHOSEN, device);
export const stop = (stream) => stream?.getTracks().forEach((track) => track.stop());

/** Shows a stream; kept once there is a picture. */
export async function play(video, stream) {
  video.srcObject = stream;
  try {
    await bounded(video.play(), 10_000);
    await bounded(new Promise((ready) => each(video, () => (ready(), false))), 10_000);
  } catch (cause) {
    throw new CameraProblem("busy", cause);
  }
}

/**
 * Calls `taken(time in ms)` for each new frame, on the clock of `performance.now()`, until it
 * answers false or the returned function is called.
 */
export function each(video, taken) {
  let going = true;
  const next = (time) => {
    if (going && taken(time) !== false) ask();
  };
  // The camera's own time where it is known; else when the frame is expected on the screen. That
  // may lie ahead, and no frame was taken after it is here: the service would not believe it.
  const called = (now, { captureTime, expectedDisplayTime }) => next(Math.min(captureTime ?? expectedDisplayTime, now));
  let before = -1;
  const polled = (now) => {
    if (video.currentTime === before) return ask();
    before = video.currentTime;
    next(now);
  };
  const ask = () => ("requestVideoFrameCallback" in video ? video.requestVideoFrameCallback(called) : requestAnimationFrame(polled));
  ask();
  return () => (going = false);
}

/** What is on the video now: a frame where the browser has such, else a picture. */
export async function grab(video, timeMs) {
  if ("VideoFrame" in window) return new VideoFrame(video, { timestamp: Math.round(1000 * timeMs) });
  return createImageBitmap(video);
}

const SIDE = 24;
let small;
/**
 * Mean distance from grey, 0 to 255, of a few pixels: an infrared camera has none. Null for a
 * picture that is nearly black, of which nobody can tell.
 */
export function colourfulness(video) {
  small ??= Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE }).getContext("2d", { willReadFrequently: true });
  small.drawImage(video, 0, 0, SIDE, SIDE);
  const { data } = small.getImageData(0, 0, SIDE, SIDE);
  let [spread, level] = [0, 0];
  for (let i = 0; i < data.length; i += 4) {
    spread += Math.max(data[i], data[i + 1], data[i + 2]) - Math.min(data[i], data[i + 1], data[i + 2]);
    level += data[i + 1];
  }
  const pixels = SIDE * SIDE;
  return level / pixels < 16 ? null : spread / pixels;
}
