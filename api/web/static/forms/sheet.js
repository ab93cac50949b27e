// The sheet: a page's blank, or its lines and captions, with every number drawn on it. Coordinates are mm.

import { addressOf } from "../address.js";
import { bounds, given } from "./parts.js";

const SVG = "http://www.w3.org/2000/svg";

function make(tag, attributes, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const rectangle = ([x, y, width, height], attributes = {}) => make("rect", { x, y, width, height, ...attributes });

// unit: a length that looks the same on a small and on a large sheet.
export const unitOf = (form) => Math.sqrt(form.sheet.width * form.sheet.height) / 250;

export function draw(svg, state) {
  const { form, page, selected, faulty } = state;
  const unit = unitOf(form);
  svg.setAttribute("viewBox", `0 0 ${form.sheet.width} ${form.sheet.height}`);
  const layers = [paper(form, page, state.pictures)];
  (page.private ?? []).forEach((area, index) => layers.push(privateArea(area, index, selected, unit)));
  page.numbers.forEach((number, index) => {
    layers.push(drawNumber(number, index, selected?.kind === "number" && selected.index === index, faulty.has(index), unit));
  });
  if (selected) layers.push(handles(page, selected, unit));
  if (state.rubber) layers.push(rectangle(state.rubber, { class: "rubber", "stroke-width": unit / 3 }));
  svg.replaceChildren(...layers);
}

function paper(form, page, pictures) {
  const { width, height } = form.sheet;
  const group = make("g", { class: "paper" }, rectangle([0, 0, width, height], { class: "blank" }));
  if (pictures.includes(page.number)) {
    group.append(make("image", { href: addressOf(`/picture/${page.number}`), width, height, preserveAspectRatio: "none" }));
    return group;
  }
  for (const { start, end, thickness = 0.5 } of page.artwork?.lines ?? []) {
    const ends = { x1: start[0], y1: start[1], x2: end[0], y2: end[1] };
    group.append(make("line", { ...ends, "stroke-width": thickness }));
  }
  for (const corners of page.artwork?.solids ?? []) {
    group.append(make("polygon", { points: corners.map((corner) => corner.join(",")).join(" ") }));
  }
  const anchors = { left: "start", centre: "middle", right: "end" };
  for (const { at, text, size = 4, align = "left" } of page.artwork?.captions ?? []) {
    // A capital letter is about 0.72 of the size that fonts are given in.
    const place = { x: at[0], y: at[1], "font-size": size / 0.72, "text-anchor": anchors[align] };
    group.append(make("text", place, text));
  }
  return group;
}

function privateArea(area, index, selected, unit) {
  const chosen = selected?.kind === "private" && selected.index === index;
  const look = { class: "private", "data-private": index, "stroke-width": unit / (chosen ? 2 : 4) };
  return rectangle(area, look);
}

function drawNumber(number, index, chosen, faulty, unit) {
  const classes = ["number", chosen ? "chosen" : "", faulty ? "faulty" : ""].join(" ").trim();
  const group = make("g", { class: classes, "data-number": index, "stroke-width": unit / (chosen ? 2.5 : 4) });
  const { boxes } = number;
  const part = (kind, ...shapes) => group.append(make("g", { class: kind, "data-part": kind }, ...shapes));
  part("boxes", ...Array.from({ length: boxes.count }, (_, box) =>
    rectangle([boxes.x + box * boxes.pitch, boxes.y, boxes.width, boxes.height])));
  if (number.bubbles) part("bubbles", ...rings(number.bubbles));
  if (number.tally) part("tally", lattice(number.tally, number.tally.columns));
  if (number.row_sums) part("row_sums", lattice(number.row_sums, given(number.row_sums, "count")));
  if (number.words) part("words", rectangle(number.words));
  // Inside the boxes, so that it is plain which row of a table has which name.
  const [x, y, width, height] = bounds(number, "boxes");
  const size = Math.min(height * 0.36, 3 * unit, width / (0.58 * Math.max(4, number.name.length)));
  group.append(make("text", { class: "name", x: x + size * 0.2, y: y + size, "font-size": size }, number.name));
  return group;
}

function rings(bubbles) {
  const made = [];
  for (let column = 0; column < bubbles.count; column += 1) {
    for (let digit = 0; digit < 10; digit += 1) {
      const [cx, cy] = [bubbles.x + column * bubbles.pitch_x, bubbles.y + digit * bubbles.pitch_y];
      made.push(make("circle", { cx, cy, r: bubbles.diameter / 2 }));
    }
  }
  return made;
}

function lattice({ x, y, rows, cell_width: width, cell_height: height }, columns) {
  const steps = [];
  for (let column = 0; column <= columns; column += 1) steps.push(`M${x + column * width} ${y}v${rows * height}`);
  for (let row = 0; row <= rows; row += 1) steps.push(`M${x} ${y + row * height}h${columns * width}`);
  return make("path", { d: steps.join("") });
}

// Lower right: the size. Upper right of separate or touching boxes: the pitch.
function handles(page, selected, unit) {
  const group = make("g", { class: "handles", "stroke-width": unit / 4 });
  const add = (x, y, what) => group.append(make("circle", { cx: x, cy: y, r: 1.4 * unit, "data-handle": what }));
  if (selected.kind === "private") {
    const [x, y, width, height] = page.private[selected.index];
    add(x + width, y + height, "size");
    return group;
  }
  const number = page.numbers[selected.index];
  const [x, y, width, height] = bounds(number, selected.part);
  add(x + width, y + height, "size");
  if (selected.part === "boxes" && number.boxes.count > 1) add(x + width, y, "pitch");
  return group;
}

export function placeOf(svg, event) {
  const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  return [point.x, point.y];
}
