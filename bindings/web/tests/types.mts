// What TypeScript makes of the interface: .ci/bindings compiles this, nobody runs it.

import { Engine, SelfsameError, Watch, shownAt, type Guidance } from "../js/selfsame.js";

const engine = await Engine.load({ base: "/dist/", profile: "fast" });
const watch: Watch = await engine.watch({ ovalWidth: 0.5 });
const answer: Guidance | null = await watch.frame(new VideoFrame(document.createElement("canvas"), { timestamp: 0 }));
if (answer?.hint === "move_closer") console.log(answer.oval.width);
// @ts-expect-error There is no such hint.
if (answer?.hint === "jump") console.log();
const video = document.querySelector("video");
if (video) {
  const stop = watch.follow(video, (guidance) => guidance.ready && stop(), { taken: (frame) => frame.close() });
}
console.log((await engine.verify(new Uint8Array(3), watch)).compared?.score);
const session = await engine.flashSession("{}");
console.log(shownAt(session.flashes, 3)?.red, SelfsameError);
