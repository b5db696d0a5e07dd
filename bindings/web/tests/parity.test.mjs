// The module in Node against Rust: node --test bindings/web/tests/parity.test.mjs, after
// bindings/web/build.
// SELFSAME_VERIFY names the example `verify`, built; without it the comparison with Rust is
// skipped, and says so.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Instance, SelfsameError, build, moduleName } from "../js/instance.js";

const at = (path) => new URL(`../${path}`, import.meta.url);
const portrait = (name) => new Uint8Array(readFileSync(at(`../../datasets/portraits/${name}.jpg`)));
const model = async (name) => new Uint8Array(readFileSync(at(`dist/models/${name}`)));
const options = { precision: "float32", refuseCovered: false, refuseSamePicture: false };
const instance = (file = moduleName()) => Instance.of(readFileSync(at(`dist/${file}`)));
// The module of every engine, and the one with relaxed SIMD where this engine can run it.
const modules = new Set([moduleName(false), moduleName()]);

// Other instruction sets add in another order: docs/measurements.md states how far scores may be
// apart.
const BOUND = 2e-5;

const cases = ["fast", "standard"].flatMap((profile) => [...modules].map((file) => [profile, file]));
for (const [profile, file] of cases) {
  test(`verify says what Rust says: ${profile}, ${file}`, async (t) => {
    const module = await instance(file);
    const engine = await build(module, { profile, ...options }, model);
    const [document, selfie, other] = ["obama", "obama2", "biden"].map(portrait);
    const answers = { obama2: module.call("verify", engine, document, selfie, 1e-4), biden: module.call("verify", engine, document, other, 1e-4) };
    assert.deepEqual([answers.obama2.decision, answers.biden.decision], ["match", "no_match"]);
    assert.equal(answers.obama2.selfie.face.quality.length, 19);
    const verify = process.env.SELFSAME_VERIFY;
    if (!verify) return t.skip("SELFSAME_VERIFY names no program");
    for (const [name, answer] of Object.entries(answers)) {
      const path = (name) => at(`../../datasets/portraits/${name}.jpg`).pathname;
      const said = JSON.parse(spawnSync(verify, [path("obama"), path(name), "--json", "--profile", profile]).stdout);
      const apart = Math.abs(said.score - answer.compared.score);
      t.diagnostic(`${profile} ${name}: ${answer.compared.score}, Rust ${said.score}, ${apart.toExponential(1)} apart`);
      assert.ok(apart <= BOUND, `${apart}`);
      assert.equal(said.threshold, answer.threshold.score);
      assert.deepEqual([said.decision, said.reasons], [answer.decision, answer.reasons]);
    }
  });
}

test("guidance and watch of ImageData", async () => {
  const module = await instance();
  const engine = await build(module, { profile: "guidance", ...options }, model);
  const watch = module.call("watch_new", engine, NaN, NaN, NaN, NaN);
  const grey = { data: new Uint8ClampedArray(320 * 240 * 4).fill(99), width: 320, height: 240 };
  const frame = await module.frame(grey);
  const guidance = module.call("watch_frame", watch, frame, 0);
  assert.deepEqual([guidance.hint, guidance.frame_width, guidance.faces], ["no_face", 320, 0]);
  assert.equal(module.call("guide", engine, await module.frame(grey, { rotation: 90 })).frame_width, 240);
  assert.equal(module.call("watch_best", watch), null);
  assert.throws(() => module.call("watch_frame", watch, frame, 0), { code: "invalid_argument" });
  assert.throws(() => module.call("verify", engine, new Uint8Array(1), new Uint8Array(1), 1e-4), SelfsameError);
  // TypeScript knows the words that there are.
  const declared = /export type Hint =(.*?);/s.exec(readFileSync(at("js/selfsame.d.ts"), "utf8"))[1];
  assert.deepEqual([...declared.matchAll(/"(\w+)"/g)].map(([, word]) => word), module.about.hints);
});

test("numbers of nothing, damaged models and broken files are errors", async () => {
  const module = await instance();
  for (const name of ["close", "watch_best", "flash_report", "picture_rgba"]) assert.throws(() => (name === "picture_rgba" ? module.rgba(7) : module.call(name, 7)), { code: "invalid_argument" });
  const asked = [];
  const damaged = async (name, anew) => {
    const bytes = await model(name);
    asked.push(anew);
    if (!anew) bytes[99] ^= 1;
    return bytes;
  };
  const engine = await build(module, { profile: "fast", ...options }, damaged);
  assert.deepEqual(asked, [false, false, false, true, true, true]);
  assert.throws(() => module.call("verify", engine, new Uint8Array([1, 2]), portrait("obama"), 1e-4), { code: "unsupported_format", stage: "decode" });
  const challenge = { format: 1, id: "00".repeat(16), nonce: "00".repeat(32), issued_at: 1, expires_at: 2, segments: [{ start_us: 0, duration_us: 9, color: [1, 2, 3] }] };
  assert.equal(module.call("challenge", JSON.stringify(challenge)).flashes[0].blue, 3);
  assert.throws(() => module.call("flash_session", engine, JSON.stringify(challenge)), { code: "invalid_argument" });
});
