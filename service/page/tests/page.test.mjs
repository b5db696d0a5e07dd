// The page in headless Chromium before a stand-in for the service: every view and every help,
// timing and accessibility. journeys.test.mjs walks with the service itself.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { StandIn } from "./stand-in.mjs";
import { DESKTOP, PORTRAIT, axe, looked, missing, walking } from "./walk.mjs";

const PINS = ["8036", "58214"];
const options = { skip: missing, timeout: 240_000 };

after(() => console.log(axe ? `axe-core has looked at ${looked} views` : "skipped: axe-core, which is not installed here"));

async function toTheFace(person) {
  await person.chooses();
  await person.fills();
  await person.hands(PORTRAIT);
  await person.reads();
}

async function opensAnAccount(person) {
  await toTheFace(person);
  await person.staysBefore();
  await person.takesPins(...PINS);
  return person.isEnrolled();
}

test("a new registration: PINs stay here, colours change in time, no view breaks a rule of WCAG", options, async (t) => {
  const standIn = new StandIn();
  await walking({ name: "new", standIn }, async (person, wire, browser) => {
    const marks = () => browser.run("return performance.getEntriesByType('mark').map(({ name, startTime, detail }) => ({ name, startTime, detail }))");
    assert.match(await opensAnAccount(person), /^account-/);
    const secrets = wire.heard.filter((text) => PINS.some((pin) => text.includes(pin)));
    // Frames are bytes that may hold any digits; a PIN has no business in a text.
    assert.deepEqual(secrets.filter((text) => !text.includes("\u00ff\u00d8\u00ff")), []);
    const shown = (await marks()).filter(({ name }) => name === "shown").map(({ detail }) => (detail.at_us - detail.asked_us) / 1000);
    assert.equal(shown.length, 11);
    const late = shown.toSorted((a, b) => a - b);
    t.diagnostic(`colours after the asked time: median ${late[5].toFixed(1)} ms, latest ${late.at(-1).toFixed(1)} ms; ${standIn.frames.length} frames in ${(standIn.frames.at(-1).at / 1e6).toFixed(1)} s, ${Math.round(standIn.frames.reduce((sum, { bytes }) => sum + bytes, 0) / standIn.frames.length)} bytes each`);
    assert.ok(late[0] >= -2, "no colour comes early");
    const weight = [...wire.weight].reduce((sum, [, bytes]) => sum + bytes, 0);
    const at = async (wanted) => (await marks()).find(({ name }) => name === wanted).startTime;
    t.diagnostic(`page: ${(weight / 1e6).toFixed(1)} MB in ${wire.weight.size} files; first guidance ${((await at("first-guidance")) - (await at("camera-asked"))).toFixed(0)} ms after the camera was asked for`);
  });
});

test("a renewal, which the old account confirms in a second tab", options, async () => {
  const standIn = new StandIn();
  await walking({ name: "renewal", standIn }, async (person, _, browser) => {
    const old = await opensAnAccount(person);
    const first = await browser.current();
    await person.next();
    await person.chooses({ kind: "renewal" });
    await person.fills();
    await person.hands(PORTRAIT);
    await person.reads();
    await person.staysBefore();
    await person.sees("confirmation.title");
    await person.look("confirmation");
    const code = await browser.run("return document.querySelector('.code').textContent");
    // The second tab knows of the first. The code is typed: a wrong one first, then a wrong PIN.
    const second = await browser.newTab();
    await person.open();
    await browser.until("the other tab is named", "return document.querySelector('[role=alert]')?.textContent.includes('another tab')");
    await person.look("elsewhere");
    await browser.click("a[href='#confirm']");
    await person.sees("other.title");
    await browser.type("#field-code", "AAAA-AAAA");
    await person.next();
    await browser.until("an alert", "return document.querySelector('[role=alert]') !== null");
    await browser.type("#field-code", code);
    await person.next();
    await browser.until("the question", "return document.querySelector('button.quiet') !== null && !document.querySelector('#field-code')");
    await person.look("other");
    await person.next();
    await person.enters("other.pin1", PINS[0]);
    await person.enters("other.pin2", "99999");
    await browser.until("the wrong PIN is told", "return document.querySelector('[role=alert]') !== null");
    await person.next();
    await person.enters("other.pin1", PINS[0]);
    await person.enters("other.pin2", PINS[1]);
    await person.sees("other.confirmed.title");
    await browser.closeTab();
    assert.notEqual(first, second);
    await browser.switchTo(first);
    await person.sees("consent.title");
    await person.look("consent");
    await person.next();
    await person.takesPins("7391", "40926");
    await person.isEnrolled();
    assert.ok(await browser.run("return document.querySelector('main').textContent.includes(arguments[0])", old), "the old account is named as deleted");
  });
});

