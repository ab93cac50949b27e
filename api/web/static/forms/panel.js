// The fields beside the sheet: the chosen number, the list of all, rules, private areas, and what is wrong.

import { fill, find, language, words } from "../page.js";
import { PARTS, WHOLE, fresh, given, set, touching } from "./parts.js";

function make(tag, properties = {}, ...children) {
  const { data, ...rest } = properties;
  const made = Object.assign(document.createElement(tag), rest);
  for (const [name, value] of Object.entries(data ?? {})) made.dataset[name] = value;
  made.append(...children);
  return made;
}

const button = (text, act, className = "plain") => make("button", { type: "button", className, textContent: text, onclick: act });

function field(text, input, place) {
  input.dataset.place = place;
  return make("label", {}, text, input);
}

// --- the chosen number ---------------------------------------------------------------------------------------

export function showNumber(desk) {
  const panel = find("#number");
  const { page, selected } = desk.state;
  if (selected?.kind !== "number") {
    panel.replaceChildren(make("p", { className: "fine", textContent: words.none }));
    return;
  }
  const number = page.numbers[selected.index];
  const place = `pages.${desk.pageIndex()}.numbers.${selected.index}`;
  const text = (key, name, get, put) => field(words[key], make("input", {
    id: `number-${key}`, value: get(), spellcheck: false, autocomplete: "off",
    oninput: (event) => desk.change(() => put(event.target.value), `${place}.${key}`),
  }), `${place}.${name}`);
  const name = text("name", "name", () => number.name, (value) => { number.name = value; });
  const before = number.name;
  find("input", name).onchange = (event) => desk.renamed(before, event.target.value);
  const required = make("input", {
    type: "checkbox", checked: number.required !== false,
    onchange: (event) => desk.change(() => { if (event.target.checked) delete number.required; else number.required = false; }),
  });
  panel.replaceChildren(make("div", { className: "fields" },
    name,
    text("label_id", "label.id", () => number.label.id, (value) => { number.label.id = value; }),
    text("label_en", "label.en", () => number.label.en, (value) => { number.label.en = value; }),
    make("label", { className: "tick" }, required, words.required),
  ), ...Object.keys(PARTS).map((kind) => partFields(desk, number, kind, place)), button(words.remove, () => desk.remove()));
}

function partFields(desk, number, kind, place) {
  if (!number[kind]) {
    if (kind === "row_sums" && !number.tally) return "";
    const add = () => { desk.change(() => { number[kind] = fresh(number, kind); }); desk.select({ ...desk.state.selected, part: kind }); };
    return button(fill(words.add, { part: words[kind] }), add);
  }
  const names = { 0: "x", 1: "y", 2: "width", 3: "height" };
  const chosen = desk.state.selected.part === kind;
  const inputs = PARTS[kind].map((key) => {
    const input = make("input", {
      type: "number", step: WHOLE.has(key) ? 1 : 0.1, value: given(number[kind], key), inputMode: "decimal",
      oninput: (event) => {
        const value = event.target.valueAsNumber;
        if (Number.isFinite(value)) desk.change(() => set(number, kind, key, value), `${place}.${kind}.${key}`);
      },
      onfocus: () => desk.state.selected.part === kind || desk.choosePart(kind),
    });
    return field(words[names[key] ?? key], input, `${place}.${kind}.${key}`);
  });
  if (kind === "boxes") inputs.push(...boxTicks(desk, number));
  const legend = make("legend", {}, words[kind]);
  if (kind !== "boxes") {
    const remove = () => { desk.change(() => { delete number[kind]; if (kind === "tally") delete number.row_sums; }); desk.choosePart("boxes"); };
    legend.append(button(words.remove, remove));
  }
  return make("fieldset", { className: chosen ? "part chosen" : "part", data: { place: `${place}.${kind}` } }, legend, ...inputs);
}

function boxTicks(desk, number) {
  const { boxes } = number;
  const tick = (text, checked, put) => make("label", { className: "tick" }, make("input", {
    type: "checkbox", checked, onchange: (event) => { desk.change(() => put(event.target.checked)); showNumber(desk); },
  }), text);
  return [
    tick(words.touching, touching(boxes), (on) => { boxes.pitch = on ? boxes.width : Math.round(boxes.width * 125) / 100; }),
    tick(words.guide, boxes.guide === "seven_segment", (on) => { if (on) boxes.guide = "seven_segment"; else delete boxes.guide; }),
  ];
}

// Bring the figures up to date while something is dragged, without touching the field that is being typed in.
export function refreshNumber(desk) {
  const { page, selected } = desk.state;
  if (selected?.kind !== "number") return;
  const number = page.numbers[selected.index];
  const place = `pages.${desk.pageIndex()}.numbers.${selected.index}`;
  for (const kind of Object.keys(PARTS)) {
    for (const key of number[kind] ? PARTS[kind] : []) {
      const input = find(`#number input[data-place="${place}.${kind}.${key}"]`);
      if (input && input !== document.activeElement) input.value = given(number[kind], key);
    }
  }
}

