// What every page's script needs: its words, its parts, and how outcomes look. Whatever comes from the server or from a
// file name is shown through textContent only.

export { fill } from "./fill.js";

export const content = document.querySelector("#content");
export const words = JSON.parse(content.dataset.words);
export const language = document.documentElement.lang;
const signs = { accepted: "✓", review: "!", rejected: "✕" };

export const find = (selector, within = document) => within.querySelector(selector);
export const copyOf = (template) => find(template).content.firstElementChild.cloneNode(true);
export const textOf = (reason) =>
  language === "en" ? reason.message : (reason.translations?.[language] ?? reason.message);
export const announce = (text) => { find("#live").textContent = text; };

// Many texts begin with the name of their file already.
export const withName = (name, text) => (!name || text.startsWith(name) ? text : `${name}: ${text}`);

export function complain(text) {
  const problem = find("#problem");
  problem.textContent = text;
  problem.hidden = !text;
}

// What the service says in a problem; `otherwise` where the answer is none.
export function problemText(body, otherwise = words.network) {
  try {
    const problem = JSON.parse(body);
    return textOf({ message: problem.detail, translations: problem.translations });
  } catch {
    return otherwise;
  }
}

export function span(className, text) {
  const made = document.createElement("span");
  made.className = className;
  made.textContent = text;
  return made;
}

export function item(text) {
  const made = document.createElement("li");
  made.textContent = text;
  return made;
}

export function setOutcome(place, outcome, text = words[outcome]) {
  place.classList.remove("accepted", "review", "rejected");
  place.classList.add(outcome);
  const sign = span("sign", signs[outcome]);
  sign.setAttribute("aria-hidden", "true");
  place.replaceChildren(sign, span("", text));
}
