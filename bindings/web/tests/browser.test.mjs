// The package in headless Chromium, under a strict content security policy: node --test
// bindings/web/tests/browser.test.mjs
// Skipped where there is no Chromium, and says so.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const CHROMIUM = ["chromium", "chromium-browser", "google-chrome"].find((name) => spawnSync(name, ["--version"]).status === 0);
const POLICY = "default-src 'none'; media-src 'self' blob: mediastream:; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'";
const TYPES = { html: "text/html", js: "text/javascript", wasm: "application/wasm", onnx: "application/octet-stream", jpg: "image/jpeg" };
const FOLDERS = { js: "../js/", dist: "../dist/", portraits: "../../../datasets/portraits/" };

/** Serves the package, and waits for the page's report. */
function serve() {
  let tell;
  const report = new Promise((resolve) => (tell = resolve));
  const server = createServer((request, response) => {
    const path = new URL(request.url, "http://localhost").pathname;
    if (path === "/report") {
      const parts = [];
      request.on("data", (part) => parts.push(part)).on("end", () => {
        response.end();
        tell(JSON.parse(Buffer.concat(parts)));
      });
      return;
    }
    if (path === "/readme.js") {
      const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
      response.writeHead(200, { "content-type": TYPES.js }).end(/```js\n(.*?)```/s.exec(readme)[1]);
      return;
    }
    const [folder, ...rest] = path.slice(1).split("/");
    const place = FOLDERS[folder] ? FOLDERS[folder] + rest.join("/") : `page/${path === "/" ? "index.html" : path.slice(1)}`;
    try {
      const body = readFileSync(fileURLToPath(new URL(place, import.meta.url)));
      response.writeHead(200, { "content-type": TYPES[place.split(".").at(-1)] ?? "text/plain", "content-security-policy": POLICY, "cache-control": "max-age=600" });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve({ server, report, port: server.address().port })));
}

test("a page with a strict policy guides, tracks and verifies in a worker", { skip: CHROMIUM ? false : "no Chromium here" }, async (t) => {
  const { server, report, port } = await serve();
  const profile = mkdtempSync(join(tmpdir(), "selfsame-browser-"));
  const flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", `--user-data-dir=${profile}`];
  const browser = spawn(CHROMIUM, [...flags, `http://127.0.0.1:${port}/`], { stdio: "ignore", detached: true });
  let timer;
  const late = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error("no report within five minutes")), 300_000)));
  try {
    const said = await Promise.race([report, late]);
    t.diagnostic(JSON.stringify(said));
    assert.equal(said.failed, undefined);
    assert.ok(said.tracked >= 195 && said.face?.oval, "the face is followed");
    assert.deepEqual([said.of_image_data, said.dropped, said.handed], [1, [true, true], true]);
    assert.deepEqual([said.verified[0], said.error.slice(0, 2), said.wrong_place], ["match", [true, "unsupported_format"], "io"]);
    assert.ok(said.readme.length > 5 && said.readme.at(-1) === "match", "the README's lines run");
    assert.match(said.policy, /^script-src/);
    t.diagnostic(`${said.module}: ${said.tracked_fps.toFixed(0)} frames of 640×480 tracked a second (median; the fastest took ${said.best_ms.toFixed(1)} ms), first guidance ${said.first_guidance_ms.toFixed(0)} ms after the files, the page stood still for ${said.stutter_ms.toFixed(0)} ms at most`);
  } finally {
    clearTimeout(timer);
    process.kill(-browser.pid);
    await new Promise((resolve) => browser.on("exit", resolve));
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
});
