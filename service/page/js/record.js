// The recorder, where the service offers it: a face check is kept with a label, for laboratories.
// Only with consent, which is asked for anew before each enrolment's first check.

import { read } from "./api.js";
import { choice, element, field, paragraphs } from "./dom.js";
import { t } from "./texts.js";

const KEPT = "record";
/** What is before the camera: a person, or a species of instrument (words of `selfsame-lab`). */
const PRESENTATIONS = ["live", "print_flat", "print_bent", "print_eye_holes", "print_glossy", "replay_phone", "replay_tablet", "mask_flat", "mask_paper", "mask_silicone"];

/** The label that the next face check is recorded with; nothing without consent. */
export const label = () => JSON.parse(sessionStorage.getItem(KEPT)) ?? undefined;

/** Fields for a label, and what takes note of them; nothing where the service does not record. */
export async function recorder() {
  sessionStorage.removeItem(KEPT);
  const { recorder: offered } = await read("about");
  if (!offered) return null;
  const consent = element("input", { type: "checkbox", id: "record-consent" });
  const agree = element("div", { class: "option" }, consent, element("label", { for: "record-consent" }, t("record.consent")));
  const shown = choice(t("record.presentation"), "presentation", PRESENTATIONS.map((word) => [word, t(`record.${word}`)]), "live");
  const subject = field(t("record.subject"), { name: "subject", type: "number", min: 0, step: 1, value: 1 }, t("record.subject.hint"));
  const device = field(t("record.device"), { name: "device", maxlength: 80, value: navigator.userAgentData?.platform ?? "" });
  const lux = field(t("record.lux"), { name: "lux", type: "number", min: 0, step: 10, value: 300 }, t("record.lux.hint"));
  const details = element("div", { hidden: true }, shown.group, subject.row, device.row, lux.row);
  consent.addEventListener("change", () => (details.hidden = !consent.checked));
  const number = ({ input }) => Math.max(0, Math.round(Number(input.value) || 0));
  const fields = element("fieldset", { class: "record" }, element("legend", {}, t("record.title")), ...paragraphs(t("record.explain")), agree, details);
  const note = () => {
    if (!consent.checked) return;
    const said = { consent: true, subject: number(subject), presentation: shown.value(), lux: number(lux) };
    if (device.input.value.trim()) said.device = device.input.value.trim();
    sessionStorage.setItem(KEPT, JSON.stringify(said));
  };
  return { fields, note };
}
