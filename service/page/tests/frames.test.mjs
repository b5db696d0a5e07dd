// What is sent on which network: smaller frames before fewer.

import assert from "node:assert/strict";
import { test } from "node:test";

const asked = [];
globalThis.window = globalThis;
globalThis.WebSocket = { OPEN: 1 };
globalThis.createImageBitmap = async () => ({ close() {} });
globalThis.Worker = class extends EventTarget {
  postMessage({ id, shorter }) {
    asked.push(shorter);
    this.dispatchEvent(Object.assign(new Event("message"), { data: { id, jpeg: new ArrayBuffer(30_000) } }));
  }
  terminate() {}
};
const { Frames } = await import("../js/frames.js");

/** Sends the frames of a camera at 30 a second for so long, with so much always unsent. */
async function sent(seconds, bufferedAmount, flashes) {
  asked.length = 0;
  const socket = { readyState: 1, bufferedAmount, messages: [], send: (message) => socket.messages.push(message) };
  const frames = new Frames(socket);
  if (flashes) frames.flashes(1000);
  for (let n = 0; n < 30 * seconds; n++) await frames.offer({}, 1000 + (n * 1000) / 30);
  return socket.messages.map((message) => new DataView(message.buffer));
}

test("a good network gets whole frames, few for guidance and many while flashes are shown", async () => {
  const guidance = await sent(2, 0, false);
  assert.ok(guidance.length >= 8 && guidance.length <= 13, `${guidance.length}`);
  const flashes = await sent(2, 0, true);
  assert.ok(flashes.length >= 29 && flashes.length <= 45, `${flashes.length}`);
  assert.deepEqual(new Set(asked), new Set([480]));
  const times = flashes.map((view) => Number(view.getBigUint64(8, true)));
  assert.deepEqual([flashes[0].getUint8(0), flashes[0].getUint8(1), times[0]], [1, 1, 0]);
  assert.ok(times.every((at, i) => i === 0 || at > times[i - 1]));
  assert.deepEqual(flashes.map((view) => view.getUint32(4, true)), flashes.map((_, i) => i));
});

test("on a slow one frames become smaller first, then fewer, and none is added to a jam", async () => {
  const flashes = await sent(2, 200_000, true);
  assert.deepEqual(asked.slice(0, 4), [480, 360, 300, 240]);
  assert.ok(flashes.length >= 24, `${flashes.length} of 60, more than twelve a second`);
  assert.deepEqual(await sent(1, 500_000, true), []);
});
