// The pages of a polling station's form as a row of steps: which the service has read, which are on their way, which comes
// next. What page a photograph shows only the service says; until then a step tells what was meant by it, never "read".

import { addressOf } from "./address.js";
import { documentsAt } from "./documents.js";
import { content, copyOf, fill, find, words } from "./page.js";
import { isDone, pagesOf } from "./queue.js";

const FORM = JSON.parse(content.dataset.form); // { id, pages } of the main election's form; null where none is the main one
const UNREAD = new Set(["waiting", "reading"]);
const FAILED = new Set(["rejected", "set_aside"]);
const SIGNS = { done: "✓", sending: "↑", reading: "…", unclear: "?", again: "✕", next: "→", missing: "" };
const asked = { code: "", known: false, bodies: [], turn: 0 }; // what the service has of the polling station that is shown

// The page that a photograph taken now is meant to be: the first that is neither there nor on its way; 0 for none.
let coming = 0;
export const comingPage = () => coming;

// Asks what the service has of a polling station, from others too, and draws then. Without an answer that stays unknown.
export async function learnStation(code, queue) {
  if (!FORM || !code) return;
  if (asked.code !== code) Object.assign(asked, { code, known: false, bodies: [] });
  asked.turn += 1;
  const { turn } = asked;
  const bodies = await documentsOf(code).catch(() => null);
  if (turn !== asked.turn) return; // somebody has asked since
  if (bodies) Object.assign(asked, { known: true, bodies });
  showSteps(code, queue);
}

async function documentsOf(code) {
  const answer = await fetch(addressOf(`/api/v1/documents?${new URLSearchParams({ region: code })}`));
  if (!answer.ok) throw new Error(String(answer.status));
  const bodies = [];
  for (const { links } of (await answer.json()).documents) {
    const one = await fetch(links.self);
    if (!one.ok) throw new Error(String(one.status));
    bodies.push(await one.json());
  }
  return bodies;
}

// Draws the steps of a polling station; none where none is known.
export function showSteps(code, queue) {
  const box = find("#steps");
  box.hidden = !FORM || !code;
  coming = 0;
  if (!box.hidden) {
    const found = stateOf(code, queue);
    coming = found.steps.find(({ state }) => state === "next" || state === "again")?.page ?? 0;
    find("h2", box).textContent = fill(words.steps, { number: code.slice(10), code });
    find("ol", box).replaceChildren(...found.steps.map(drawStep));
    find(".steps-more", box).textContent = found.more;
  }
  find("label[for=camera]").textContent = coming ? fill(words.camera_page, { number: coming }) : words.camera;
}

function drawStep({ page, state }) {
  const made = copyOf("#step");
  made.dataset.state = state;
  find(".step-sign", made).textContent = SIGNS[state];
  find(".step-page", made).textContent = fill(words.page, { number: page });
  find(".step-state", made).textContent = words[`step_${state}`];
  return made;
}

function stateOf(code, queue) {
  const mine = documentsAt(code);
  const shown = new Set(mine.map(({ id }) => id));
  const others = asked.code === code ? asked.bodies.filter(({ id }) => !shown.has(id)) : [];
  const bodies = [...mine, ...others];
  const pages = new Map(bodies.flatMap((body) => body.pages.map((page) => [page.id, page])));
  const found = new Set(bodies.filter(({ form }) => form === FORM.id).flatMap((body) => body.pages_found));
  const brought = queue.entries.filter((entry) => entry.bound === code && entry.stage !== "held" && entry.state !== "refused" && entry.state !== "gone");
  const meant = new Map(brought.filter(({ step }) => step).map((entry) => [entry.step, stateOfEntry(entry, pages)]));
  const unmeant = countUnmeant(brought, pages, queue);
  const known = asked.code === code && asked.known;
  const steps = FORM.pages.map((page) => ({ page, state: found.has(page) ? "done" : meant.get(page) ?? (unmeant.some || !known ? "unclear" : "missing") }));
  // Where nobody knows what is there already, the next page is still a good guess.
  const next = steps.find(({ state }) => state === "missing" || (state === "unclear" && !unmeant.some));
  if (next && !steps.some(({ state }) => state === "again")) next.state = "next";
  return { steps, more: sentence(unmeant, known, pages) };
}

// What has become of a photograph that was meant to be a page; null once the service has read it and found another page.
function stateOfEntry(entry, pages) {
  if (!isDone(entry.state)) return "sending";
  const told = pagesOf(entry.receipts).map((id) => pages.get(id)?.state ?? "waiting");
  if (told.some((state) => UNREAD.has(state))) return "reading";
  return told.some((state) => FAILED.has(state)) ? "again" : null;
}

// Photographs of which nobody has said what page they are meant to be, and the service has not read either.
function countUnmeant(brought, pages, queue) {
  const meant = new Set(brought.filter(({ step }) => step).flatMap(({ receipts }) => pagesOf(receipts)));
  const archives = queue.entries.filter((entry) => !entry.bound && entry.stage !== "held" && !isDone(entry.state));
  const sending = archives.length + brought.filter((entry) => !entry.step && !isDone(entry.state)).length;
  const arrived = brought.filter(({ step }) => !step).flatMap(({ receipts }) => pagesOf(receipts)).filter((id) => !pages.has(id));
  const unread = [...pages.values()].filter(({ id, state }) => UNREAD.has(state) && !meant.has(id));
  const reading = arrived.length + unread.length;
  return { sending, reading, some: sending + reading > 0 };
}

function sentence({ sending, reading, some }, known, pages) {
  const said = [];
  if (some) said.push(fill(words.steps_unclear, { sending, reading }));
  if (!known) said.push(words.steps_unknown);
  if (pages.size > 0) said.push(fill(words.steps_there, { count: pages.size }));
  return said.join(" ");
}
