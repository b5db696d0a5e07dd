// The face check: camera, oval, countdown, flashes, outcome.

import { token } from "./api.js";
import * as cameras from "./camera.js";
import { announce, button, element, onLeave, show } from "./dom.js";
import { Flashes } from "./flashes.js";
import { Frames } from "./frames.js";
import { watch as newWatch, preload } from "./guide.js";
import { label } from "./record.js";
import { stage as newStage } from "./stage.js";
import { t, word } from "./texts.js";

const COUNTDOWN_S = 3;
/** Hints of a face that is where it should be. */
const STAYING = ["hold", "hold_still", "ready"];
/** Below this mean distance from grey a picture has no colours; infrared cameras have 0 to 2. */
const GREY = 2.5;
/** So many looks, one a second, before a camera is called grey. */
const GREY_LOOKS = 3;
/** The face has pulled back when it is this much smaller than at the beginning, or is gone, in so
 * many frames that were looked at. */
const PULLED = 0.75;
const PULLED_FRAMES = 3;
/** How long the service may take to answer, in ms. */
const PATIENCE = 15_000;

/**
 * One face check. Resolves with `{ step }` (the service's outcome), `{ camera: why }`, `{ lost }`,
 * `{ refused: error }`, `{ left: true }` (the person stopped it), each with `pulledBack` where they
 * had moved away, and `pullBacks`, how often that is free, once the service has said so.
 */
export async function faceCheck() {
  performance.mark("camera-asked");
  const stage = newStage();
  let finish;
  const finished = new Promise((resolve) => (finish = resolve));
  show(t("face.title"), stage.all);
  stage.mode("guidance");
  stage.say(t("face.starting"));
  const check = new Check(stage, finish);
  stage.controls.append(button(t("face.stop"), () => check.leave(), "quiet"));
  onLeave(() => check.close());
  check.start().catch((error) => finish(error instanceof cameras.CameraProblem ? { camera: error.why } : { lost: error.message }));
  const outcome = await finished;
  check.close();
  return { ...outcome, pulledBack: check.pulledBack, pullBacks: check.pullBacks };
}

class Check {
  pulledBack = false;
  pullBacks = 0;
  #stage;
  #finish;
  #socket;
  #frames;
  #stream;
  #watch;
  #flashes;
  #stopFrames = () => {};
  #phase = "guidance";
  #local = null;
  #server = null;
  #size = 0;
  #away = 0;
  #grey = 0;
  #coloured = false;
  #nextLook = 0;
  #lookedAt = 0;
  #timers = new Set();
  #waited;
  #lock;
  #closed = false;

  constructor(stage, finish) {
    this.#stage = stage;
    this.#finish = finish;
  }