// --- lists ---------------------------------------------------------------------------------------------------

export function showNumbers(desk) {
  const { page, selected } = desk.state;
  find("#numbers").replaceChildren(...page.numbers.map((number, index) => {
    const made = button(number.name || "—", () => desk.select({ kind: "number", index, part: "boxes" }, true));
    made.append(make("span", { className: "fine", textContent: number.label?.[language] ?? "" }));
    if (selected?.kind === "number" && selected.index === index) made.setAttribute("aria-current", "true");
    return make("li", { data: { place: `pages.${desk.pageIndex()}.numbers.${index}` } }, made);
  }));
}

export function showPrivates(desk) {
  const areas = desk.state.page.private ?? [];
  const rows = areas.map(([, , width, height], index) => {
    const text = fill(words.private, { number: index + 1, width: Math.round(width), height: Math.round(height) });
    const choose = button(text, () => desk.select({ kind: "private", index }));
    const remove = button(words.remove, () => { desk.select({ kind: "private", index }); desk.remove(); });
    return make("li", {}, choose, remove);
  });
  find("#privates").replaceChildren(...(rows.length ? rows : [make("li", { className: "fine", textContent: words.none_private })]));
}

// --- rules ---------------------------------------------------------------------------------------------------

export function showRules(desk) {
  find("#rules").replaceChildren(...desk.state.form.rules.map((rule, index) => ruleFields(desk, rule, index)));
}

function ruleFields(desk, rule, index) {
  const place = `rules.${index}`;
  const input = (key, properties, put) => field(words[key], make("input", {
    spellcheck: false, autocomplete: "off", ...properties,
    oninput: (event) => desk.change(() => put(event.target.value), `${place}.${key}`),
  }), `${place}.${{ rule_id: "id", label_id: "label.id", label_en: "label.en" }[key] ?? key}`);
  const severity = make("select", {
    onchange: (event) => desk.change(() => { if (event.target.value === "soft") rule.severity = "soft"; else delete rule.severity; }),
  }, ...["hard", "soft"].map((kind) => make("option", { value: kind, textContent: words[kind], selected: (rule.severity ?? "hard") === kind })));
  const remove = button(words.remove, () => { desk.change(() => desk.state.form.rules.splice(index, 1)); showRules(desk); });
  const expression = input("expression", { value: rule.expression, className: "expression" }, (value) => { rule.expression = value; });
  const more = make("details", {}, make("summary", { textContent: rule.id }), make("div", { className: "fields" },
    input("rule_id", { value: rule.id }, (value) => { rule.id = value; }),
    field(words.severity, severity, `${place}.severity`),
    input("label_id", { value: rule.label?.id ?? "" }, (value) => { rule.label = { ...rule.label, id: value }; }),
    input("label_en", { value: rule.label?.en ?? "" }, (value) => { rule.label = { ...rule.label, en: value }; }),
    remove,
  ));
  return make("div", { className: "rule", data: { rule: index } }, expression, make("p", { className: "meaning fine" }), more);
}

export function showMeanings(meanings) {
  for (const row of document.querySelectorAll("#rules .rule")) {
    const meaning = meanings[Number(row.dataset.rule)];
    const said = find(".meaning", row);
    said.textContent = meaning ? fill(words.means, { text: meaning[language] }) : words.not_understood;
    said.classList.toggle("bad", !meaning);
  }
}

// --- faults --------------------------------------------------------------------------------------------------

// A fault is shown at the field whose place it names, or at the nearest place around it that is on the screen.
export function showFaults(desk, faults) {
  document.querySelectorAll("[aria-invalid]").forEach((input) => { input.removeAttribute("aria-invalid"); input.title = ""; });
  find("#faults").replaceChildren(...faults.map((fault) => {
    const input = nearest(fault.place);
    if (input) {
      input.setAttribute("aria-invalid", "true");
      input.title = fault[language];
    }
    const go = button(describe(desk, fault.place), () => desk.goTo(fault.place));
    return make("li", {}, go, `: ${fault[language]}`);
  }));
}

export function nearest(place) {
  const parts = place.split(".");
  for (; parts.length; parts.pop()) {
    const found = find(`.panel [data-place="${CSS.escape(parts.join("."))}"]`);
    if (found) return found;
  }
  return null;
}

function describe(desk, place) {
  const parts = place.split(".");
  const { form } = desk.state;
  if (parts[0] === "pages" && parts[2] === "numbers") {
    const number = form.pages[parts[1]]?.numbers[parts[3]];
    return [number?.name || `${Number(parts[3]) + 1}`, ...parts.slice(4)].join(" · ");
  }
  if (parts[0] === "rules") return [words.rule, form.rules[parts[1]]?.id ?? "", ...parts.slice(2)].join(" · ");
  return place;
}
