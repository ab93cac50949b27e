// A sheet that was not found: four corners are dragged, or moved by arrow keys, and the page is read again with them.

import { addressOf } from "./address.js";
import { announce, complain, content, fill, find, language, problemText, textOf, words } from "./page.js";
import { get, post } from "./review/http.js";

const [width, height] = [Number(content.dataset.width), Number(content.dataset.height)];
const PAGE = addressOf(`/api/v1/pages/${content.dataset.page}`);
const LENS = 0.12; // of the page's width, to each side
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const FINE = 0.001; // of the page's width
const COARSE = 0.01;
const LOOK_AGAIN_SECONDS = 1;
const USUAL = "chasil.form";

const sheet = find("#sheet");
const corners = [...sheet.querySelectorAll(".corner")];
const points = [[0.12, 0.1], [0.88, 0.1], [0.88, 0.9], [0.12, 0.9]].map(([x, y]) => [x * width, y * height]);
const lost = corners.length > 0; // else the sheet was found, but not surely: it can only be typed
let current = 0;

// --- drawing ------------------------------------------------------------------------------------------------

function draw() {
  const radius = Math.max(width, height) / 70;
  corners.forEach((corner, index) => {
    const [x, y] = points[index];
    corner.setAttribute("transform", `translate(${x} ${y})`);
    corner.toggleAttribute("data-current", index === current);
    const place = { name: corner.dataset.name, x: Math.round(x), y: Math.round(y) };
    corner.setAttribute("aria-label", fill(words.corner, place));
    const circle = find("circle", corner);
    circle.setAttribute("r", radius);
    circle.setAttribute("stroke-width", radius / 6);
  });
  const outline = find(".outline", sheet);
  outline.setAttribute("points", points.map((point) => point.join(",")).join(" "));
  outline.setAttribute("stroke-width", radius / 8);
  look();
}

// The corner that is being moved, much larger.
function look() {
  const reach = width * LENS;
  const [x, y] = points[current];
  find("#lens").setAttribute("viewBox", `${x - reach} ${y - reach} ${2 * reach} ${2 * reach}`);
  const lines = [[x - reach, y, x + reach, y], [x, y - reach, x, y + reach]];
  document.querySelectorAll("#lens line").forEach((line, index) => {
    ["x1", "y1", "x2", "y2"].forEach((name, end) => line.setAttribute(name, lines[index][end]));
    line.setAttribute("stroke-width", reach / 120);
  });
}

function move(index, x, y) {
  current = index;
  points[index] = [Math.max(0, Math.min(width, x)), Math.max(0, Math.min(height, y))];
  draw();
}

// --- by hand ------------------------------------------------------------------------------------------------

let dragged = null;

function under(event) {
  const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(sheet.getScreenCTM().inverse());
  return [point.x, point.y];
}

sheet.addEventListener("pointerdown", (event) => {
  if (!lost) return;
  const place = under(event);
  const distances = points.map(([x, y]) => Math.hypot(x - place[0], y - place[1]));
  dragged = distances.indexOf(Math.min(...distances)); // the nearest corner comes
  sheet.setPointerCapture(event.pointerId);
  corners[dragged].focus({ preventScroll: true });
  move(dragged, ...place);
  event.preventDefault();
});
sheet.addEventListener("pointermove", (event) => dragged === null || move(dragged, ...under(event)));
for (const end of ["pointerup", "pointercancel"]) sheet.addEventListener(end, () => { dragged = null; });

// --- by keys ------------------------------------------------------------------------------------------------

corners.forEach((corner, index) => {
  corner.addEventListener("focus", () => { current = index; draw(); });
  corner.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const step = STEPS[event.key];
    if (event.key === "Enter") find("#give").requestSubmit();
    else if (step) {
      const far = width * (event.shiftKey ? FINE : COARSE);
      move(index, points[index][0] + step[0] * far, points[index][1] + step[1] * far);
    } else return;
    event.preventDefault();
  });
});

// --- sending ------------------------------------------------------------------------------------------------

find("#give").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!lost) return typed();
  if (!await given("corners", { ...what(), points })) return;
  say(words.reading);
  wait();
});
if (lost) document.querySelector("#type")?.addEventListener("click", () => find("#give").reportValidity() && typed());

const what = () => ({ form: find("#form").value, form_page: Number(find("#form-page").value) });

// Its numbers are typed from the whole picture, at the desk.
async function typed() {
  if (await given("form", what())) location.assign(addressOf(`/review?${new URLSearchParams({ page: content.dataset.page, lang: language })}`));
}

async function given(part, body) {
  complain("");
  const answer = await post(`${PAGE}/${part}`, body).catch(() => null);
  if (!answer?.ok) complain(answer ? problemText(JSON.stringify(answer.body)) : words.network);
  return answer?.ok ?? false;
}

async function wait() {
  const answer = await get(PAGE).catch(() => null);
  const state = answer?.body?.state;
  if (state === "read") say(words.read);
  else if (state === "rejected" || state === "set_aside") complain([words.rejected, ...answer.body.reasons.map(textOf)].join(" "));
  else setTimeout(wait, LOOK_AGAIN_SECONDS * 1000);
}

function say(text) {
  find("#said").textContent = text;
  announce(text);
}

// Whoever looks for lost sheets looks for those of one election: the form chosen last stands there next time.
const forms = find("#form");
const usual = sessionStorage.getItem(USUAL);
if ([...forms.options].some(({ value }) => value === usual)) forms.value = usual;
forms.addEventListener("change", () => sessionStorage.setItem(USUAL, forms.value));

if (lost) {
  draw();
  corners[0].focus({ preventScroll: true });
} else find("#form").focus({ preventScroll: true });
