// A person who walks through the page.

import { readFileSync } from "node:fs";

const CAMERA = readFileSync(new URL("answering/camera.js", import.meta.url), "utf8");

export const HEADINGS = JSON.parse(readFileSync(new URL("../texts.json", import.meta.url), "utf8"));
const heading = (key, language = "en") => HEADINGS[key][language];

export class Person {
  #pictures;
  /** Called with a name after each view that is worth a look. */
  constructor(browser, url, pictures = async () => {}) {
    this.browser = browser;
    this.url = url;
    this.#pictures = pictures;
  }

  /** Replaces the camera of every page that this tab opens from now on. */
  async holdBefore(config = {}) {
    const source = CAMERA.replaceAll("CONFIG", JSON.stringify({ cameras: ["live"], ...config }));
    await this.browser.cdp("Page.addScriptToEvaluateOnNewDocument", { source });
  }

  /** What the names of pictures begin with. */
  part = "";
  look = (name) => this.#pictures(this.part + name, this.browser);
  open = (hash = "") => this.browser.go(this.url + hash);
  next = () => this.browser.click(".buttons button.main");

  sees(key, ms = 20_000) {
    return this.browser.until(`“${heading(key)}”`, "return document.querySelector('h1')?.textContent === arguments[0]", ms, heading(key));
  }

  async chooses({ kind = "new_registration", method = "biometrics", number = "AB1234567" } = {}) {
    await this.sees("choose.title");
    await this.browser.click(`#kind-${kind}`);
    await this.browser.click(`#method-${method}`);
    await this.browser.type("#field-number", number);
    await this.look("choose");
    await this.next();
  }

  async fills({ name = "Jo Example", born = "1984-03-15", old } = {}) {
    await this.sees("form.title");
    await this.browser.type("#field-name", name);
    await this.browser.run("document.querySelector('#field-born').value = arguments[0]", born);
    if (old) await this.browser.run("document.querySelector('#field-old').value = arguments[0]", old);
    await this.look("form");
    await this.next();
  }

  async hands(file) {
    await this.sees("document.title");
    await this.look("document");
    await this.browser.click("#way-portrait");
    await this.next();
    await this.browser.type("#field-portrait", file);
    await this.next();
  }

  /** The page before the camera. */
  async photographs() {
    await this.sees("document.title");
    await this.browser.click("#way-camera");
    await this.next();
    await this.browser.until("the camera", "return document.querySelector('.page-camera video')?.videoWidth > 0");
    await this.look("page");
    await this.next();
  }

  async reads() {
    await this.sees("instructions.title", 60_000);
    await this.look("instructions");
    await this.next();
  }

  /** Stays before the camera until the page says something else. */
  async staysBefore(ms = 90_000) {
    await this.browser.until("the camera", "return document.querySelector('.stage') !== null");
    const colours = "const { dataset, style } = document.querySelector('.stage'); return dataset.shown > 1 && /rgb\\((?!0, 0, 0|128, 128, 128)/.test(style.backgroundColor)";
    const looks = { guidance: "oval", countdown: "countdown", flashes: "flashes", judging: "judging" };
    const end = Date.now() + ms;
    const seen = new Set();
    for (;;) {
      const mode = await this.browser.run("return document.querySelector('.stage')?.dataset.mode ?? ''");
      if (!mode) return;
      if (mode in looks && !seen.has(mode)) {
        // A picture of the oval is wanted once a face is followed.
        const ready = mode !== "guidance" || (await this.browser.run("return document.querySelector('.stage .face')?.hasAttribute('cx')"));
        const second = mode !== "flashes" || (await this.browser.run(colours));
        if (ready && second) {
          seen.add(mode);
          await this.look(looks[mode]);
        }
      }
      if (Date.now() > end) throw new Error(`still ${mode}: ${await this.browser.run("return document.querySelector('.stage').innerText")}`);
      await new Promise((done) => setTimeout(done, 150));
    }
  }

  async enters(key, pin, look) {
    await this.sees(key, 30_000);
    await this.browser.keys(pin);
    if (look) await this.look(look);
    await this.browser.keys("\uE007");
  }

  async takesPins(pin1, pin2) {
    await this.sees("pins.title");
    await this.next();
    await this.enters("pins.choose1", pin1, "pin");
    await this.enters("pins.choose2", pin2);
    await this.enters("pins.again1", pin1);
    await this.enters("pins.again2", pin2);
    await this.enters("sign.title", pin2, "sign");
  }

  async isEnrolled() {
    await this.sees("enrolled.title", 30_000);
    await this.look("enrolled");
    return this.browser.run("return /account-[^ .]+|[0-9a-f]{16,}/.exec(document.querySelector('main').textContent)?.[0]");
  }
}
