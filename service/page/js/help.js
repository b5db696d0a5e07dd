// Pages that help when something is in the way. None of them loses the step.

import { read, send, token } from "./api.js";
import { button, buttons, element, onLeave, paragraphs, show } from "./dom.js";
import { duration, t, word } from "./texts.js";

const BETWEEN_MS = 3000;
const TRIES = 20;

/** The service is away: asks for the step now and then for a minute, then on request. */
export function lost(go) {
  const state = element("p", { role: "status" }, t("lost.trying"));
  let trying = true;
  const once = async () => {
    try {
      const step = await read("step");
      if (trying) await go(step);
      return true;
    } catch (error) {
      if (error.status === 401) go.failed(error);
      return error.status === 401;
    }
  };
  show(t("lost.title"), ...paragraphs(t("lost.intro")), state, buttons(button(t("lost.again"), once)));
  onLeave(() => (trying = false));
  const round = async (left) => {
    if (!trying) return;
    if (left === 0) return (state.textContent = t("lost.gave_up"));
    if (await once()) return;
    setTimeout(() => round(left - 1), BETWEEN_MS);
  };
  setTimeout(() => round(TRIES), BETWEEN_MS);
}

/** No picture: `why` is a word of `CameraProblem`, or `grey`. */
export function cameraHelp(why, again) {
  const how = ["denied", "none", "busy", "insecure", "grey"].includes(why) ? why : "failed";
  show(t(`camera.${how}.title`), ...paragraphs(t(`camera.${how}`), t("camera.kept")), buttons(button(t("camera.again"), again)), element("p", {}, element("a", { href: "#otherwise" }, t("flash.otherwise"))));
}

export function terminated({ end }, go) {
  const { code, wait_s } = end;
  const wait = wait_s > 0 ? t("terminated.wait", { time: duration(wait_s) }) : null;
  show(t("terminated.title"), ...paragraphs(word("end", code, end.text), wait), buttons(button(t("terminated.anew"), () => go.anew())), element("p", {}, element("a", { href: "#otherwise" }, t("choose.otherwise"))));
}

/** The token is unknown by now. */
export function expired(go) {
  show(t("expired.title"), ...paragraphs(t("expired.intro")), buttons(button(t("terminated.anew"), () => go.anew())));
}

/** Going back: what is done is done. */
export function goingBack(go) {
  const abandon = () => go.guarded(async () => {
    const step = await send("abandon");
    token.clear();
    await go(step);
  });
  show(t("going_back.title"), ...paragraphs(t("going_back.intro")), buttons(button(t("going_back.on"), () => go.current()), button(t("going_back.abandon"), abandon, "quiet")));
}

/** For people who must not, or cannot, look at flashes. */
export function otherwise(go) {
  show(t("otherwise.title"), ...paragraphs(t("otherwise.intro"), t("otherwise.how")), buttons(button(t("back"), () => go.current())));
}
