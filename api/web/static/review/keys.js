// Which key does what. Digits are fixed; everything else can be given another key, which this browser remembers.
// Keys pressed together with Ctrl, Alt or Meta belong to the browser.

const PLACE = "chasil.keys";

export const DEFAULTS = {
  accept: "Enter",
  mark_x: "x",
  mark_dash: "-",
  mark_empty: " ",
  back: "Backspace",
  left: "ArrowLeft",
  right: "ArrowRight",
  undo: "z",
  unreadable: "u",
  escalate: "e",
  later: "s",
  history: "h",
  page: "p",
  closer: "+",
  farther: ".",
  up: "ArrowUp",
  down: "ArrowDown",
  turn: "r",
  contrast: "c",
  invert: "i",
  keys: "k",
  help: "?",
  skipped: "l",
};

const ALSO = { _: "mark_empty", "=": "closer", ",": "farther" }; // unless given to something else
const REPEATING = new Set(["left", "right", "back", "closer", "farther", "up", "down"]);
const TAKEN = /^([0-9]|Tab|Escape|Shift|CapsLock|NumLock|Dead|Process|Unidentified|F[0-9]+)$/;
const SIGNS = { " ": "␣", Enter: "⏎", Backspace: "⌫", ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓" };

const plain = (key) => (key.length === 1 ? key.toLowerCase() : key);

export class Keys {
  constructor(storage = window.localStorage) {
    this.storage = storage;
    const remembered = this.#remembered();
    const taken = new Set(Object.values(remembered));
    const keyOf = ([action, key]) => [action, remembered[action] ?? (taken.has(key) ? null : key)];
    this.map = Object.fromEntries(Object.entries(DEFAULTS).map(keyOf));
  }

  #remembered() {
    try {
      const found = JSON.parse(this.storage.getItem(PLACE)) ?? {};
      return Object.fromEntries(Object.entries(found).filter(([action, key]) => action in DEFAULTS && fits(key)));
    } catch {
      return {}; // nothing that can be used is there
    }
  }

  // What a key press means: "digit", the name of an action, or null.
  meaning(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return null;
    if (/^[0-9]$/.test(event.key)) return event.repeat ? null : "digit";
    const action = this.actionOf(plain(event.key));
    return action && event.repeat && !REPEATING.has(action) ? null : action;
  }

  actionOf(key) {
    return Object.keys(this.map).find((action) => this.map[action] === key) ?? ALSO[key] ?? null;
  }

  sign(action) {
    const key = this.map[action];
    if (key === null) return "–"; // none: somebody gave its own to something else
    return SIGNS[key] ?? key.toUpperCase();
  }

  // Give an action another key; returns the action that has it already, if one does, and changes nothing then.
  give(action, pressed) {
    const key = plain(pressed);
    const other = Object.keys(this.map).find((name) => name !== action && this.map[name] === key);
    if (other || !fits(key)) return other ?? action;
    this.map[action] = key;
    this.#keep();
    return null;
  }

  reset() {
    this.map = { ...DEFAULTS };
    this.#keep();
  }

  #keep() {
    try {
      this.storage.setItem(PLACE, JSON.stringify(this.map));
    } catch {
      // a browser that remembers nothing keeps them for this page
    }
  }
}

export const fits = (key) => typeof key === "string" && key !== "" && !TAKEN.test(key);
