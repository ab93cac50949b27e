// The editor of a template: what is chosen, what was done, and what the server says about it.

import { addressOf } from "../address.js";
import { complain, fill, find, language, problemText, words } from "../page.js";
import { bounds, move, newNumber, resize, round, spread } from "./parts.js";
import { draw, placeOf, unitOf } from "./sheet.js";
import * as panel from "./panel.js";

const CHECK_AFTER = 250; // ms without a change
const TOGETHER = 1500; // ms within which changes of one field are undone in one step
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const FINE = 0.1; // mm
const COARSE = 1;
const ZOOM = 1.25;

const sheet = find("#sheet");
const state = { form: null, page: null, selected: null, pictures: [], faulty: new Set(), rubber: null };
const history = { past: [], future: [], key: null, at: 0 };
let tool = "select";
let zoom = 1;
let checking = null;
let version = 0;

const copy = () => JSON.stringify(state.form);
const pageIndex = () => state.form.pages.indexOf(state.page);

// --- changes, and taking them back ---------------------------------------------------------------------------

// Every change goes through here. Changes with the same key that follow each other closely are one step to undo.
function change(act, key = null) {
  const together = key !== null && key === history.key && Date.now() - history.at < TOGETHER;
  if (!together) history.past.push(copy());
  history.future = [];
  [history.key, history.at] = [key, Date.now()];
  act();
  changed();
}

function changed() {
  version += 1;
  drawSheet();
  panel.refreshNumber(desk);
  panel.showNumbers(desk);
  panel.showPrivates(desk);
  say(words.checking);
  find("#undo").disabled = !history.past.length;
  find("#redo").disabled = !history.future.length;
  clearTimeout(checking);
  checking = setTimeout(check, CHECK_AFTER);
}

function step(from, to) {
  if (!from.length) return;
  to.push(copy());
  const index = pageIndex();
  state.form = JSON.parse(from.pop());
  state.page = state.form.pages[Math.min(index, state.form.pages.length - 1)];
  history.key = null;
  const { selected } = state;
  const there = selected && (selected.kind === "number" ? state.page.numbers : state.page.private ?? [])[selected.index];
  if (!there || (selected.part && !there[selected.part])) state.selected = null;
  showAll();
  changed();
}

const undo = () => step(history.past, history.future);
const redo = () => step(history.future, history.past);

// --- what the server says ------------------------------------------------------------------------------------

async function ask(method, path) {
  const body = JSON.stringify({ content: state.form });
  const answer = await fetch(path, { method, body, headers: { "Content-Type": "application/json" } }).catch(() => null);
  const text = await answer?.text().catch(() => "");
  return { ok: answer?.ok ?? false, text: text ?? "" };
}

async function check() {
  const asked = version;
  const answer = await ask("PUT", addressOf("/form"));
  if (asked !== version) return; // something has changed meanwhile, and is checked by itself
  if (!answer.ok) return complain(answer.text ? problemText(answer.text) : words.network);
  complain("");
  told(JSON.parse(answer.text));
}

function told({ faults, rules, saved }) {
  const mine = `pages.${pageIndex()}.numbers.`;
  state.faulty = new Set(faults.filter(({ place }) => place.startsWith(mine)).map(({ place }) => Number(place.split(".")[3])));
  fillLabels(rules);
  drawSheet();
  panel.showMeanings(rules);
  panel.showFaults(desk, faults);
  find("#content").dataset.sound = String(!faults.length);
  find("#content").dataset.saved = String(saved);
  say([faults.length ? fill(words.faults, { count: faults.length }) : words.sound, saved ? words.saved : words.unsaved].join(" · "));
}

// A rule without a label is called by what it means, once nobody types in it any more.
function fillLabels(rules) {
  state.form.rules.forEach((rule, index) => {
    const typing = document.activeElement?.closest?.(".rule")?.dataset.rule === String(index);
    if (!rules[index] || typing || rule.label?.id || rule.label?.en) return;
    rule.label = { ...rules[index] };
    panel.showRules(desk);
  });
}

async function save() {
  document.activeElement?.blur?.(); // what is being typed counts
  clearTimeout(checking);
  version += 1;
  await check();
  const answer = await ask("POST", addressOf("/save"));
  if (!answer.ok) return complain(answer.text ? problemText(answer.text) : words.network);
  complain("");
  told(JSON.parse(answer.text));
}

const say = (text) => { find("#state").textContent = text; };

// --- choosing ------------------------------------------------------------------------------------------------

function select(selected, typing = false) {
  state.selected = selected;
  panel.showNumber(desk);
  panel.showNumbers(desk);
  drawSheet();
  if (!typing || selected?.kind !== "number") return;
  const name = find("#number-name");
  name.focus();
  name.select();
}

function choosePart(part) {
  state.selected = { ...state.selected, part };
  document.querySelectorAll("#number .part").forEach((fields) => {
    fields.classList.toggle("chosen", fields.dataset.place.endsWith(`.${part}`));
  });
  if (!find(`#number .part[data-place$=".${part}"]`)) panel.showNumber(desk);
  drawSheet();
}

