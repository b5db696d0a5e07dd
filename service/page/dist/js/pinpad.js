// A PIN on a keypad, by fingers or by keyboard. The digits stay in this function's closure and in
// what it resolves with; they are in no element that a script or an autofill could read.

import { button, buttons, element, problems, show } from "./dom.js";
import { t } from "./texts.js";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "delete", "0", "enter"];

/**
 * Asks for a PIN of `least` to 12 digits. `judge` says what is wrong with one, or nothing; `said`
 * is shown above.
 */
export function askPin({ heading, explain, least, said = [], judge = () => null, cancel }) {
  return new Promise((resolve) => {
    let digits = "";
    const dots = element("p", { class: "dots", "aria-hidden": "true" });
    const count = element("p", { class: "unseen", role: "status" });
    const wrong = element("div", {});
    const complain = (text) => wrong.replaceChildren(...(text ? [problems([text])] : []));
    const draw = () => {
      dots.textContent = "●".repeat(digits.length) || "–";
      count.textContent = t("pin.count", { n: digits.length });
    };
    const press = (key) => {
      if (key === "enter") return enter();
      complain(null);
      digits = key === "delete" ? digits.slice(0, -1) : (digits + key).slice(0, 12);
      draw();
    };
    const enter = () => {
      const fault = digits.length < least ? t("pin.short", { n: least }) : judge(digits);
      if (!fault) return resolve(digits);
      digits = "";
      draw();
      complain(fault);
    };
    const name = { delete: "⌫", enter: "✓" };
    const pad = KEYS.map((key) => element("button", { type: "button", class: `key ${key}`, "aria-label": key in name ? t(`pin.${key}`) : null, click: () => press(key) }, name[key] ?? key));
    const typed = (event) => {
      if (/^[0-9]$/.test(event.key)) press(event.key);
      else if (event.key === "Backspace") press("delete");
      else if (event.key === "Enter" && event.target.tagName !== "BUTTON") press("enter");
      else return;
      event.preventDefault();
    };
    draw();
    const view = element("div", { class: "pin", keydown: typed }, wrong, dots, count, element("div", { class: "pad", role: "group", "aria-label": t("pin.pad") }, ...pad));
    show(heading, problems(said), element("p", {}, explain), view, cancel ? buttons(button(cancel.label, cancel.act, "quiet")) : null);
    // Digits may be typed wherever the focus is.
    document.querySelector("h1").addEventListener("keydown", typed);
  });
}
