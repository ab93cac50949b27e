// The row of cells under the boxes: what stands in each, and where the next key goes.

import { fill, words } from "../page.js";

const SHOWN = { _: "␣", "#": "", "-": "–" };
const SAID = { _: "cell_empty", "#": "cell_open", "-": "cell_dash", X: "cell_x" };

export class Cells {
  // `changed` is called after every change of the marks or of the place.
  constructor(holder, changed) {
    this.holder = holder;
    this.changed = changed;
    this.marks = [];
    this.place = 0; // from 0; as many as there are cells once all have been typed
    holder.addEventListener("focusin", (event) => this.#follow(event.target));
  }

  // Begin with what the machine reads, or with open cells.
  begin(count, boxes) {
    if (this.holder.children.length !== count) this.holder.replaceChildren(...Array.from({ length: count }, made));
    this.holder.className = count > 4 ? "many" : count > 3 ? "some" : "";
    this.marks = Array.from({ length: count }, (_none, index) => boxes?.[index] ?? "#");
    const open = this.marks.indexOf("#");
    this.marks.forEach((_mark, index) => this.#draw(index));
    this.go(open < 0 ? 0 : open);
  }

  get text() {
    return this.marks.join("");
  }

  // The number of the first cell that is still open, from 1; 0 where none is.
  get open() {
    return this.marks.indexOf("#") + 1;
  }

  // The number that is written; null where cells are open or make none.
  get value() {
    return numberOf(this.text);
  }

  type(mark) {
    if (this.place >= this.marks.length) return false;
    this.#put(this.place, mark);
    this.go(this.place + 1);
    return true;
  }

  back() {
    const from = this.place < this.marks.length && this.place === 0 ? 0 : this.place - 1;
    this.#put(from, "#");
    this.go(from);
  }

  go(place) {
    this.place = Math.max(0, Math.min(place, this.marks.length));
    const seen = Math.min(this.place, this.marks.length - 1);
    [...this.holder.children].forEach((cell, index) => {
      cell.toggleAttribute("data-current", index === this.place);
      cell.tabIndex = index === seen ? 0 : -1;
    });
    this.holder.children[seen]?.focus({ preventScroll: true });
    this.changed();
  }

  // Where the cells stand under what begins that far left: the middle of each, px.
  middles(left) {
    return [...this.holder.children].map((cell) => cell.offsetLeft + cell.offsetWidth / 2 - left);
  }

  #put(place, mark) {
    this.marks[place] = mark;
    this.#draw(place);
  }

  #draw(place) {
    const [cell, mark] = [this.holder.children[place], this.marks[place]];
    cell.value = SHOWN[mark] ?? mark;
    cell.dataset.mark = mark;
    const said = SAID[mark] ? words[SAID[mark]] : mark;
    cell.setAttribute("aria-label", fill(words.cell, { number: place + 1, count: this.marks.length, mark: said }));
  }

  #follow(target) {
    const index = [...this.holder.children].indexOf(target);
    if (index >= 0 && index !== Math.min(this.place, this.marks.length - 1)) this.go(index);
  }
}

// Blanks may stand before the digits only. X or dashes alone are zero; nothing at all is no number, as on the server.
export function numberOf(text) {
  if (!fitting(text) || /^_*$/.test(text)) return null;
  return Number(text.replace(/[X_-]/g, ""));
}

export const fitting = (text) => /^[X_-]*[0-9]*$/.test(text);

function made() {
  const cell = document.createElement("input");
  cell.className = "cell";
  cell.maxLength = 1;
  cell.inputMode = "none";
  cell.autocomplete = "off";
  cell.spellcheck = false;
  return cell;
}
