// The applicant's form.

import { send } from "../api.js";
import { button, buttons, element, field, paragraphs, problems, show } from "../dom.js";
import { accounts } from "../keys.js";
import { t } from "../texts.js";

export async function form(step, go, said = go.reasons(step)) {
  const known = step.needs_old_account ? await accounts() : [];
  const name = field(t("form.name"), { name: "name", autocomplete: "name", value: step.applicant?.name ?? "" });
  const born = field(t("form.born"), { name: "born", type: "date", autocomplete: "bday", min: "1900-01-01", value: step.applicant?.date_of_birth ?? "" });
  const old = step.needs_old_account ? field(t("form.old"), { name: "old", autocomplete: "off", value: known.at(-1)?.account ?? "" }, t("form.old.hint")) : null;
  const submit = async () => {
    const filled = { name: name.input.value.trim(), date_of_birth: born.input.value };
    if (!filled.name || !filled.date_of_birth) return form({ ...step, applicant: filled }, go, [t("form.missing")]);
    if (old) filled.old_account = old.input.value.trim();
    await go(await send("form", filled));
  };
  const fields = element("form", { novalidate: true, submit: (event) => event.preventDefault() }, name.row, born.row, old?.row ?? "", buttons(button(t("continue"), () => go.guarded(submit))));
  show(t("form.title"), problems(said), ...paragraphs(t("form.intro")), fields);
}
