// The last steps, which happen on this device: PINs, keys, the signature.

import { send, token } from "../api.js";
import { base64url, fromHex } from "../bytes.js";
import { button, buttons, paragraphs, problems, show } from "../dom.js";
import { forget, hasKeys, makeKeys, nameAccount, signApplication } from "../keys.js";
import { askPin } from "../pinpad.js";
import { t } from "../texts.js";
import { weakness } from "../weak.js";

const MADE = "keys";
const LEAST = { 1: 4, 2: 5 };

export async function pins(step, go) {
  // A page that was loaded again has its keys already; only the PIN is not there.
  const made = sessionStorage.getItem(MADE);
  if (made && (await hasKeys(made))) return signature(made, step, go);
  const begin = () => go.guarded(() => chosen(step, go));
  show(t("pins.title"), problems(go.reasons(step)), ...paragraphs(t("pins.intro"), t("pins.secret"), t(step.needs_old_account ? "pins.old" : "pins.new")), buttons(button(t("continue"), begin)));
}

async function chosen(step, go) {
  const personal = { born: step.applicant?.date_of_birth, numbers: [step.document_number ?? ""] };
  const pick = (n, pin1) => {
    const judge = (pin) => {
      const weak = weakness(pin, { ...personal, pin1 });
      return weak && t(`weak.${weak}`);
    };
    return askPin({ heading: t(`pins.choose${n}`), explain: t(`pins.for${n}`, { n: LEAST[n] }), least: LEAST[n], judge });
  };
  const again = (n, pin) => askPin({ heading: t(`pins.again${n}`), explain: t("pins.again"), least: LEAST[n], judge: (typed) => (typed === pin ? null : t("pins.slip")) });
  const pin1 = await pick(1);
  const pin2 = await pick(2, pin1);
  await again(1, pin1);
  await again(2, pin2);
  show(t("pins.title"), ...paragraphs(t("pins.making")));
  const keys = await makeKeys(pin1, pin2);
  sessionStorage.setItem(MADE, keys);
  await signature(keys, step, go);
}

async function signature(keys, step, go, said = go.reasons(step)) {
  const anew = { label: t("sign.forgotten"), act: () => forget(keys).then(() => pins(step, go)) };
  const pin2 = await askPin({ heading: t("sign.title"), explain: t("sign.explain"), least: LEAST[2], said, cancel: anew });
  const signed = await signApplication(keys, pin2, fromHex(step.proofing));
  if (!signed) return signature(keys, step, go, [t("sign.wrong")]);
  await go.guarded(async () => {
    const next = await send("signature", { keys, signature: base64url(signed) });
    await go(next);
  });
}

export async function enrolled(step, go) {
  const keys = sessionStorage.getItem(MADE);
  if (keys && step.account) await nameAccount(keys, step.account);
  sessionStorage.removeItem(MADE);
  token.clear();
  show(
    t("enrolled.title"),
    ...paragraphs(t("enrolled.account", { account: step.account }), step.replaced ? t("enrolled.replaced", { account: step.replaced }) : t("enrolled.only"), t("enrolled.next")),
    buttons(button(t("finish"), () => go.anew())),
  );
}