  async start() {
    // The service and the networks are fetched while the person says yes to the camera.
    preload();
    this.#stream = await cameras.open();
    if (this.#closed) return this.close();
    await cameras.play(this.#stage.video, this.#stream);
    await this.#offerCameras();
    this.#connect();
    document.addEventListener("visibilitychange", this.#hidden);
    this.#lock = await navigator.wakeLock?.request("screen").catch(() => null);
    if (this.#closed) return this.close();
    this.#stopFrames = cameras.each(this.#stage.video, (time) => this.#frame(time));
  }

  close() {
    this.#closed = true;
    this.#stopFrames();
    this.#flashes?.stop();
    this.#timers.forEach(clearTimeout);
    clearTimeout(this.#waited);
    document.removeEventListener("visibilitychange", this.#hidden);
    this.#frames?.close();
    if (this.#socket) this.#socket.onclose = null;
    this.#socket?.close();
    cameras.stop(this.#stream);
    this.#watch?.close();
    this.#watch = null;
    this.#lock?.release().catch(() => {});
  }

  leave() {
    if (this.#phase === "flashes") this.#stopShowing("hidden");
    else this.#finish({ left: true });
  }

  /** Cameras, where there are several: the first one may be infrared, or look elsewhere. */
  async #offerCameras() {
    const all = await cameras.cameras();
    if (all.length < 2) return;
    const current = this.#stream.getVideoTracks()[0].getSettings().deviceId;
    const options = all.map(({ deviceId, label }, i) => element("option", { value: deviceId, selected: deviceId === current }, label || t("face.camera_n", { n: i + 1 })));
    const list = element("select", { id: "camera", change: () => this.#change(list.value) }, ...options);
    this.#stage.controls.prepend(element("label", { for: "camera" }, t("face.camera")), list);
  }

  async #change(device) {
    cameras.remember(device);
    cameras.stop(this.#stream);
    [this.#grey, this.#coloured] = [0, false];
    try {
      this.#stream = await cameras.open({ device });
      await cameras.play(this.#stage.video, this.#stream);
    } catch (error) {
      this.#finish({ camera: error.why ?? "failed" });
    }
  }

  #connect() {
    const url = new URL("api/v1/face", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    this.#socket = new WebSocket(url);
    this.#socket.binaryType = "arraybuffer";
    this.#frames = new Frames(this.#socket);
    this.#socket.onopen = () => this.#tell({ type: "start", token: token.get(), record: label() });
    this.#socket.onmessage = ({ data }) => this.#hear(JSON.parse(data));
    this.#socket.onclose = () => this.#finish({ lost: "closed" });
    this.#expect();
  }

  /** Every wait for the service has an end. */
  #expect(ms = PATIENCE) {
    clearTimeout(this.#waited);
    this.#waited = setTimeout(() => this.#finish({ lost: "no answer" }), ms);
  }

  #after(ms, act) {
    const timer = setTimeout(() => (this.#timers.delete(timer), act()), ms);
    this.#timers.add(timer);
  }

  #tell(message) {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #hear(message) {
    this.#expect(message.type === "judging" || message.type === "wait" ? 60_000 : PATIENCE);
    const heard = {
      oval: () => {
        this.pullBacks = message.pull_backs;
        return this.#follow(message.width);
      },
      guidance: () => {
        this.#server = { ...message, at: performance.now() };
        this.#guide();
      },
      not_ready: () => this.#again(message.hint),
      wait: () => this.#stage.say(t("face.wait", { n: message.ahead })),
      flashes: () => this.#show(),
      segment: () => this.#flashes?.add(message),
      seen: () => message.progress === "complete" && this.#phase === "over" && this.#end(),
      slow: () => this.#frames.slower(message.frames_per_second),
      stop: () => this.#dark(),
      judging: () => this.#judging(),
      outcome: () => this.#finish({ step: message.step, passed: message.passed }),
      error: () => this.#finish({ refused: message.error }),
    }[message.type];
    heard?.();
  }

  /** The page's own guidance, for the service's oval; the service's does not wait for it. */
  async #follow(ovalWidth) {
    const watch = await newWatch(ovalWidth);
    if (this.#closed) watch?.close();
    else this.#watch = watch;
  }

  #frame(time) {
    if (this.#closed) return false;
    if (this.#phase === "judging") return true;
    this.#frames.offer(this.#stage.video, time);
    this.#look(time);
    return true;
  }

  /** Shows the frame to the page's own follower, if it has time. */
  async #look(time) {
    const watch = this.#watch;
    if (!watch || watch.busy) return;
    // While flashes are shown, the service's frames come first.
    if (this.#phase !== "guidance" && this.#phase !== "countdown" && time - this.#lookedAt < 200) return;
    this.#lookedAt = time;
    const frame = await cameras.grab(this.#stage.video, time);
    if (!(frame instanceof ImageBitmap)) return this.#heard(await watch.frame(frame, Math.round(1000 * time)).catch(() => null));
    const canvas = new OffscreenCanvas(frame.width, frame.height).getContext("2d");
    canvas.drawImage(frame, 0, 0);
    frame.close();
    this.#heard(await watch.frame(canvas.getImageData(0, 0, canvas.canvas.width, canvas.canvas.height), Math.round(1000 * time)).catch(() => null));
  }

  #heard(guidance) {
    if (!guidance || this.#closed) return;
    if (!this.#local) performance.mark("first-guidance");
    this.#local = guidance;
    if (this.#phase === "flashes") return this.#stays(guidance);
    this.#stage.draw(guidance);
    this.#stage.progress(guidance.ready ? 1 : guidance.progress);
    this.#guide();
  }

  /** The hint that counts now; when page and service agree, the countdown begins. */
  #guide() {
    const { hint: own } = this.#local ?? {};
    // Without a follower of its own the page goes by the service's word.
    const inPlace = this.#watch ? STAYING.includes(own) : true;
    if (this.#phase === "countdown") {
      if (!inPlace || this.#server?.hint === "no_face") this.#again(own ?? "no_face");
      return;
    }
    if (this.#phase !== "guidance") return;
    if (this.#isGrey()) return this.#finish({ camera: "grey" });
    const fresh = this.#server && performance.now() - this.#server.at < 5000;
    const ready = fresh && this.#server.is_ready;
    if (ready && inPlace && this.#coloured) return this.#count(COUNTDOWN_S);
    const hint = own && own !== "ready" ? own : (this.#server?.hint ?? "hold");
    const text = word("hint", hint === "ready" ? "hold" : hint);
    this.#stage.say(text, hint);
    announce(text);
  }

  #isGrey() {
    const now = performance.now();
    if (this.#coloured || now < this.#nextLook) return false;
    this.#nextLook = now + 1000;
    const colours = cameras.colourfulness(this.#stage.video);
    if (colours === null) return false;
    // One look with colours settles it.
    this.#coloured = colours > GREY;
    this.#grey++;
    return !this.#coloured && this.#grey >= GREY_LOOKS;
  }

  #again(hint) {
    this.#phase = "guidance";
    this.#stage.mode("guidance");
    this.#stage.say(word("hint", hint), hint);
  }

  #count(seconds) {
    this.#phase = "countdown";
    this.#stage.mode("countdown");
    const tick = (left) => {
      if (this.#phase !== "countdown") return;
      if (left === 0) return this.#begin();
      this.#stage.say(t("face.countdown", { n: left }), "ready");
      announce(t("face.flashes_soon"));
      this.#after(1000, () => tick(left - 1));
    };
    tick(seconds);
  }

  #begin() {
    this.#phase = "begin";
    this.#size = this.#local?.face?.size ?? 0;
    this.#away = 0;
    this.#stage.say(t("face.hold_still"), "hold");
    this.#tell({ type: "begin" });
  }

  #show() {
    this.#phase = "flashes";
    this.#stage.mode("flashes");
    this.#stage.say(t("face.hold_still"), "hold");
    this.#flashes = new Flashes(this.#stage.all, {
      began: (zero) => this.#frames.flashes(zero),
      shown: (index, at, segment) => {
        performance.mark("shown", { detail: { index, asked_us: segment.start_us, at_us: Math.round(1000 * at) } });
        this.#tell({ type: "shown", index, at_us: Math.round(1000 * at) });
      },
      over: () => {
        this.#phase = "over";
        this.#after(400, () => this.#end());
      },
      late: () => this.#stopShowing("network"),
    });
  }

  /** People pull back when it flashes: that is told at once, and the flashes stop. */
  #stays({ faces, face }) {
    const away = faces === 0 || (face && this.#size > 0 && face.size < PULLED * this.#size);
    this.#away = away ? this.#away + 1 : 0;
    if (this.#away < PULLED_FRAMES) return;
    this.pulledBack = true;
    this.#stopShowing("pulled_back");
  }

  #hidden = () => {
    if (document.hidden && this.#phase === "flashes") this.#stopShowing("hidden");
  };

  #stopShowing(why) {
    if (this.#phase !== "flashes") return;
    this.#tell({ type: "stop", why });
    this.#dark();
  }

  #dark() {
    this.#flashes?.stop();
    this.#judging();
  }

  #end() {
    if (this.#phase !== "over") return;
    this.#tell({ type: "end" });
    this.#dark();
  }

  #judging() {
    this.#phase = "judging";
    this.#flashes?.stop();
    this.#stage.mode("judging");
    this.#stage.say(t("face.judging"), "hold");
    announce(t("face.judging"));
  }
}
