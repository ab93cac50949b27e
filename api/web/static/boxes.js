// The box wall: boxes that were read as one mark, the least sure first; whoever looks flags the odd ones.

import { addressOf } from "./address.js";
import { announce, complain, content, fill, find, problemText, words } from "./page.js";
import { get, post } from "./review/http.js";
import { signatureOf, signer } from "./signing.js";

const BOXES = addressOf("/api/v1/review/boxes");
const SIDE = 72; // px
const wall = find("#wall");
let boxes = [];
let after = null;
let busy = false;

// --- loading ------------------------------------------------------------------------------------------------

async function load() {
  const { mark, region } = content.dataset;
  const query = new URLSearchParams({ mark, ...(region && { region }), ...(after && { after }) });
  const answer = await get(`${BOXES}?${query}`).catch(() => null);
  if (!answer?.ok) return complain(answer ? problemText(JSON.stringify(answer.body)) : words.network);
  boxes = answer.body.boxes;
  after = answer.body.next;
  wall.replaceChildren(...boxes.map(button));
  wall.firstElementChild?.focus({ preventScroll: true });
  window.scrollTo(0, 0);
  tell();
  announce(boxes.length ? fill(words.loaded, { count: boxes.length }) : words.nothing);
}

function button(box, index) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "box";
  made.tabIndex = index ? -1 : 0;
  made.setAttribute("aria-pressed", "false");
  const picture = new Image(SIDE, SIDE);
  picture.src = box.links.cut;
  picture.alt = fill(words.box, { number: index + 1, station: box.station ?? "–", boxes: box.boxes });
  made.append(picture);
  made.title = picture.alt;
  return made;
}

const flagged = () => boxes.filter((_box, index) => wall.children[index].getAttribute("aria-pressed") === "true");

function tell() {
  find("#count").textContent = boxes.length ? fill(words.flagged, { count: flagged().length, all: boxes.length }) : words.nothing;
  find("#next").disabled = boxes.length === 0;
}

// --- flagging -----------------------------------------------------------------------------------------------

// A box whose picture is not on the screen is flagged by nobody.
const looked = (made) => { const picture = find("img", made); return picture.complete && picture.naturalWidth > 0; };

function toggle(made) {
  if (!looked(made)) return complain(words.not_here);
  made.setAttribute("aria-pressed", String(made.getAttribute("aria-pressed") !== "true"));
  tell();
}

async function send() {
  if (busy || boxes.length === 0) return;
  busy = true;
  const odd = flagged();
  const answer = odd.length ? await flag(odd).catch(() => null) : { ok: true };
  complain(answer?.ok ? "" : answer ? problemText(JSON.stringify(answer.body)) : words.network);
  if (answer?.ok && after) await load();
  else if (answer?.ok) end();
  busy = false;
}

// Flag boxes; whoever signs signs for each number once.
async function flag(odd) {
  const numbers = new Map(odd.map((one) => [`${one.page} ${one.field}`, one]));
  const signed = await signer
    ? await Promise.all([...numbers.values()].map(async ({ page, field, ink }) => ({ page, field, ...await signatureOf(ink, "flag") })))
    : [];
  return post(`${BOXES}/flags`, { boxes: odd.map(({ page, field, box }) => ({ page, field, box })), signed });
}

function end() {
  boxes = [];
  wall.replaceChildren();
  tell();
  announce(words.nothing);
}

// --- keys ---------------------------------------------------------------------------------------------------

function move(from, steps) {
  const all = [...wall.children];
  const to = all[Math.max(0, Math.min(all.length - 1, all.indexOf(from) + steps))];
  for (const one of all) one.tabIndex = one === to ? 0 : -1;
  to.focus();
}

const across = () => getComputedStyle(wall).gridTemplateColumns.split(" ").length;
const STEPS = { ArrowLeft: () => -1, ArrowRight: () => 1, ArrowUp: () => -across(), ArrowDown: () => across(), Home: () => -1e6, End: () => 1e6 };

wall.addEventListener("click", (event) => {
  const made = event.target.closest(".box");
  if (!made) return;
  move(made, 0);
  toggle(made);
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const here = event.target.closest(".box");
  if (event.key === "Enter" && !event.repeat && (here || event.target === document.body)) send();
  else if (here && (event.key === " " || event.key.toLowerCase() === "x")) toggle(here);
  else if (here && STEPS[event.key]) move(here, STEPS[event.key]());
  else return;
  event.preventDefault();
});
find("#next").addEventListener("click", send);

load();
