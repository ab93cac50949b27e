// What opens over the desk: a comment, the history of a number, the keys, help. Escape closes each.

import { announce, copyOf, fill, find, item as listItem, language, words } from "../page.js";
import { DEFAULTS, fits } from "./keys.js";
import { historyOf } from "./queue.js";

export const opened = () => find("dialog[open]") !== null;

for (const dialog of document.querySelectorAll("dialog")) {
  for (const button of dialog.querySelectorAll(".close")) button.addEventListener("click", () => dialog.close());
}

// Resolves with the comment, or "" where it was cancelled.
export function askComment() {
  const [dialog, field] = [find("#escalate"), find("#comment")];
  field.value = "";
  dialog.returnValue = "";
  dialog.showModal();
  field.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "send" ? field.value.trim() : ""), { once: true });
  });
}

const sendComment = () => {
  const field = find("#comment");
  field.setAttribute("aria-invalid", String(!field.value.trim()));
  if (field.value.trim()) find("#escalate").close("send");
  else field.focus();
};

find("#comment").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  sendComment();
});
find("#escalate .send").addEventListener("click", sendComment);

// --- history --------------------------------------------------------------------------------------------------

export async function showHistory(item) {
  const [dialog, list] = [find("#history"), find("#history ul")];
  find(".about", dialog).textContent = item.label[language];
  list.replaceChildren(listItem(words.loading));
  dialog.showModal();
  const answer = await historyOf(item).catch(() => null);
  list.replaceChildren(...(answer?.ok ? steps(answer.body) : [listItem(words.network)]));
}

function steps({ decisions, readings }) {
  const all = [
    ...readings.map((one) => ({ at: one.at, text: fill(words.step_read, { boxes: one.boxes, model: one.model ?? "–" }) })),
    ...decisions.map((one) => ({ at: one.at, text: [words[`did_${one.kind}`], one.new.final_boxes, one.reason].filter(Boolean).join(" · ") })),
  ];
  return all.sort((one, other) => (one.at < other.at ? 1 : -1)).map(step);
}

// In the zone that every page tells, which is said beside it.
const MOMENT = {
  timeZone: "Asia/Jakarta", timeZoneName: "short",
  year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit",
};

function step({ at, text }) {
  const made = listItem(text);
  const time = document.createElement("time");
  time.dateTime = at;
  time.textContent = new Date(at).toLocaleString(language, MOMENT);
  made.prepend(time);
  return made;
}

// --- keys -----------------------------------------------------------------------------------------------------

export function showHelp(keys) {
  find("#help .keys").replaceChildren(...Object.keys(DEFAULTS).map((action) => {
    const line = copyOf("#help-line");
    find("kbd", line).textContent = keys.sign(action);
    find("span", line).textContent = words[`do_${action}`];
    return line;
  }));
  find("#help").showModal();
}

export function showKeys(keys, changed) {
  const draw = () => {
    find("#keys .keys").replaceChildren(...Object.keys(DEFAULTS).map((action) => keyLine(action, keys, draw)));
    changed();
  };
  find("#keys .reset").onclick = () => { keys.reset(); draw(); };
  find("#keys-said").textContent = "";
  draw();
  find("#keys").showModal();
}

function keyLine(action, keys, draw) {
  const line = copyOf("#key-line");
  const button = find("button", line);
  find("span", line).textContent = words[`do_${action}`];
  button.textContent = keys.sign(action);
  button.setAttribute("aria-label", fill(words.change_key, { action: words[`do_${action}`], key: keys.sign(action) }));
  button.addEventListener("click", () => listen(action, keys, button, draw));
  return line;
}

// Wait for the next key, which the action will have; Escape leaves it as it is.
function listen(action, keys, button, draw) {
  button.textContent = words.press_key;
  const hear = (event) => {
    if (["Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    const other = event.key === "Escape" ? null : keys.give(action, event.key);
    draw();
    find(`#keys .keys li:nth-child(${Object.keys(DEFAULTS).indexOf(action) + 1}) button`).focus();
    say(other, event.key);
  };
  const stop = () => button.removeEventListener("keydown", hear);
  button.addEventListener("keydown", hear);
  button.addEventListener("blur", () => { stop(); if (button.isConnected) draw(); }, { once: true });
}

function say(other, key) {
  const text = other === null ? "" : fits(key) ? fill(words.key_taken, { action: words[`do_${other}`] }) : words.key_unfit;
  find("#keys-said").textContent = text;
  if (text) announce(text);
}
