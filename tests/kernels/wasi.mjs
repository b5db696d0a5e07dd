// Runs a test binary that was built for wasm32-wasip1: `node wasi.mjs TEST.wasm [ARGUMENT…]`.
import { readFile } from 'node:fs/promises';
import { WASI } from 'node:wasi';

const [, , file, ...args] = process.argv;
// The tests read the networks of `models/` by their absolute paths, and write nothing.
const wasi = new WASI({ version: 'preview1', args: [file, ...args], env: process.env, preopens: { '/': '/' } });
const { instance } = await WebAssembly.instantiate(await readFile(file), wasi.getImportObject());
process.exitCode = wasi.start(instance);
