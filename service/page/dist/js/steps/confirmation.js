// The old account's confirmation, on this device (which waits) and on the other (which confirms).

import { Lost, Refused, read, send } from "../api.js";
import { fromHex } from "../bytes.js";
import { button, buttons, element, field, onLeave, paragraphs, problems, show } from "../dom.js";
import { hasKeys, signConfirmation } from "../keys.js";
import { askPin } from "../pinpad.js";
import { t } from "../texts.js";

const POLL_MS = 1500;

/** This device waits, and asks the service now and then. */
export function confirmation(step, go) {
  const link = element("a", { href: `#confirm=${step.code}`, target: "_blank", rel: "noopener" }, t("confirmation.here"));
  show(t("confirmation.title"), problems(go.reasons(step)), ...paragraphs(t("confirmation.intro", { account: step.old_account })), element("p", { class: "code" }, step.code), element("p", {}, link), element("p", { class: "waiting", role: "status" }, t("confirmation.waiting")));
  let waiting = true;
  onLeave(() => (waiting = false));
  const poll = async () => {
    if (!waiting) return;
    try {
      const now = await read("step");
      if (!waiting) return;
      if (now.phase !== "confirmation" || now.code !== step.code || go.reasons(now).length > go.reasons(step).length) return go(now);
    } catch (error) {
      if (waiting && !(error instanceof Lost)) return go.failed(error);
    }
    setTimeout(poll, POLL_MS);
  };
  setTimeout(poll, POLL_MS);
}

/** The other device. `code` is known where its link was followed. */
export function confirmHere(code, go, said = []) {
  if (code) return go.guarded(() => asked(code, go));
  const typed = field(t("other.code"), { name: "code", autocapitalize: "characters", autocomplete: "one-time-code", maxlength: 16 }, t("other.code.hint"));
  const next = () => typed.input.value.trim() && go.guarded(() => asked(typed.input.value.trim().toUpperCase(), go));
  show(t("other.title"), problems(said), ...paragraphs(t("other.intro")), typed.row, buttons(button(t("continue"), next)));
}

async function asked(code, go, said = []) {
  let request;
  const path = `confirmations/${encodeURIComponent(code)}`;
  try {
    request = await read(path);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return confirmHere(null, go, [t("other.unknown")]);
  }
  if (!(await hasKeys(request.keys))) return show(t("other.title"), ...paragraphs(t("other.no_keys", { account: request.old_account })));
  const refuse = async () => ended(await send(path, { refuse: true }), go, code);
  const confirm = async () => {
    const pin = (n, least) => askPin({ heading: t(`other.pin${n}`), explain: t("other.pin.explain", { account: request.old_account }), least });
    const [pin1, pin2] = [await pin(1, 4), await pin(2, 5)];
    const signed = await signConfirmation(request.keys, pin1, pin2, fromHex(request.request));
    ended(await send(path, signed ?? { wrong_pin: true }), go, code);
  };
  show(t("other.title"), problems(said), ...paragraphs(t("other.asks", { account: request.old_account }), t(`other.${request.kind}`), t("other.warning")), buttons(button(t("other.confirm"), () => go.guarded(confirm)), button(t("other.refuse"), () => go.guarded(refuse), "quiet")));
}

function ended({ outcome }, go, code) {
  if (outcome === "again") return go.guarded(() => asked(code, go, [t("other.wrong_pin")]));
  show(t(`other.${outcome}.title`), ...paragraphs(t(`other.${outcome}`)));
}

export function consent(step, go) {
  const answer = (body) => go.guarded(async () => go(await send("consent", body)));
  show(
    t("consent.title"),
    problems(go.reasons(step)),
    ...paragraphs(t("consent.intro", { account: step.old_account }), t("consent.what")),
    buttons(button(t("consent.yes"), () => answer({ account: step.old_account })), button(t("consent.no"), () => answer({ refuse: true }), "quiet")),
  );
}
