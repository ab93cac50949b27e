// Forms on their way: each is followed until all its pages have been read, and shows what its uploader can still mend.

import { announce, copyOf, fill, find, item, problemText, setOutcome, textOf, words } from "./page.js";
import { csrf } from "./session.js";

const AT_ONCE = 2; // a browser holds six connections to one host; uploads need some of them
const TRIES = 60; // a service that starts anew is back within minutes
const PAUSE = 1500; // ms before the second try; longer before each further one
const LONGEST_PAUSE = 10_000;
let listener = () => {};
const cards = new Map(); // id -> { card, version, followed }
const waiting = [];
let running = 0;

// Calls `wanted` with every document that is shown.
export function whenShown(wanted) {
  listener = wanted;
}

// Shows a document, and follows it where pages of it are still to be read.
export function followDocument(body) {
  show(body);
  const shown = cards.get(body.id);
  if (!shown || shown.followed || body.state !== "waiting") return;
  shown.followed = true;
  waiting.push(body);
  next();
}

function next() {
  while (running < AT_ONCE && waiting.length > 0) {
    running += 1;
    const { id, links } = waiting.shift();
    listen(id, links.events, 1).finally(() => {
      running -= 1;
      if (cards.has(id)) cards.get(id).followed = false;
      next();
    });
  }
}

async function listen(id, address, tries) {
  const last = await events(address);
  if (last?.state === "moved" && last.moved_to) {
    await join(id, last.moved_to);
  } else if ((!last || last.state === "waiting") && tries < TRIES) {
    await new Promise((done) => setTimeout(done, Math.min(LONGEST_PAUSE, PAUSE * tries)));
    await listen(id, address, tries + 1);
  }
}

// Resolves with the last word on a document: when it has been read, or when the link breaks.
function events(address) {
  return new Promise((done) => {
    const source = new EventSource(address);
    let last = null;
    const end = () => { source.close(); done(last); };
    source.addEventListener("document", (event) => {
      last = JSON.parse(event.data);
      if (last.state !== "moved") show(last);
      if (last.state !== "waiting") end();
    });
    source.onerror = end;
  });
}

// The form turned out to belong to a document that was there already.
async function join(id, target) {
  const answer = await fetch(`/api/v1/documents/${target}`);
  if (!answer.ok) return;
  cards.get(id)?.card.remove();
  cards.delete(id);
  followDocument(await answer.json());
}

// --- a card -----------------------------------------------------------------------------------------------

const OUTCOMES = { accepted: "accepted", review: "review", rejected: "rejected" };

function show(body) {
  const known = cards.get(body.id);
  if (known && body.version < known.version) return;
  const card = known?.card ?? copyOf("#document-card");
  cards.set(body.id, { card, version: body.version, followed: known?.followed ?? false });
  card.dataset.state = body.state;
  const name = body.station ? fill(words.station, { number: body.station.slice(10) }) : words.no_station;
  find("h3", card).textContent = name;
  find(".form-title", card).textContent = body.station ?? body.name;
  showState(find("header .outcome", card), body.state);
  find(".counts", card).textContent = countsOf(body);
  showRetakes(card, body.pages.filter(({ state }) => state === "rejected" || state === "set_aside"), body.feedback.retake);
  const reading = body.state === "waiting";
  list(card, ".missing", reading ? [] : body.feedback.missing_pages.map((number) => fill(words.page, { number })));
  list(card, ".sums", body.feedback.sums.map(textOf));
  list(card, ".notices", body.feedback.notices.map(textOf));
  showUnfiled(card, body);
  showWay(card, body);
  if (!known) place(card);
  listener(body);
  if (!reading) announce(fill(words.document_done, { name: `${name} ${body.station ?? body.name}`, state: words[`state_${body.state}`] ?? "" }));
}

function showState(head, state) {
  const outcome = OUTCOMES[state];
  if (outcome) {
    setOutcome(head, outcome, words[`state_${state}`]);
  } else {
    head.classList.remove(...Object.values(OUTCOMES));
    head.textContent = words.state_waiting;
  }
}

function countsOf({ pages, numbers, state }) {
  const read = pages.filter((page) => page.state === "read").length;
  const said = fill(words.pages, { read, count: pages.length });
  if (numbers.length === 0 || state === "waiting") return said;
  const review = numbers.filter((number) => number.state === "review").length;
  const accepted = numbers.filter((number) => number.state === "accepted" || number.state === "reviewed").length;
  return `${said} ${fill(words.counts, { accepted, total: numbers.length, review })}`;
}

// What could not be read: why, what to do about it, and, where there is a picture, a way to show where the sheet is.
// Then what another photograph would mend on pages that were read.
function showRetakes(card, pages, mendable) {
  const told = new Set(pages.flatMap(({ reasons }) => reasons.map(textOf)));
  const others = mendable.map(textOf).filter((text) => !told.has(text));
  const box = find(".retake", card);
  box.hidden = pages.length + others.length === 0;
  find("ul", box).replaceChildren(...pages.map(retake), ...others.map(item));
}

function retake({ file_name: name, reasons, links }) {
  const text = reasons.map(textOf).join(" ");
  // Many texts begin with the name of the file already.
  const made = item(text.startsWith(name) ? text : `${name}: ${text}`);
  if (!links.corners) return made;
  const way = document.createElement("a");
  way.href = links.corners + location.search;
  way.textContent = words.corners;
  made.append(" ", way);
  return made;
}

function list(card, selector, texts) {
  const box = find(selector, card);
  box.hidden = texts.length === 0;
  find("ul", box).replaceChildren(...texts.map(item));
}

function showWay(card, { station, election, feedback }) {
  const way = find(".see", card);
  // What is not counted here is not among the results either.
  way.hidden = !(station && election) || feedback.notices.length > 0;
  if (way.hidden) return;
  const query = new URLSearchParams({ election });
  const chosen = new URLSearchParams(location.search).get("lang");
  if (chosen) query.set("lang", chosen);
  find("a", way).href = `/results/${station}?${query}`;
}

// Whoever brought a form without a polling station says which one it is of.
function showUnfiled(card, body) {
  const form = find(".unfiled", card);
  form.hidden = Boolean(body.station);
  if (form.hidden) return;
  const field = find("input", form);
  if (!field.value) field.value = body.proposed_station ?? "";
  form.onsubmit = (event) => {
    event.preventDefault();
    assign(form, body, field.value.replace(/[\s.-]/g, ""));
  };
}

async function assign(form, body, station) {
  const problem = find(".problem", form);
  problem.hidden = true;
  const headers = { "Content-Type": "application/json", "X-CSRF-Token": await csrf() };
  const said = JSON.stringify({ station, reason: "assigned on the page for uploads" });
  let text = "";
  try {
    const answer = await fetch(body.links.move, { method: "POST", headers, body: said });
    text = await answer.text();
    if (answer.ok) {
      const filed = JSON.parse(text);
      if (filed.id !== body.id) {
        cards.get(body.id)?.card.remove();
        cards.delete(body.id);
      }
      followDocument(filed);
      return;
    }
  } catch { /* the network, said below */ }
  problem.textContent = /^[0-9]{13}$/.test(station) ? problemText(text) : words.station_wrong;
  problem.hidden = false;
}

function place(card) {
  find("#results").hidden = false;
  find("#tips").hidden = true;
  find("#results .documents").prepend(card);
}