function next(by) {
  const count = state.page.numbers.length;
  if (count) select({ kind: "number", index: ((state.selected?.index ?? -1) + by + count) % count, part: "boxes" }, true);
}

function remove() {
  const { selected, page } = state;
  if (!selected) return;
  state.selected = null;
  change(() => (selected.kind === "number" ? page.numbers : page.private).splice(selected.index, 1));
  showAll();
}

// Rules speak of numbers by name, so they follow a new one.
function renamed(before, after) {
  const names = state.form.pages.flatMap((page) => page.numbers.map((number) => number.name));
  const taken = names.filter((name) => name === after).length > 1;
  if (!before || before === after || taken || names.includes(before)) return;
  change(() => state.form.rules.forEach((rule) => {
    rule.expression = rule.expression.replaceAll(new RegExp(`\\b${before}\\b`, "g"), after);
  }), history.key);
  panel.showRules(desk);
}

function goTo(place) {
  const [kind, page, , index] = place.split(".");
  if (kind === "pages" && state.form.pages[page]) {
    turn(state.form.pages[page]);
    if (state.page.numbers[index]) select({ kind: "number", index: Number(index), part: "boxes" });
  }
  const input = panel.nearest(place);
  const closed = input?.closest("details:not([open])");
  if (closed) closed.open = true;
  (input?.matches("input, select") ? input : input && find("input", input))?.focus();
}

function turn(page) {
  state.page = page;
  state.selected = null;
  showAll();
  changed();
}

const desk = { state, change, select, choosePart, remove, renamed, goTo, pageIndex };

// --- showing -------------------------------------------------------------------------------------------------

const drawSheet = () => draw(sheet, state);

function showAll() {
  find("#pages").replaceChildren(...state.form.pages.map((page) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = fill(words.page, { number: page.number });
    made.setAttribute("aria-pressed", String(page === state.page));
    made.onclick = () => turn(page);
    return made;
  }));
  panel.showNumber(desk);
  panel.showNumbers(desk);
  panel.showPrivates(desk);
  panel.showRules(desk);
  showForm();
  drawSheet();
}

function showForm() {
  for (const input of document.querySelectorAll("#form input")) {
    const [first, second] = input.dataset.place.split(".");
    const holder = second ? state.form[first] : state.form;
    const key = second ?? first;
    const tick = input.type === "checkbox";
    if (tick) input.checked = holder[key];
    else input.value = holder[key] ?? "";
    input.oninput = () => change(() => {
      const into = second ? state.form[first] : state.form;
      into[key] = tick ? input.checked : input.value;
    }, input.dataset.place);
  }
}

function setTool(name) {
  if (name === "words" && state.selected?.kind !== "number") return complain(words.pick_number);
  complain("");
  tool = name;
  sheet.dataset.tool = name;
  document.querySelectorAll("[data-tool]").forEach((made) => {
    if (made !== sheet) made.setAttribute("aria-pressed", String(made.dataset.tool === name));
  });
}

function setZoom(factor) {
  zoom = Math.max(0.5, Math.min(6, zoom * factor));
  sheet.style.width = `${zoom * 100}%`;
}

// --- by hand -------------------------------------------------------------------------------------------------

let drag = null;

sheet.addEventListener("pointerdown", (event) => {
  const place = placeOf(sheet, event);
  const number = event.target.closest("[data-number]");
  const typed = document.activeElement;
  if (tool === "select" && number && typed?.classList.contains("expression") && !event.target.dataset.handle) {
    event.preventDefault(); // the field keeps the focus, and gets the name
    const { name } = state.page.numbers[number.dataset.number];
    typed.setRangeText(name, typed.selectionStart, typed.selectionEnd, "end");
    typed.dispatchEvent(new Event("input"));
    return;
  }
  sheet.setPointerCapture(event.pointerId);
  if (tool !== "select") drag = { what: tool, from: place };
  else if (event.target.dataset.handle) drag = { what: event.target.dataset.handle, from: place };
  else if (number) {
    const part = event.target.closest("[data-part]")?.dataset.part ?? "boxes";
    select({ kind: "number", index: Number(number.dataset.number), part });
    drag = { what: "move", from: place };
  } else if (event.target.dataset.private) {
    select({ kind: "private", index: Number(event.target.dataset.private) });
    drag = { what: "move", from: place };
  } else select(null);
  if (drag) Object.assign(drag, { before: copy(), moved: false });
});

sheet.addEventListener("pointermove", (event) => {
  if (!drag) return;
  const place = placeOf(sheet, event);
  const [dx, dy] = [place[0] - drag.from[0], place[1] - drag.from[1]];
  if (!drag.moved && Math.hypot(dx, dy) < unitOf(state.form)) return; // a click that trembles moves nothing
  drag.moved = true;
  if (["number", "private", "words"].includes(drag.what)) {
    state.rubber = [Math.min(place[0], drag.from[0]), Math.min(place[1], drag.from[1]), Math.abs(dx), Math.abs(dy)];
  } else pull(place, dx, dy);
  drawSheet();
  panel.refreshNumber(desk);
});

