// As much of WebDriver (W3C) as the tests need, over plain HTTP: no package.

import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const found = (...names) => names.find((name) => spawnSync(name, ["--version"]).status === 0);
export const CHROMIUM = found("chromium", "chromium-browser", "google-chrome");
export const CHROMEDRIVER = found("chromedriver");

const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

export class Browser {
  #driver;
  #base;
  #profile = mkdtempSync(join(tmpdir(), "selfsame-page-"));

  /** A browser whose window has this size; `mobile` makes it a phone of that size. */
  static async start({ width, height, mobile = false }) {
    const browser = new Browser();
    browser.#driver = spawn(CHROMEDRIVER, ["--port=0"], { stdio: ["ignore", "pipe", "ignore"] });
    const port = await new Promise((resolve, reject) => {
      let said = "";
      browser.#driver.stdout.on("data", (part) => {
        said += part;
        const [, port] = /successfully on port (\d+)/.exec(said) ?? [];
        if (port) resolve(port);
      });
      browser.#driver.on("exit", () => reject(new Error(said)));
    });
    const args = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", `--window-size=${width},${height}`, `--user-data-dir=${browser.#profile}`, "--lang=en", "--disable-background-timer-throttling", "--disable-renderer-backgrounding", "--disable-backgrounding-occluded-windows"];
    const chrome = { binary: spawnSync("which", [CHROMIUM]).stdout.toString().trim(), args };
    if (mobile) chrome.mobileEmulation = { deviceMetrics: { width, height, pixelRatio: 1, touch: true } };
    const capabilities = { alwaysMatch: { browserName: "chrome", "goog:chromeOptions": chrome, "goog:loggingPrefs": { browser: "ALL" } } };
    browser.#base = `http://127.0.0.1:${port}/session`;
    const { sessionId } = await browser.#ask("POST", "", { capabilities });
    browser.#base += `/${sessionId}`;
    return browser;
  }

  async #ask(method, path, body) {
    const response = await fetch(this.#base + path, { method, body: body && JSON.stringify(body) });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${value.error}: ${value.message}`);
    return value;
  }

  go = (url) => this.#ask("POST", "/url", { url });
  reload = () => this.#ask("POST", "/refresh", {});
  back = () => this.#ask("POST", "/back", {});
  run = (script, ...args) => this.#ask("POST", "/execute/sync", { script, args });
  runAsync = (script, ...args) => this.#ask("POST", "/execute/async", { script, args });
  cdp = (cmd, params) => this.#ask("POST", "/goog/cdp/execute", { cmd, params });
  log = () => this.#ask("POST", "/se/log", { type: "browser" });
  windows = () => this.#ask("GET", "/window/handles");
  current = () => this.#ask("GET", "/window");
  switchTo = (handle) => this.#ask("POST", "/window", { handle });
  closeTab = () => this.#ask("DELETE", "/window");

  async newTab() {
    const { handle } = await this.#ask("POST", "/window/new", { type: "tab" });
    await this.switchTo(handle);
    return handle;
  }

  async screenshot() {
    return Buffer.from(await this.#ask("GET", "/screenshot"), "base64");
  }

  /** Waits until a script answers something true, and gives that. */
  async until(what, script, ms = 20_000, ...args) {
    const end = Date.now() + ms;
    for (;;) {
      const answer = await this.run(script, ...args);
      if (answer) return answer;
      if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}; the page says: ${await this.run("return document.body.innerText.slice(0, 600)")}`);
      await new Promise((done) => setTimeout(done, 100));
    }
  }

  async #element(css) {
    return (await this.#ask("POST", "/element", { using: "css selector", value: css }))[ELEMENT];
  }

  async click(css) {
    await this.#ask("POST", `/element/${await this.#element(css)}/click`, {});
  }

  async type(css, text) {
    await this.#ask("POST", `/element/${await this.#element(css)}/value`, { text });
  }

  /** Presses keys wherever the focus is. */
  async keys(text) {
    const actions = [...text].flatMap((value) => [{ type: "keyDown", value }, { type: "keyUp", value }]);
    await this.#ask("POST", "/actions", { actions: [{ type: "key", id: "keyboard", actions }] });
  }

  async stop() {
    await this.#ask("DELETE", "").catch(() => {});
    this.#driver.kill();
    await new Promise((resolve) => (this.#driver.exitCode === null ? this.#driver.on("exit", resolve) : resolve()));
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}
