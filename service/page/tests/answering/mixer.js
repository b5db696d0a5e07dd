// Mixes the light layers of a simulated scene (selfsame-lab simulate --layers) by the colour that a
// page shows, as a camera sees it: late, with exposure control and noise.

const CROSSTALK = 0.03;
const GREY = 0.18;
const STEPS = 4096;

const linear = (code) => (code <= 0.04045 ? code / 12.92 : ((code + 0.055) / 1.055) ** 2.4);
const encoded = (light) => (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055);
const LINEAR = Float32Array.from({ length: 256 }, (_, i) => linear(i / 255));
// With a slight bend, as cameras add it.
const TONE = Uint8Array.from({ length: STEPS }, (_, i) => {
  const v = encoded(i / (STEPS - 1));
  return Math.round(255 * (v + 0.18 * v * (1 - v) * (2 * v - 1)));
});

// A generator whose numbers are always the same (Numerical Recipes' linear congruence).
let state = 1;
const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
const NOISE = Float32Array.from({ length: 1 << 16 }, () => random() + random() + random() + random() - 2);

const shown = [];

async function layers(species) {
  const base = `/answering/${species}/`;
  const manifest = await (await fetch(`${base}layers.json`)).json();
  const canvas = new OffscreenCanvas(manifest.width, manifest.height).getContext("2d", { willReadFrequently: true });
  const picture = async (name) => {
    const bitmap = await createImageBitmap(await (await fetch(base + name)).blob());
    canvas.drawImage(bitmap, 0, 0);
    bitmap.close();
    return canvas.getImageData(0, 0, manifest.width, manifest.height).data;
  };
  const frames = [];
  for (const [ambient, screen] of manifest.frames) frames.push([await picture(ambient), await picture(screen)]);
  return { ...manifest, frames };
}

/** Mean linear light about the face, for the exposure control. */
function mean(pixels, width, height) {
  const sums = [0, 0, 0];
  let n = 0;
  for (let y = height >> 2; y < height - (height >> 2); y += 4) {
    for (let x = width >> 2; x < width - (width >> 2); x += 4, n++) {
      for (let c = 0; c < 3; c++) sums[c] += LINEAR[pixels[4 * (y * width + x) + c]];
    }
  }
  return sums.map((sum) => sum / n);
}

/** The screen's light, linear, over an exposure that ends at a time. */
function light(end, exposureMs) {
  const sum = [0, 0, 0];
  let from = end - exposureMs;
  for (let i = 0; i < shown.length; i++) {
    const until = Math.min(shown[i + 1]?.at ?? Infinity, end);
    if (until <= from) continue;
    const share = (until - from) / exposureMs;
    shown[i].light.forEach((v, c) => (sum[c] += share * v));
    from = until;
  }
  return sum;
}

function mix(out, [ambient, screen], gainA, gainS) {
  // Signal of each level of each layer's colours.
  const a = LINEAR.map((v) => v * gainA * (STEPS - 1));
  const [sr, sg, sb] = gainS.map((gain) => LINEAR.map((v) => v * gain * (STEPS - 1)));
  const own = 1 - 3 * CROSSTALK;
  let k = (random() * NOISE.length) | 0;
  for (let i = 0; i < out.length; i += 4) {
    const r = a[ambient[i]] + sr[screen[i]];
    const g = a[ambient[i + 1]] + sg[screen[i + 1]];
    const b = a[ambient[i + 2]] + sb[screen[i + 2]];
    const all = CROSSTALK * (r + g + b);
    const level = (v) => TONE[v < STEPS ? v | 0 : STEPS - 1];
    k = (k + 3) & 0xffff;
    out[i] = level(own * r + all) + 2 * NOISE[k];
    out[i + 1] = level(own * g + all) + 2 * NOISE[(k + 1) & 0xffff];
    out[i + 2] = level(own * b + all) + 2 * NOISE[(k + 2) & 0xffff];
    out[i + 3] = 255;
  }
}

async function run({ species, writable, lagMs = 80, exposureMs = 15, fps = 20, answers = true, grey = false, leaves = false }) {
  const { width, height, frames, ambient_cd_m2: recorded, screen_cd_m2, fps: poses } = await layers(species);
  // An evening, 100 lux of the recorded 300: how often a bright room leaves a check without a
  // verdict is the laboratory's to measure.
  const ambient_cd_m2 = recorded / 3;
  const writer = writable.getWriter();
  const meanA = mean(frames[0][0], width, height).map((v) => v * ambient_cd_m2);
  const meanS = mean(frames[0][1], width, height).map((v) => v * screen_cd_m2);
  const luminance = (rgb) => 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
  const wanted = (screen) => Math.log(GREY / luminance(meanA.map((v, c) => v + (answers ? screen[c] * meanS[c] : 0))));
  let exposure;
  let before;
  const pixels = new Uint8ClampedArray(4 * width * height);
  const began = performance.now();
  for (let n = 0; ; n++) {
    const due = began + (n * 1000) / fps;
    await new Promise((done) => setTimeout(done, Math.max(0, due - performance.now())));
    // What could not be taken in time is not taken.
    n = Math.max(n, Math.floor(((performance.now() - began) * fps) / 1000));
    const now = performance.now();
    const screen = light(performance.timeOrigin + now - lagMs, exposureMs);
    exposure ??= wanted(screen);
    // Exposure follows with a time constant of 0.6 s, as the simulation's cameras do.
    if (before) exposure += (1 - Math.exp((before.at - now) / 600)) * (wanted(before.screen) - exposure);
    before = { at: now, screen };
    const gain = Math.exp(exposure);
    // Forwards and backwards through the poses, so that nothing jumps.
    const place = Math.floor(((now - began) / 1000) * poses) % (2 * frames.length - 2);
    const pose = frames[place < frames.length ? place : 2 * frames.length - 2 - place];
    // Who leaves is gone once the page has not been white for a second.
    const white = shown.findLast(({ light }) => light.every((v) => v > 0.9));
    const gone = leaves && shown.at(-1) !== white && performance.timeOrigin + now - shown[shown.indexOf(white) + 1].at > 1000;
    if (gone) pixels.fill(90);
    else mix(pixels, pose, gain * ambient_cd_m2, screen.map((v) => (answers ? v * gain * screen_cd_m2 : 0)));
    if (grey) for (let i = 0; i < pixels.length; i += 4) pixels[i] = pixels[i + 2] = pixels[i + 1];
    const frame = new VideoFrame(pixels, { format: "RGBA", codedWidth: width, codedHeight: height, timestamp: Math.round(1000 * (now - began)) });
    try {
      await writer.write(frame);
    } catch {
      return frame.close();
    }
  }
}

addEventListener("message", ({ data }) => {
  if (data.color) shown.push({ at: data.at, light: data.color.map((v) => linear(v / 255)) });
  else run(data);
});
