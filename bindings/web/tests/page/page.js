// What a browser test runs: reports to the server that serves it.

import { moduleName } from "/js/instance.js";
import { Engine, SelfsameError } from "/js/selfsame.js";

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

async function picture(name) {
  return createImageBitmap(await (await fetch(`/portraits/${name}.jpg`)).blob());
}

async function run() {
  const report = {};
  // So that what is timed below begins when the page has the files.
  await Promise.all(["selfsame.simd.wasm", "selfsame.relaxed.wasm", "models/detect.onnx", "models/mesh.onnx"].map((name) => fetch(`/dist/${name}`)));
  const portrait = await picture("obama");
  const canvas = document.querySelector("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });

  const begun = performance.now();
  const engine = await Engine.load({ base: "/dist/" });
  const watch = await engine.watch();
  let guidance = await watch.frame(new VideoFrame(canvas, { timestamp: 0 }));
  report.first_guidance_ms = performance.now() - begun;
  report.first = guidance.hint;
  // The portrait's face fills the oval.
  const { oval: wanted } = guidance;
  const { face: { oval: shown } } = await engine.guide(new VideoFrame(portrait, { timestamp: 0 }));
  const scale = wanted.width / shown.width;
  const draw = (shift) => context.drawImage(portrait, wanted.center_x - scale * shown.center_x + shift, wanted.center_y - scale * shown.center_y, scale * portrait.width, scale * portrait.height);

  const times = [];
  let stutter = 0, last = performance.now();
  const beat = () => {
    const now = performance.now();
    stutter = Math.max(stutter, now - last);
    last = now;
    beating = setTimeout(beat, 1);
  };
  let beating = setTimeout(beat, 1);
  const drawn = [];
  for (let number = 1; number <= 200; number++) {
    draw(Math.sin(number));
    const frame = new VideoFrame(canvas, { timestamp: number * 33_333 });
    const from = performance.now();
    guidance = await watch.frame(frame);
    times.push(performance.now() - from);
    drawn.push(guidance.faces);
  }
  clearTimeout(beating);
  report.tracked_fps = 1000 / median(times);
  report.best_ms = Math.min(...times);
  report.stutter_ms = stutter;
  report.tracked = drawn.filter((faces) => faces === 1).length;
  report.face = guidance.face && { size: guidance.face.size, oval: guidance.face.oval };
  const best = await watch.best();
  report.best = best && [best.width, best.height, best.data.length];
  const imageData = await watch.frame(context.getImageData(0, 0, 640, 480), 8_000_000);
  report.of_image_data = imageData.faces;
  const [one, two] = [watch.frame(new VideoFrame(canvas, { timestamp: 9_000_000 })), watch.frame(new VideoFrame(canvas, { timestamp: 9_100_000 }))];
  report.dropped = [(await one) !== null, (await two) === null];
  await engine.close();

  const verifying = await Engine.load({ base: "/dist/", profile: "fast" });
  const file = async (name) => (await fetch(`/portraits/${name}.jpg`)).arrayBuffer();
  const answer = await verifying.verify(await file("obama"), await file("obama2"));
  report.verified = [answer.decision, answer.compared.score];
  report.error = await verifying.verify(new Uint8Array(3), await file("obama")).catch((error) => [error instanceof SelfsameError, error.code, error.advice]);
  await verifying.close();
  report.wrong_place = await Engine.load({ base: "/nowhere/" }).catch((error) => error.code);

  // Every frame is handed on, those that are not looked at, too.
  const video = document.querySelector("video");
  video.srcObject = canvas.captureStream(30);
  const drawing = setInterval(() => draw(0), 33);
  await video.play();
  const handed = [];
  const following = await Engine.load({ base: "/dist/" });
  await new Promise(async (done) => {
    const taken = (frame) => (handed.push(frame.timestamp), frame.close());
    const stop = (await following.watch()).follow(video, () => handed.length > 3 && (stop(), done()), { taken });
  });
  report.handed = handed.every((at, index) => index === 0 || at > handed[index - 1]);
  await following.close();

  // The README's lines, before a camera that shows the portrait.
  navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(30);
  report.readme = [];
  const { log } = console;
  console.log = (...values) => report.readme.push(values.join(" "));
  await import("/readme.js");
  console.log = log;
  clearInterval(drawing);

  // What the policy forbids stays forbidden.
  report.policy = await new Promise((resolve) => {
    addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective));
    const script = document.createElement("script");
    script.textContent = "globalThis.inlined = true";
    document.head.append(script);
  });
  report.module = moduleName();
  return report;
}

const report = await run().catch((error) => ({ failed: `${error.code ?? error.name}: ${error.message}\n${error.stack}` }));
await fetch("/report", { method: "POST", body: JSON.stringify(report) });
