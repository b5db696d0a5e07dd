// The beginning: what for, by which way, and which document.

import { send, token } from "../api.js";
import { button, buttons, choice, element, field, onLeave, paragraphs, problems, show } from "../dom.js";
import { preload } from "../guide.js";
import { whereElse } from "../tabs.js";
import { t } from "../texts.js";

const DEVICE = "device";

export function choose(go, said = []) {
  const kind = choice(t("choose.kind"), "kind", ["new_registration", "renewal", "upgrade"].map((kind) => [kind, t(`kind.${kind}`), t(`kind.${kind}.hint`)]), "new_registration");
  const method = choice(t("choose.method"), "method", ["biometrics", "active_account"].map((way) => [way, t(`method.${way}`), t(`method.${way}.hint`)]), "biometrics");
  const state = field(t("choose.state"), { name: "state", value: "UTO", maxlength: 3, autocapitalize: "characters", autocomplete: "off", required: true }, t("choose.state.hint"));
  const number = field(t("choose.number"), { name: "number", maxlength: 20, autocapitalize: "characters", autocomplete: "off", required: true }, t("choose.number.hint"));
  const begin = async () => {
    const [issuing_state, document_number] = [state.input.value.trim().toUpperCase(), number.input.value.trim().toUpperCase()];
    if (!issuing_state || !document_number) return choose(go, [t("choose.number.missing")]);
    const asked = { kind: kind.value(), method: method.value(), issuing_state, document_number };
    const device = localStorage.getItem(DEVICE);
    token.clear();
    let answer;
    try {
      answer = await send("enrolments", device ? { ...asked, device } : asked);
    } catch (error) {
      if (error.code !== "malformed") throw error;
      return choose(go, [t("choose.number.wrong")]);
    }
    token.set(answer.token);
    localStorage.setItem(DEVICE, answer.device);
    preload();
    await go(answer.step);
  };
  const form = element("form", { novalidate: true, submit: (event) => event.preventDefault() }, kind.group, method.group, state.row, number.row, buttons(button(t("continue"), () => go.guarded(begin))));
  const other = element("p", {}, element("a", { href: "#confirm" }, t("choose.other_device")));
  const otherwise = element("p", {}, element("a", { href: "#otherwise" }, t("choose.otherwise")));
  const elsewhere = element("div", {});
  show(t("choose.title"), problems(said), elsewhere, ...paragraphs(t("choose.intro"), t("demonstration")), form, other, otherwise);
  onLeave(whereElse(() => elsewhere.replaceChildren(problems([t("choose.elsewhere")]))));
}
