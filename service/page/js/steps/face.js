// Before the face check, and after one that failed.

import { Refused, read, send } from "../api.js";
import { button, buttons, element, paragraphs, problems, show } from "../dom.js";
import { faceCheck } from "../face.js";
import { preload } from "../guide.js";
import { cameraHelp, lost } from "../help.js";
import { recorder } from "../record.js";
import { t, word } from "../texts.js";

/** How often the person has pulled back. The service counts by itself. */
let pulled = 0;

/** What a socket's error would be as an answer: in most cases the step says how to go on. */
const STATUS = { token: 401, other_step: 409, replaced: 409, too_slow: 409 };

const list = (...items) => element("ul", {}, ...items.map((item) => element("li", {}, item)));

/** Whether something colours this white page otherwise: an extension, or high contrast. */
const darkened = () => getComputedStyle(document.body).backgroundColor !== "rgb(255, 255, 255)" || matchMedia("(forced-colors: active)").matches;

export function instructions(step, go) {
  preload();
  const recording = element("div", {});
  let record;
  // Where it cannot be asked for there is none.
  recorder().then((offered) => ((record = offered), offered && recording.replaceChildren(offered.fields))).catch(() => {});
  const ready = () => go.guarded(async () => {
    record?.note();
    const next = await send("instructions");
    if (next.phase === "oval") await check(go);
    else await go(next);
  });
  const warning = element("div", { class: "warning" }, element("h2", {}, t("flash.title")), ...paragraphs(t("flash.warning"), t("flash.safe")), element("p", {}, element("a", { href: "#otherwise" }, t("flash.otherwise"))));
  show(t("instructions.title"), problems([...go.reasons(step), ...(darkened() ? [t("instructions.darkened")] : [])]), list(t("instructions.light"), t("instructions.bright"), t("instructions.clear"), t("instructions.oval"), t("instructions.still")), warning, recording, buttons(button(t("instructions.ready"), ready)));
}

export function face(step, go) {
  preload();
  const advice = step.advice ?? [];
  const failed = advice.length > 0 || step.reasons?.length > 0;
  const cut = step.phase === "flashes";
  const said = failed ? [t("face.failed")] : cut ? [t("face.cut_off")] : [];
  const what = advice.length > 0 ? list(...advice.map((code) => word("advice", code))) : null;
  show(t(failed ? "face.again.title" : "face.title"), problems(said), what, ...paragraphs(t("face.intro")), buttons(button(t(failed || cut ? "face.try_again" : "face.start"), () => go.guarded(() => check(go)))), element("p", {}, element("a", { href: "#otherwise" }, t("flash.otherwise"))));
}

async function check(go) {
  const { step, passed, camera, pulledBack, pullBacks, refused, lost: network } = await faceCheck();
  if (camera) return cameraHelp(camera, () => check(go));
  if (step && pulledBack && !passed && step.phase === "oval") return pulledAway(go, pullBacks);
  if (step) return go(step);
  if (refused) return go.failed(new Refused(STATUS[refused.code], refused));
  if (network) return lost(go);
  // They stopped it: the service knows where things stand.
  await go(await read("step"));
}

function pulledAway(go, free) {
  pulled++;
  const text = pulled < free ? t("face.pulled") : t("face.pulled.often");
  show(t("face.pulled.title"), ...paragraphs(text, t("face.pulled.how")), buttons(button(t("face.try_again"), () => go.guarded(() => check(go)))), element("p", {}, element("a", { href: "#otherwise" }, t("flash.otherwise"))));
}
