// What the tests share: a browser of a size before a wire, closed in any case.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Browser, CHROMEDRIVER, CHROMIUM } from "./driver.mjs";
import { Person } from "./person.mjs";
import { Wire } from "./server.mjs";

export const PHONE = { width: 390, height: 844, mobile: true };
export const DESKTOP = { width: 1280, height: 800 };
const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const target = process.env.CARGO_TARGET_DIR ?? path("../../../target");
export const LAYERS = process.env.SELFSAME_LAYERS ?? `${target}/page/layers`;
export const PORTRAIT = path("../../../datasets/portraits/obama2.jpg");
const PICTURES = process.env.SELFSAME_PICTURES;
const AXE = `${target}/tools/axe/node_modules/axe-core/axe.min.js`;

/** Why the tests cannot run here, or false. */
export const missing = !CHROMIUM || !CHROMEDRIVER ? "no Chromium with its driver here" : !existsSync(LAYERS) ? `no light layers in ${LAYERS}: .ci/page makes them` : false;
export const axe = existsSync(AXE) ? AXE : null;

/** Nothing may disturb these. */
const TIMED = ["flashes", "countdown", "judging", "failed"];
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Rules of WCAG 2.2, A and AA, that a view breaks, as axe-core finds them. */
async function broken(browser) {
  await browser.run(`if (!window.axe) { ${readFileSync(axe, "utf8")} }`);
  const { violations } = await browser.runAsync("const done = arguments[1]; axe.run({ runOnly: arguments[0] }).then(done)", RULES);
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

/** How many views axe-core has looked at. */
export let looked = 0;

/** Walks: `walk(person, wire, browser)`; pictures are kept in SELFSAME_PICTURES, by `name`. */
export async function walking({ name, size = PHONE, camera = {}, upstream, standIn }, walk) {
  const wire = await Wire.start({ upstream, standIn, layers: LAYERS });
  const browser = await Browser.start(size);
  const violations = [];
  const keep = async (view) => {
    // With the service itself, engine and browser share what processors there are.
    if (axe && standIn && !TIMED.some((name) => view.endsWith(name))) {
      looked++;
      violations.push(...(await broken(browser)).map((rule) => `${view}: ${rule}`));
    }
    if (!PICTURES) return;
    mkdirSync(PICTURES, { recursive: true });
    writeFileSync(`${PICTURES}/${name}-${view}.png`, await browser.screenshot());
  };
  const person = new Person(browser, wire.url, keep);
  try {
    await person.holdBefore(camera);
    await person.open();
    await walk(person, wire, browser);
    // What a browser calls severe: a script's error, or something that the policy forbids.
    const severe = (await browser.log()).filter(({ level, source }) => level === "SEVERE" && source !== "network");
    assert.deepEqual(violations, [], "rules of WCAG");
    assert.deepEqual(severe.map(({ message }) => message), [], "what the browser calls severe");
  } catch (error) {
    await keep("failed").catch(() => {});
    throw error;
  } finally {
    await browser.stop();
    wire.stop();
  }
}