test("help: a denied camera, going back, reloading, a lost network, an ended enrolment", options, async () => {
  const standIn = new StandIn();
  await walking({ name: "help", standIn, camera: { denied: true }, size: DESKTOP }, async (person, wire, browser) => {
    await toTheFace(person);
    await person.sees("camera.denied.title");
    await person.look("denied");
    // The step is where it was after a reload.
    await browser.reload();
    await person.sees("face.title");
    await browser.back();
    await person.sees("going_back.title");
    await person.look("back");
    await person.next();
    await person.sees("face.title");
    wire.lose(true);
    await browser.reload().catch(() => {});
    wire.lose(false);
    await browser.reload();
    await person.sees("face.title");
    standIn.enrolments.clear();
    await browser.reload();
    await person.sees("expired.title");
    await person.look("expired");
    await person.next();
    await person.chooses();
    await person.fills();
    await person.sees("document.title");
    await browser.click("#way-portrait");
    await person.next();
    await browser.type("#field-portrait", PORTRAIT);
    wire.lose(true);
    await person.next();
    await person.sees("lost.title");
    await person.look("lost");
    wire.lose(false);
    await person.sees("document.title");
  });
});

test("a grey camera is told, and another one can be chosen", options, async () => {
  await walking({ name: "grey", standIn: new StandIn(), camera: { grey: true } }, async (person) => {
    await toTheFace(person);
    await person.sees("camera.grey.title", 60_000);
    await person.look("grey");
  });
});

test("a face check is recorded with a label where the service records and the person agrees", options, async () => {
  const standIn = new StandIn();
  standIn.recorder = true;
  await walking({ name: "recorded", standIn, camera: { leaves: true } }, async (person, _, browser) => {
    await person.chooses();
    await person.fills();
    await person.hands(PORTRAIT);
    await browser.until("the recorder", "return document.querySelector('#record-consent') !== null");
    await browser.click("#record-consent");
    await browser.click("#presentation-print_flat");
    await browser.run("document.querySelector('#field-device').value = 'a phone'");
    await person.reads();
    await person.staysBefore();
    assert.deepEqual(standIn.labels, [{ consent: true, subject: 1, presentation: "print_flat", lux: 300, device: "a phone" }]);
  });
});

test("who pulls back when it flashes is told, and may begin anew", options, async () => {
  const standIn = new StandIn();
  await walking({ name: "pulled", standIn, camera: { leaves: true } }, async (person) => {
    await toTheFace(person);
    await person.staysBefore();
    await person.sees("face.pulled.title");
    await person.look("pulled");
    assert.deepEqual(standIn.labels, [undefined], "nothing is recorded without consent");
  });
});

test("a failed face check shows advice; weak PINs and slips are explained", options, async () => {
  const standIn = new StandIn();
  standIn.refusals.push(["go_where_it_is_darker", "not_the_document"]);
  await walking({ name: "again", standIn, size: DESKTOP }, async (person, _, browser) => {
    await toTheFace(person);
    await person.staysBefore();
    await person.sees("face.again.title");
    await person.look("advice");
    await person.next();
    await person.staysBefore();
    await person.sees("pins.title");
    await person.next();
    const alert = () => browser.until("an alert", "return document.querySelector('[role=alert]')?.textContent");
    await person.enters("pins.choose1", "1234");
    assert.match(await alert(), /sequence/);
    await person.look("weak");
    await person.enters("pins.choose1", "1503");
    assert.match(await alert(), /date of birth/);
    await person.enters("pins.choose1", PINS[0]);
    await person.enters("pins.choose2", PINS[1]);
    await person.enters("pins.again1", "8037");
    assert.match(await alert(), /another number/);
    await person.enters("pins.again1", PINS[0]);
    await person.enters("pins.again2", PINS[1]);
    // Loaded again: the keys are there, the PIN has to be entered once more.
    await person.sees("sign.title");
    await browser.reload();
    await person.enters("sign.title", "58215");
    assert.match(await alert(), /not the PIN2/);
    await person.enters("sign.title", PINS[1]);
    await person.isEnrolled();
  });
});

test("a page is photographed; landscape phones are asked to turn; Estonian is whole", options, async () => {
  const standIn = new StandIn();
  await walking({ name: "landscape", standIn, size: { width: 844, height: 390, mobile: true } }, async (person, _, browser) => {
    await person.chooses();
    await person.fills();
    await person.photographs();
    await person.reads();
    await browser.until("the stage", "return document.querySelector('.turn')?.offsetHeight > 100");
    await person.look("turn");
  });
  const texts = JSON.parse(readFileSync(new URL("../texts.json", import.meta.url), "utf8"));
  for (const [key, text] of Object.entries(texts)) {
    assert.deepEqual(Object.keys(text), ["en", "et"], key);
    const names = (language) => (text[language].match(/\{\w+\}/g) ?? []).toSorted();
    assert.deepEqual(names("en"), names("et"), key);
  }
});
