// The rules of the form that a number takes part in, worked out again with every key.

import { fill, find, language, span, words } from "../page.js";

const OPERATIONS = {
  "+": (values) => values.reduce((one, other) => one + other),
  "-": (values) => (values.length === 1 ? -values[0] : values.reduce((one, other) => one - other)),
  "*": (values) => values.reduce((one, other) => one * other),
  ceil: ([value]) => Math.ceil(value),
  abs: ([value]) => Math.abs(value),
};
const COMPARISONS = {
  "==": (left, right) => left === right,
  "<=": (left, right) => left <= right,
  ">=": (left, right) => left >= right,
  "<": (left, right) => left < right,
  ">": (left, right) => left > right,
};
const SHOWN = { "==": "=", "<=": "≤", ">=": "≥", "<": "<", ">": ">", "*": "×", "-": "−", "+": "+" };

// The value of one side, or null where a number in it is missing.
export function valueOf(tree, values) {
  if (tree.number !== null) return tree.number;
  if (tree.name !== null) return values[tree.name] ?? null;
  const parts = tree.args.map((part) => valueOf(part, values));
  return parts.includes(null) ? null : OPERATIONS[tree.op](parts);
}

// Whether a rule holds; null where a number in it is missing.
export function holds(rule, values) {
  const [left, right] = [valueOf(rule.left, values), valueOf(rule.right, values)];
  return left === null || right === null ? null : COMPARISONS[rule.comparison](left, right);
}

// With which value of a number an equation would hold; null where none would, or where others are missing too.
export function wanted(rule, field, values) {
  const factor = rule.factors?.[field];
  if (rule.comparison !== "==" || !factor) return null;
  let sum = rule.constant;
  for (const [name, times] of Object.entries(rule.factors)) {
    if (name === field) continue;
    if ((values[name] ?? null) === null) return null;
    sum += times * values[name];
  }
  const value = -sum / factor;
  return Number.isInteger(value) && value >= 0 ? value : null;
}

// One side as a list of parts to show: texts, and numbers with the name of their field.
export function written(tree, values, inner = false) {
  if (tree.number !== null) return [{ text: String(tree.number) }];
  if (tree.name !== null) return [{ text: String(values[tree.name] ?? "…"), field: tree.name }];
  const parts = tree.args.map((part) => written(part, values, true));
  if (tree.op === "ceil") return [{ text: "⌈" }, ...parts[0], { text: "⌉" }];
  if (tree.op === "abs") return [{ text: "|" }, ...parts[0], { text: "|" }];
  const between = { text: ` ${SHOWN[tree.op]} ` };
  const joined = parts.length === 1
    ? [{ text: SHOWN[tree.op] }, ...parts[0]]
    : parts.flatMap((part, index) => (index ? [between, ...part] : part));
  return inner && tree.op !== "*" ? [{ text: "(" }, ...joined, { text: ")" }] : joined;
}

// --- on the screen -----------------------------------------------------------------------------------------

const SIGN = { true: "✓", false: "✕", null: "?" };
const LOOK = { true: "agrees", false: "differs", null: "open" };

export function showSums(place, sums, field, value) {
  const rules = sums?.rules ?? [];
  const values = { ...sums?.values, [field]: value };
  find(".none", place).hidden = rules.length > 0;
  find("ul", place).replaceChildren(...rules.map((rule) => line(rule, field, values, sums.labels)));
}

function line(rule, field, values, labels) {
  const held = holds(rule, values);
  const made = document.createElement("li");
  made.className = `${LOOK[held]} ${rule.severity}`;
  const sign = span("sign", SIGN[held]);
  sign.setAttribute("aria-hidden", "true");
  const said = span("visually-hidden", words[`sum_${LOOK[held]}`]);
  made.append(sign, said, span("sum-label", rule.label[language]), equation(rule, field, values, labels), hint(rule, held, field, values));
  return made;
}

function equation(rule, field, values, labels) {
  const made = span("equation", "");
  for (const part of sides(rule, values)) {
    const shown = span(part.field ? (part.field === field ? "term mine" : "term") : "", part.text);
    if (part.field) shown.title = labels[part.field]?.[language] ?? part.field;
    made.append(shown);
  }
  return made;
}

// Both sides of a rule as parts to show, each with what it comes to.
export function sides(rule, values) {
  const total = (tree) => {
    const value = valueOf(tree, values);
    return tree.op && value !== null ? [{ text: ` (${value})` }] : [];
  };
  return [...written(rule.left, values), ...total(rule.left), { text: ` ${SHOWN[rule.comparison]} ` },
    ...written(rule.right, values), ...total(rule.right)];
}

function hint(rule, held, field, values) {
  const value = held === true ? null : wanted(rule, field, values);
  return span("hint", value === null ? "" : fill(words.would_hold, { value }));
}
