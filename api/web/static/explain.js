// What a person who learns can do better: boxes that could be misread, with why, and the sums that do not add up.

import { drawInk } from "./ink.js";
import { copyOf, fill, find, language, span, words } from "./page.js";
import { valueOf, wanted, sides } from "./review/sums.js";

const EDGE = 0.15; // of the page around a box, of its size
const RAISED = 3; // decimals that a small share needs

// Show the close calls of a document; their pictures come with `drawCalls`.
export function showCalls(card, pages, labels) {
  const calls = pages.flatMap((page) => page.close_calls ?? []).sort((one, other) => other.rival_probability - one.rival_probability);
  const box = find(".calls", card);
  box.hidden = !pages.some((page) => Object.keys(page.fields).length);
  find(".none", box).hidden = calls.length > 0;
  find("ul", box).replaceChildren(...calls.map((call) => row(call, labels)));
}

function row(call, labels) {
  const made = copyOf("#close-call");
  made.dataset.place = `${call.field}-${call.box}`;
  const label = labels.get(call.field) ?? call.field;
  const shown = { label, box: call.box + 1, mark: call.mark === "_" ? words.empty : call.mark, rival: call.rival };
  find(".call-what", made).textContent = fill(words.call, shown);
  find(".call-share", made).textContent = fill(words.call_share, { ...shown, percent: percent(call.rival_probability) });
  find(".call-why", made).textContent = fill(whyOf(call), shown);
  find("canvas", made).setAttribute("aria-label", fill(words.call_picture, shown));
  return made;
}

function whyOf({ mark, rival }) {
  if (!/[0-9]/.test(mark)) return words.pair_mark;
  const pair = [Number(mark), rival].sort().join("");
  return words[`pair_${pair}`] ?? words.pair_other;
}

const percent = (share) => (100 * share).toLocaleString(language, { maximumSignificantDigits: RAISED });

// Cut the boxes out of the page's own picture.
export function drawCalls(card, page, picture, scale) {
  for (const { field, box, region } of page.close_calls ?? []) {
    const canvas = find(`[data-place="${CSS.escape(`${field}-${box}`)}"] canvas`, card);
    if (canvas) drawInk(canvas, picture, scale, widened(region));
  }
}

function widened(region) {
  const middle = [0, 1].map((axis) => region.reduce((sum, point) => sum + point[axis], 0) / region.length);
  return region.map((point) => point.map((at, axis) => at + EDGE * (at - middle[axis])));
}

// Below a sum that does not hold: what stands there, by how much it misses, and with which number it would hold.
export function brokenSum(rule, fields, labels) {
  const values = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.value]));
  const made = document.createElement("div");
  made.className = "sum-more";
  const equation = document.createElement("p");
  for (const part of sides(rule, values)) equation.append(span(part.field ? "term" : "", part.text));
  const missed = Math.abs(valueOf(rule.left, values) - valueOf(rule.right, values));
  const wouldHold = Object.keys(rule.factors ?? {})
    .map((name) => ({ label: labels.get(name) ?? name, value: wanted(rule, name, values) }))
    .filter(({ value }) => value !== null)
    .map((one) => fill(words.would_hold, one));
  made.append(equation, paragraph(fill(words.missed, { count: missed })), paragraph(wouldHold.join(" ")));
  return made;
}

function paragraph(text) {
  const made = document.createElement("p");
  made.className = "fine";
  made.textContent = text;
  return made;
}
