// All that the page says, in the language that was chosen; `texts.json` holds it.

const LANGUAGES = { en: "English", et: "Eesti" };
let texts;
let language = "en";

export async function load() {
  texts = await (await fetch("texts.json")).json();
  const kept = localStorage.getItem("language");
  const asked = [kept, ...navigator.languages.map((tag) => tag.slice(0, 2))];
  choose(asked.find((tag) => tag in LANGUAGES) ?? "en");
}

export function choose(tag) {
  language = tag;
  document.documentElement.lang = tag;
  localStorage.setItem("language", tag);
}

export const languages = () => Object.entries(LANGUAGES).map(([tag, name]) => ({ tag, name, chosen: tag === language }));

/** The text of a key, `{name}` in it replaced. A key that nobody wrote a text for shows itself. */
export function t(key, values = {}) {
  const text = texts[key]?.[language] ?? texts[key]?.en ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** The text of a word of the service's, or what it says itself about one that has none here. */
export function word(group, code, otherwise = code) {
  const key = `${group}.${code}`;
  return key in texts ? t(key) : otherwise;
}

/** How long, in words. */
export function duration(seconds) {
  if (seconds < 90) return t("time.seconds", { n: Math.ceil(seconds) });
  if (seconds < 90 * 60) return t("time.minutes", { n: Math.ceil(seconds / 60) });
  return t("time.hours", { n: Math.ceil(seconds / 3600) });
}
