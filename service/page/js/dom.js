// Elements without a framework: `element("button", { class: "main", click: go }, "Continue")`.

/** An element with attributes, listeners (functions) and children (elements or text). */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child != null && child !== false));
  return made;
}

/** The same for a drawing. */
export function drawn(tag, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/**
 * Shows a view: a heading that takes the focus, so that a screen reader begins there, and what
 * follows. Whatever the view before had under way is told to stop.
 */
let leave = () => {};
export function show(heading, ...content) {
  leave();
  leave = () => {};
  const title = element("h1", { tabindex: -1 }, heading);
  document.querySelector("#main").replaceChildren(title, ...content.filter(Boolean));
  document.title = heading;
  scrollTo(0, 0);
  title.focus({ preventScroll: true });
}

/** What has to be stopped when another view is shown. */
export function onLeave(stop) {
  const before = leave;
  leave = () => (before(), stop());
}

/** A button that is out of order while what it started is under way. */
export function button(label, act, kind = "main") {
  const made = element("button", { type: "button", class: kind }, label);
  made.addEventListener("click", async () => {
    if (made.getAttribute("aria-disabled")) return;
    made.setAttribute("aria-disabled", "true");
    try {
      await act();
    } finally {
      made.removeAttribute("aria-disabled");
    }
  });
  return made;
}

export function paragraphs(...texts) {
  return texts.filter(Boolean).map((text) => element("p", {}, text));
}

export function buttons(...made) {
  return element("div", { class: "buttons" }, ...made);
}

/** What went wrong, said at once. */
export function problems(messages) {
  if (messages.length === 0) return null;
  return element("div", { class: "problem", role: "alert" }, ...messages.map((message) => element("p", {}, message)));
}

/** A field with its label; its hint is read with it. */
export function field(label, attributes, hint) {
  const id = `field-${attributes.name}`;
  const input = element("input", { id, ...attributes, "aria-describedby": hint ? `${id}-hint` : null });
  const below = hint ? element("p", { class: "hint", id: `${id}-hint` }, hint) : null;
  return { input, row: element("div", { class: "field" }, element("label", { for: id }, label), below, input) };
}

/** One of several: a group of radio buttons. */
export function choice(legend, name, options, chosen) {
  const row = ([value, label, hint]) => {
    const id = `${name}-${value}`;
    const input = element("input", { type: "radio", name, id, value, checked: value === chosen });
    return element("div", { class: "option" }, input, element("label", { for: id }, label, hint ? element("span", { class: "hint" }, hint) : null));
  };
  const group = element("fieldset", {}, element("legend", {}, legend), ...options.map(row));
  return { group, value: () => group.querySelector("input:checked")?.value };
}

let said = "";
let silence;
/** Tells a screen reader, and nobody too often: a text is said again only after another one. */
export function announce(text) {
  if (text === said) return;
  said = text;
  clearTimeout(silence);
  // Hints change with every movement; only one that stands for a moment is worth hearing.
  silence = setTimeout(() => (document.querySelector("#status").textContent = text), 700);
}
