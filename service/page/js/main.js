// The page's way: the service says which step there is, and each has a view.

import { Lost, Refused, read, token } from "./api.js";
import { element, paragraphs, show } from "./dom.js";
import * as help from "./help.js";
import { choose } from "./steps/choose.js";
import { confirmHere, confirmation, consent } from "./steps/confirmation.js";
import { document as documentStep } from "./steps/document.js";
import { face, instructions } from "./steps/face.js";
import { form } from "./steps/form.js";
import { enrolled, pins } from "./steps/pins.js";
import * as texts from "./texts.js";
import { t, word } from "./texts.js";

const VIEWS = {
  form,
  document: documentStep,
  instructions,
  oval: face,
  flashes: face,
  confirmation,
  consent,
  on_device: pins,
  enrolled,
  terminated: help.terminated,
};

/** Shows the view of a step that the service answered. */
async function go(step) {
  // An entry for each step, so that going back is noticed.
  if (history.state?.phase !== step.phase) history.pushState({ phase: step.phase }, "", location.pathname);
  await VIEWS[step.phase](step, go);
}

/** What the service found wrong, in this language where it has the words. */
go.reasons = ({ reasons = [] }) => reasons.map(({ code, word: said, text }) => (code === "reported" ? word("reported", said, text) : word("reason", code, text)));

/** Does something, and shows what helps if it fails. */
go.guarded = async (act) => {
  try {
    await act();
  } catch (error) {
    await go.failed(error);
  }
};

go.failed = async (error) => {
  if (error instanceof Lost) return help.lost(go);
  if (error.why) return help.cameraHelp(error.why, go.current);
  if (!(error instanceof Refused)) {
    console.error(error);
    return help.lost(go);
  }
  if (error.status === 401) {
    token.clear();
    return help.expired(go);
  }
  if (error.status === 409) return go.current();
  show(t("refused.title"), ...paragraphs(word("error", error.code, error.message)), element("p", {}, element("a", { href: "#" }, t("back"))));
};

/** The step as the service has it, or the beginning. */
go.current = () =>
  go.guarded(async () => {
    if (!token.get()) return choose(go);
    const slow = () => show(t("connecting.title"), ...paragraphs(t("connecting.again")));
    await go(await read("step", slow));
  });

go.anew = () => {
  token.clear();
  history.pushState({}, "", location.pathname);
  return go.current();
};

function route() {
  const [place, code] = decodeURIComponent(location.hash.slice(1)).split("=");
  if (place === "confirm") return confirmHere(code, go);
  if (place === "otherwise") return help.otherwise(go);
  return go.current();
}

function frame() {
  document.querySelector("#brand").textContent = t("brand");
  document.querySelector(".skip").textContent = t("skip");
  const link = ({ tag, name, chosen }) => element("button", { type: "button", lang: tag, "aria-pressed": String(chosen), click: () => (texts.choose(tag), frame(), route()) }, name);
  const nav = document.querySelector("#languages");
  nav.setAttribute("aria-label", t("language"));
  nav.replaceChildren(...texts.languages().map(link));
}

addEventListener("hashchange", route);
addEventListener("popstate", () => {
  if (location.hash) return;
  if (token.get()) help.goingBack(go);
  else go.current();
});
await texts.load();
frame();
await route();
