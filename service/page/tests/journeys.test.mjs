// The page, the service and its engine together, in headless Chromium with a camera that answers.
// Needs the service's program: SELFSAME_SERVICE, or target/release/selfsame-service.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { PORTRAIT, missing, walking } from "./walk.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const PROGRAM = process.env.SELFSAME_SERVICE ?? here("../../../target/release/selfsame-service");
const skip = missing || (existsSync(PROGRAM) ? false : `no ${PROGRAM}`);
const options = { skip, timeout: 900_000 };
const PINS = ["8036", "58214"];

const OPERATOR = "an operator's token";

/** A service of one test's own, and where it listens, for applicants and for its operator. */
async function serving(use) {
  const folder = mkdtempSync(join(tmpdir(), "selfsame-service-"));
  const variables = { LISTEN: "127.0.0.1:0", OPERATOR_LISTEN: "127.0.0.1:0", FOLDER: folder, STORE: "memory", OPERATOR_TOKEN: OPERATOR, LOG: process.env.SELFSAME_LOG ?? "warn" };
  const env = { ...process.env, ...Object.fromEntries(Object.entries(variables).map(([name, value]) => [`SELFSAME_SERVICE_${name}`, value])) };
  const service = spawn(PROGRAM, [], { env, stdio: ["ignore", "pipe", "inherit"] });
  try {
    const [port, operator] = await new Promise((resolve, reject) => {
      let said = "";
      service.stdout.on("data", (part) => {
        said += part;
        const ports = [...said.matchAll(/page: https?:\/\/[^:]+:(\d+)/g)].map(([, port]) => Number(port));
        if (ports.length === 2) resolve(ports);
      });
      service.on("exit", (code) => reject(new Error(`the service ended with ${code}: ${said}`)));
    });
    await use({ host: "127.0.0.1", port, operator });
  } finally {
    service.removeAllListeners("exit");
    const ended = new Promise((resolve) => service.on("exit", resolve));
    service.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Before the camera until it is over. Two cores that share a browser, an engine and a simulated
 * camera sometimes take too few frames, which is inconclusive: a person would try again, too.
 */
async function showsTheFace(person, tries = 3) {
  for (let tried = 1; ; tried++) {
    await person.staysBefore();
    const failed = await person.browser.until("an outcome", "const text = document.querySelector('h1').textContent; return document.querySelector('.stage') ? '' : text");
    if (failed === "It ends here") throw new Error("the ceremony has ended before the camera");
    if (failed !== "Once more, please") return tried;
    const advice = await person.browser.run("return [...document.querySelectorAll('main li')].map((item) => item.textContent).join(' ')");
    if (tried === tries) throw new Error(`${tries} face checks failed, the last one with: ${advice}`);
    console.log(`face check ${tried}: ${advice}`);
    await person.look(`advice-${tried}`);
    await person.next();
  }
}

async function opensAnAccount(person, { number } = {}) {
  await person.chooses({ number });
  await person.fills();
  await person.hands(PORTRAIT);
  await person.reads();
  const tries = await showsTheFace(person);
  await person.takesPins(...PINS);
  return { account: await person.isEnrolled(), tries };
}

/**
 * A journey, begun anew where a view did not come in time or the face was not accepted: a busy
 * machine is no fault of what is tested. What is asserted has to hold the first time.
 */
async function travelling(t, journey) {
  for (let tried = 1; ; tried++) {
    try {
      return await serving(journey);
    } catch (error) {
      if (tried === 3 || error.code === "ERR_ASSERTION") throw error;
      t.diagnostic(`begun anew, with a load of ${loadavg()[0].toFixed(1)}: ${error.message.split("\n")[0]}`);
    }
  }
}

const confirmsInASecondTab = async (person, pins) => {
  const { browser } = person;
  const first = await browser.current();
  await person.sees("confirmation.title", 60_000);
  await person.look("confirmation");
  const code = await browser.run("return document.querySelector('.code').textContent");
  await browser.newTab();
  await person.open(`#confirm=${code}`);
  await browser.until("the question", "return document.querySelector('button.quiet') !== null");
  await person.look("other");
  await person.next();
  await person.enters("other.pin1", pins[0]);
  await person.enters("other.pin2", pins[1]);
  await person.sees("other.confirmed.title");
  await browser.closeTab();
  await browser.switchTo(first);
};

test("a new registration, then its renewal, which a second tab confirms", options, async (t) => {
  await travelling(t, (upstream) =>
    walking({ name: "service", upstream }, async (person, wire, browser) => {
      const begun = Date.now();
      const { account, tries } = await opensAnAccount(person);
      t.diagnostic(`from opening to enrolled: ${((Date.now() - begun) / 1000).toFixed(1)} s by a script, with ${tries} face checks`);
      const texts = wire.heard.filter((text) => !text.includes("\u00ff\u00d8\u00ff"));
      assert.deepEqual(texts.filter((text) => PINS.some((pin) => text.includes(pin))), [], "no PIN on the wire");
      person.part = "renewal-";
      await person.next();
      await person.chooses({ kind: "renewal", number: "AB7654321" });
      await person.fills();
      await person.hands(PORTRAIT);
      await person.reads();
      await showsTheFace(person);
      await confirmsInASecondTab(person, PINS);
      await person.sees("consent.title");
      await person.look("consent");
      await person.next();
      await person.takesPins("7391", "40926");
      await person.isEnrolled();
      assert.ok(await browser.run("return document.querySelector('main').textContent.includes(arguments[0])", account), "the old account is named as deleted");
    }),
  );
});

test("a second account beside an active one, which confirms it", options, async (t) => {
  await travelling(t, (upstream) =>
    walking({ name: "active", upstream }, async (person) => {
      const { account } = await opensAnAccount(person);
      await person.next();
      await person.chooses({ method: "active_account", number: "AB7654321" });
      await person.fills({ old: account });
      await person.hands(PORTRAIT);
      await person.reads();
      await showsTheFace(person);
      await confirmsInASecondTab(person, PINS);
      await person.takesPins("7391", "40926");
      await person.isEnrolled();
    }),
  );
});

/** Looks at the last ceremony as its operator does: what the face answered, and locks. */
async function isOperated(person, { host, operator }, kept) {
  const { browser } = person;
  await browser.go(`http://${host}:${operator}/operator`);
  const said = (wanted) => browser.until(wanted, "return document.querySelector('#said').textContent.includes(arguments[0])", 20_000, wanted);
  await browser.type("#token", "a wrong one");
  await browser.click("#login button");
  await said("token");
  await browser.run("document.querySelector('#token').value = ''");
  await browser.type("#token", OPERATOR);
  await browser.click("#login button");
  await said("1 ceremonies");
  await browser.click("#list button");
  await browser.until("the ceremony", "return !document.querySelector('#one').hidden");
  const points = await browser.run("return [...document.querySelectorAll('#reports polyline')].map((line) => line.getAttribute('points').split(' ').length)");
  assert.equal(points.length, 3, "red, green and blue");
  assert.ok(points.every((count) => count > 5), `${points}`);
  assert.match(await browser.run("return document.querySelector('#reports h3').textContent"), /^Face check 1: (attack|inconclusive)/);
  const locks = () => browser.run("return document.querySelector('#locks').innerText");
  assert.match(await locks(), /session: [1-9] attempts, not locked/);
  await kept("operator");
  await browser.click("#locks button");
  await browser.until("no attempts", "return /session: 0 attempts, not locked/.test(document.querySelector('#locks').innerText)");
  assert.ok(!(await browser.run("return document.body.textContent")).includes("Example"), "no names");
}

for (const [what, camera] of Object.entries({
  "a print": { cameras: ["print"] },
  "a replay on a tablet": { cameras: ["replay_tablet"] },
  "a face that answers nothing": { answers: false },
})) {
  test(`${what} before the camera is refused`, options, async (t) => {
    await serving((upstream) =>
      walking({ name: `refused-${what.split(" ").at(-1)}`, upstream, camera }, async (person, _, browser) => {
        await person.chooses();
        await person.fills();
        await person.hands(PORTRAIT);
        await person.reads();
        await person.staysBefore();
        const heading = await browser.until("an outcome", "return document.querySelector('.stage') ? '' : document.querySelector('h1').textContent");
        await person.look("advice");
        t.diagnostic(await browser.run("return document.querySelector('main').innerText.split('\\n').slice(0, 6).join(' / ')"));
        assert.match(heading, /Once more, please|It ends here/);
        if (what === "a print") await isOperated(person, upstream, person.look);
      }),
    );
  });
}
