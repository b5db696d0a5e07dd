// The bundled networks in WebAssembly beside onnxruntime-web, in one process on one thread:
// `node compare.mjs [ROUNDS]`. README.md says how it is built.
import { readFile } from 'node:fs/promises';
import * as ort from 'onnxruntime-web';

const root = new URL('../../../', import.meta.url);
const rounds = Number(process.argv[2] ?? 30);
const NETWORKS = ['detect', 'mesh', 'template'];
/** Multiply-adds per image, as models/README.md has them. */
const MULTIPLY_ADDS = { detect: 105.7e6, mesh: 35.0e6, template: 221.0e6 };
/** Steps of one measurement of the peak: 12 chains of 4 multiply-adds each. */
const PEAK_STEPS = 200_000;

/** Milliseconds of this process's CPU time. */
const cpu = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e3;
};

async function load(folder) {
  const file = new URL(`target/${folder}/wasm32-unknown-unknown/release/peers_web.wasm`, root);
  const { instance } = await WebAssembly.instantiate(await readFile(file));
  return instance.exports;
}

const floats = (module, at, length) => new Float32Array(module.memory.buffer, at, length).slice();

const modules = { simd128: await load('web') };
try {
  modules.relaxed = await load('web-relaxed');
} catch (error) {
  console.log(`without relaxed SIMD: ${error.message}`);
}

ort.env.wasm.numThreads = 1;
const runners = {};
for (const [index, name] of NETWORKS.entries()) {
  for (const [kind, module] of Object.entries(modules)) {
    for (const int8 of name === 'template' ? [0, 1] : [0]) {
      const bench = module.load(index, int8);
      runners[`${name} ${kind}${int8 ? ' int8' : ''}`] = async () => module.run(bench, 1);
    }
  }
  const bytes = await readFile(new URL(`models/${name}.onnx`, root));
  // Channels first, as its files have them; ours are last.
  const session = await ort.InferenceSession.create(bytes, {
    graphOptimizationLevel: 'all',
    freeDimensionOverrides: { batch: 1, N: 1, n: 1 },
  });
  const module = modules.simd128;
  const bench = module.load(index, 0);
  const size = { detect: 192, mesh: 192, template: 112 }[name];
  const last = floats(module, module.input(bench), 3 * size * size);
  const first = last.map((_, i) => last[(i % (size * size)) * 3 + Math.floor(i / (size * size))]);
  const feeds = { [session.inputNames[0]]: new ort.Tensor('float32', first, [1, 3, size, size]) };
  runners[`${name} onnxruntime-web`] = () => session.run(feeds);

  // Both have computed the same before anything is timed.
  module.run(bench, 1);
  if (!module.batch_agrees(bench)) throw new Error(`${name}: a batch gives something else`);
  const theirs = Object.values(await session.run(feeds)).map((tensor) => tensor.data);
  for (let i = 0; module.output_len(bench, i) > 0; i++) {
    const ours = floats(module, module.output(bench, i), module.output_len(bench, i));
    const off = (other) => Math.sqrt(ours.reduce((sum, v, at) => sum + (v - other[at]) ** 2, 0) / ours.reduce((sum, v) => sum + v * v, 0));
    const nearest = Math.min(...theirs.filter((other) => other.length === ours.length).map(off));
    if (!(nearest < 1e-3)) throw new Error(`${name}: output ${i} is off by ${nearest}`);
  }
}
for (const [kind, module] of Object.entries(modules)) {
  runners[`peak ${kind}`] = async () => module.peak(PEAK_STEPS);
}

// Engines compile what runs often a second time, in the background.
for (let i = 0; i < 20; i++) for (const run of Object.values(runners)) await run();
await new Promise((resolve) => setTimeout(resolve, 3000));

const times = Object.fromEntries(Object.keys(runners).map((name) => [name, []]));
for (let round = 0; round < rounds; round++) {
  for (const [name, run] of Object.entries(runners)) {
    const [started, least] = [cpu(), 5];
    for (let i = 0; i < least; i++) await run();
    times[name].push((cpu() - started) / least);
  }
}
const minimum = (name) => Math.min(...times[name]);
const median = (name) => times[name].toSorted((a, b) => a - b)[rounds >> 1];
const gflops = (kind) => (2 * 48 * PEAK_STEPS) / minimum(`peak ${kind}`) / 1e6;
console.log(`node ${process.version}, V8 ${process.versions.v8}, onnxruntime-web ${ort.env.versions.web}`);
for (const kind of Object.keys(modules)) console.log(`peak, ${kind}: ${gflops(kind).toFixed(1)} GFLOP/s`);
console.log('| what | minimum, CPU ms | median | onnxruntime-web over it: minimum, median | share of the peak |\n|---|---|---|---|---|');
for (const name of Object.keys(times).filter((name) => !name.startsWith('peak'))) {
  const [network, kind] = name.split(' ');
  const over = [minimum, median].map((of) => (of(`${network} onnxruntime-web`) / of(name)).toFixed(2));
  const peak = kind in modules ? `${((200 * MULTIPLY_ADDS[network]) / minimum(name) / 1e6 / gflops(kind)).toFixed(0)} %` : '–';
  console.log(`| ${name} | ${minimum(name).toFixed(2)} | ${median(name).toFixed(2)} | ${over.join(', ')} | ${peak} |`);
}