// Start again from how it was, so that rounding does not add up.
function pull(place, dx, dy) {
  const { selected } = state;
  const before = JSON.parse(drag.before).pages[pageIndex()];
  const [holder, kind] = selected.kind === "private" ? [state.page.private, selected.index] : [state.page.numbers[selected.index], selected.part];
  const was = selected.kind === "private" ? before.private : before.numbers[selected.index];
  holder[kind] = was[kind];
  const [x, y] = selected.kind === "private" ? was[kind] : bounds(was, kind);
  if (drag.what === "move") move(holder, kind, round(dx, FINE), round(dy, FINE));
  else if (drag.what === "pitch") spread(holder.boxes, place[0] - holder.boxes.width);
  else resize(holder, selected.kind === "private" ? "words" : kind, round(place[0] - x, FINE), round(place[1] - y, FINE));
}

for (const end of ["pointerup", "pointercancel"]) {
  sheet.addEventListener(end, () => {
    const done = drag;
    const { rubber } = state;
    [drag, state.rubber] = [null, null];
    if (!done) return;
    if (!done.moved) {
      if (tool === "select" && state.selected?.kind === "number") select(state.selected, true);
      return;
    }
    if (rubber) add(done.what, rubber.map((value) => round(value, FINE)));
    else remember(done.before);
  });
}

function remember(before) {
  history.past.push(before);
  [history.future, history.key] = [[], null];
  changed();
}

function add(what, rectangle) {
  const { page } = state;
  if (Math.min(rectangle[2], rectangle[3]) < unitOf(state.form)) return drawSheet();
  setTool("select");
  if (what === "private") {
    change(() => { (page.private ??= []).push(rectangle); });
    return select({ kind: "private", index: page.private.length - 1 });
  }
  if (what === "words") {
    change(() => { page.numbers[state.selected.index].words = rectangle; });
    return select({ ...state.selected, part: "words" });
  }
  const taken = new Set(state.form.pages.flatMap((one) => one.numbers.map(({ name }) => name)));
  let count = taken.size + 1;
  while (taken.has(`number_${count}`)) count += 1;
  change(() => page.numbers.push(newNumber(`number_${count}`, rectangle)));
  return select({ kind: "number", index: page.numbers.length - 1, part: "boxes" }, true);
}

// --- by keys -------------------------------------------------------------------------------------------------

sheet.addEventListener("keydown", (event) => {
  const stride = STEPS[event.key];
  const { selected, page } = state;
  if (event.ctrlKey || event.altKey || event.metaKey || !selected) return;
  if (event.key === "Delete" || event.key === "Backspace") remove();
  else if (stride) {
    const far = event.shiftKey ? COARSE : FINE;
    const [holder, kind] = selected.kind === "private" ? [page.private, selected.index] : [page.numbers[selected.index], selected.part];
    change(() => move(holder, kind, stride[0] * far, stride[1] * far), "arrows");
  } else if (event.key === "Enter") select(selected, true);
  else return;
  event.preventDefault();
});

find("#number").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
  event.preventDefault();
  event.target.blur(); // its change is told first
  next(event.shiftKey ? -1 : 1);
});

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey)) return;
  const key = event.key.toLowerCase();
  if (key === "s") save();
  else if (key === "z" && !event.shiftKey) undo();
  else if (key === "y" || key === "z") redo();
  else return;
  event.preventDefault();
});

// --- beginning -----------------------------------------------------------------------------------------------

find("#undo").onclick = undo;
find("#redo").onclick = redo;
find("#save").onclick = save;
find("#larger").onclick = () => setZoom(ZOOM);
find("#smaller").onclick = () => setZoom(1 / ZOOM);
document.querySelectorAll("button[data-tool]").forEach((made) => { made.onclick = () => setTool(made.dataset.tool); });
find("#add-rule").onclick = () => {
  const taken = new Set(state.form.rules.map(({ id }) => id));
  let count = state.form.rules.length + 1;
  while (taken.has(`rule-${count}`)) count += 1;
  change(() => state.form.rules.push({ id: `rule-${count}`, expression: "", label: { id: "", en: "" } }));
  panel.showRules(desk);
  find("#rules .rule:last-child .expression").focus();
};

const answer = await fetch(addressOf("/form")).catch(() => null);
if (answer?.ok) {
  const opened = await answer.json();
  state.form = opened.content;
  state.form.rules ??= [];
  for (const page of state.form.pages) page.numbers ??= [];
  [state.page] = state.form.pages;
  state.pictures = opened.pictures;
  document.documentElement.lang ||= language;
  showAll();
  told(opened);
} else complain(answer ? problemText(await answer.text()) : words.network);
