// The list of what was skipped: choose one and go back to it; of what this desk lost it is said what became of it.

import { announce, copyOf, fill, find, language, words } from "../page.js";

const MOVES = { ArrowDown: 1, ArrowUp: -1 };

// What became of a number that this desk has no more.
export const fateOf = (fate) => words[`fate_${fate ?? "unknown"}`];

// Resolves once the list is closed. `show` is called before, where a number was chosen, which is first in the queue then: a
// key that comes between would decide it by the picture of the one before.
export function chooseSkipped(queue, changed, show) {
  const [dialog, list] = [find("#skipped"), find("#skipped ul")];
  let busy = false;

  const choose = async (item) => {
    if (busy) return;
    busy = true;
    say(words.loading);
    if (await queue.back(item)) {
      show();
      dialog.close();
      return;
    }
    busy = false;
    say(fill(words.skipped_lost, { label: item.label[language] }));
    refresh();
  };
  const refresh = () => {
    changed();
    draw(queue.skipped, choose);
  };

  say("");
  draw(queue.skipped, choose);
  dialog.showModal();
  find("button", list)?.focus();
  // What others took meanwhile shows once the service has said so. Lines that stay as they are are not made anew: a
  // finger that is on one of them would lift off another, and choose nothing.
  const before = [queue.skipped.items.length, queue.skipped.gone.length];
  queue.keep().then(() => {
    const same = queue.skipped.items.length === before[0] && queue.skipped.gone.length === before[1];
    if (dialog.open && !busy && !same) refresh();
  });
  list.onkeydown = (event) => {
    if (!(event.key in MOVES)) return;
    event.preventDefault();
    const buttons = [...list.querySelectorAll("button")];
    buttons[buttons.indexOf(document.activeElement) + MOVES[event.key]]?.focus();
  };
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      queue.skipped.forget(queue.skipped.gone.filter((one) => list.dataset.told.includes(one.item.id)));
      resolve();
    }, { once: true });
  });
}

function say(text) {
  find("#skipped-said").textContent = text;
  if (text) announce(text);
}

function draw({ items, gone }, choose) {
  const list = find("#skipped ul");
  const at = [...list.querySelectorAll("button")].indexOf(document.activeElement);
  list.replaceChildren(...items.map((item) => waiting(item, choose)), ...gone.map(lost));
  list.dataset.told = gone.map(({ item }) => item.id).join(" ");
  find("#skipped .none").hidden = items.length + gone.length > 0;
  find("#skipped .some").hidden = items.length === 0;
  const buttons = list.querySelectorAll("button");
  if (at >= 0) (buttons[Math.min(at, buttons.length - 1)] ?? find("#skipped .close")).focus();
}

function waiting(item, choose) {
  const line = copyOf("#skipped-line");
  about(line, item);
  find("button", line).addEventListener("click", () => choose(item));
  return line;
}

function lost({ item, fate }) {
  const line = copyOf("#gone-line");
  about(line, item);
  find(".fate", line).textContent = fateOf(fate);
  return line;
}

function about(line, item) {
  find(".label", line).textContent = item.label[language];
  find(".where", line).textContent = fill(words.where, { station: item.station ?? "–", page: item.form_page ?? "–" });
  find(".kind", line).textContent = words[`kind_${item.kind}`];
}
