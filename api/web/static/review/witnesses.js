// What each witness says of the number, whether it agrees with what is typed, and why people are asked.

import { fill, find, item as listItem, language, span, textOf, words } from "../page.js";
import { angleOf, around, turned } from "./geometry.js";

const NAMES = ["digits", "bubbles", "tally", "row_sums", "words"];

export function showWitnesses(place, item, value) {
  const said = NAMES.filter((name) => item.evidence?.[name]);
  find(".none", place).hidden = said.length > 0;
  const lines = said.map((name) => line(name, item.evidence[name], value));
  // What all of them come to, with the sums: the confidence that the pages of results state.
  if (said.length > 0) lines.unshift(line("overall", { value: item.value, probability: item.confidence }, value));
  find("ul", place).replaceChildren(...lines);
}

function line(name, { value, probability, text }, typed) {
  const made = document.createElement("li");
  const state = value === null || typed === null ? "open" : value === typed ? "agrees" : "differs";
  made.className = state;
  const sign = span("sign", { open: "?", agrees: "✓", differs: "≠" }[state]);
  sign.setAttribute("aria-hidden", "true");
  const said = span("witness-value", value === null ? "–" : String(value));
  const sure = span("fine", fill(words.sure, { percent: percent(probability) }));
  made.append(sign, span("visually-hidden", words[`witness_${state}`]), span("witness", words[`of_${name}`]), said, sure);
  if (text) made.append(span("fine", text));
  made.dataset.witness = name;
  return made;
}

// Rounded down, so that what is not quite sure never reads as 100.
function percent(share) {
  const shown = Math.floor(share * 10_000 + 1e-7) / 100; // as the pages of results round
  return shown.toLocaleString(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

export function showReasons(place, item) {
  const reasons = item.reasons ?? [];
  place.replaceChildren(...reasons.map((reason) => listItem(textOf(reason))));
}

export function showEarlier(place, item) {
  const lines = item.earlier.map((one) => listItem(earlier(one)));
  if (item.comment) lines.unshift(listItem(fill(words.escalated_with, { comment: item.comment })));
  place.hidden = lines.length === 0;
  find("ul", place).replaceChildren(...lines);
}

function earlier({ kind, boxes, comment }) {
  return [words[`did_${kind}`], boxes, comment && `“${comment}”`].filter(Boolean).join(" · ");
}

// Bubbles, tally, row sums and words, each cut out of the page's picture.
export function drawWitnesses(place, item, picture) {
  for (const canvas of place.querySelectorAll("canvas")) {
    const quad = item.kind === "blind" ? null : item.places?.[canvas.dataset.part];
    canvas.parentElement.hidden = !quad;
    if (quad) draw(canvas, angleOf(item.places.number), quad, picture, item);
  }
}

function draw(canvas, angle, quad, picture, item) {
  const brush = canvas.getContext("2d");
  brush.clearRect(0, 0, canvas.width, canvas.height);
  if (!picture) return;
  const [x, y, width, height] = around(turned(quad, angle));
  const scale = Math.min(canvas.width / width, canvas.height / height) / 1.06;
  brush.save();
  brush.translate(canvas.width / 2, canvas.height / 2);
  brush.scale(scale, scale);
  brush.translate(-x - width / 2, -y - height / 2);
  brush.beginPath();
  brush.rect(x, y, width, height);
  brush.clip();
  brush.rotate(-angle);
  brush.imageSmoothingQuality = "high";
  brush.drawImage(picture, 0, 0, item.page_width, item.page_height);
  brush.restore();
}
