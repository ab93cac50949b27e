// Forms on their way: each is followed until all its pages have been read, and shows what its uploader can still mend.

import { addressOf } from "./address.js";
import { announce, copyOf, fill, find, item, problemText, setOutcome, textOf, withName, words } from "./page.js";
import { pause } from "./network.js";
import { post } from "./session.js";
import { codeOf, isCode } from "./stations.js";

const AT_ONCE = 2; // a browser holds six connections to one host; uploads need some of them
let listener = () => {};
let isSending = () => false;
const documents = new Map(); // id -> { key of its card, body, followed }
const cards = new Map(); // polling station, or id of a document that has none yet -> its card
const waiting = [];
let running = 0;

// Calls `wanted` with every document that is shown; `sending` tells whether pages of a polling station are on their way.
export function whenShown(wanted, sending) {
  listener = wanted;
  isSending = sending;
}

// Shows a document, and follows it where pages of it are still to be read.
export function followDocument(body) {
  show(body);
  const shown = documents.get(body.id);
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
      if (documents.has(id)) documents.get(id).followed = false;
      next();
    });
  }
}

async function listen(id, address, tries) {
  const last = await events(address);
  if (last?.state === "moved" && last.moved_to) {
    await join(id, last.moved_to);
  } else if (!last || last.state === "waiting") {
    await pause(tries);
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
  const answer = await fetch(addressOf(`/api/v1/documents/${target}`));
  if (!answer.ok) return;
  forget(id);
  followDocument(await answer.json());
}

// --- a card -----------------------------------------------------------------------------------------------

const STATES = ["waiting", "review", "accepted", "rejected"]; // the first that a document has is that of the card
const isDispute = ({ code }) => /^conflict_(suspends|open)(_unnamed)?$/.test(code); // a file was brought for two stations
const OUTCOMES = { accepted: "accepted", review: "review", rejected: "rejected" };

function show(body) {
  const known = documents.get(body.id);
  if (known && body.version < known.body.version) return;
  const key = body.station ?? body.id;
  if (known && known.key !== key) forget(body.id);
  documents.set(body.id, { key, body, followed: known?.followed ?? false });
  draw(key);
  listener(body);
}

// What is shown of a polling station, however many documents that is for the moment.
export const documentsAt = (station) => [...documents.values()].filter(({ key }) => key === station).map(({ body }) => body);

export const allDocuments = () => [...documents.values()].map(({ body }) => body);

// Draws every card anew: whether more is on its way has changed.
export function drawAgain() {
  for (const key of cards.keys()) draw(key);
}

function forget(id) {
  const known = documents.get(id);
  documents.delete(id);
  if (known) draw(known.key);
}

// One card for all that a polling station has, however many documents that is for the moment.
function draw(key) {
  const bodies = documentsAt(key);
  if (bodies.length === 0) {
    cards.get(key)?.remove();
    cards.delete(key);
    return;
  }
  const known = cards.get(key);
  const card = known ?? copyOf("#document-card");
  cards.set(key, card);
  fillCard(card, together(bodies));
  if (!known) place(card);
}

// What the documents of one polling station are as a whole.
function together(bodies) {
  const whole = bodies.find(({ election }) => election) ?? bodies[0];
  const state = STATES.find((one) => bodies.some((body) => body.state === one)) ?? whole.state;
  return {
    ...whole,
    state,
    sending: isSending(whole.station),
    pages: bodies.flatMap(({ pages }) => pages),
    numbers: bodies.flatMap(({ numbers }) => numbers),
    missing: missingOf(bodies),
    // A photograph that nobody could read does not matter any more once all pages are there.
    failed: state === "accepted" ? [] : bodies.flatMap(({ pages }) => pages.filter((page) => page.state === "rejected" || page.state === "set_aside")),
    retake: state === "accepted" ? [] : bodies.flatMap(({ feedback }) => feedback.retake),
    sums: bodies.flatMap(({ feedback }) => feedback.sums),
    notices: bodies.flatMap(({ feedback }) => feedback.notices),
  };
}

// The pages that no document of the same form has.
function missingOf(bodies) {
  const forms = [...new Set(bodies.map(({ form }) => form).filter(Boolean))];
  return forms.flatMap((form) => {
    const own = bodies.filter((body) => body.form === form);
    const found = new Set(own.flatMap((body) => body.pages_found));
    const numbers = [...new Set(own.flatMap(({ feedback }) => feedback.missing_pages))].filter((number) => !found.has(number));
    return numbers.map((number) => fill(words.page, { number }) + (forms.length > 1 ? ` · ${form}` : ""));
  });
}

function fillCard(card, whole) {
  const pending = whole.sending || whole.state === "waiting";
  const before = card.dataset.state;
  card.dataset.state = pending ? "waiting" : whole.state;
  const name = whole.station ? fill(words.station, { number: whole.station.slice(10) }) : words.no_station;
  find("h3", card).textContent = name;
  find(".form-title", card).textContent = whole.station ?? whole.name;
  showState(find("header .outcome", card), pending ? "waiting" : whole.state, stateText(whole));
  find(".counts", card).textContent = countsOf(whole, pending);
  showRetakes(card, whole);
  // Nothing is said to be missing or not to fit while pages are on their way.
  list(card, ".missing", pending ? [] : whole.missing);
  list(card, ".sums", pending ? [] : whole.sums.map(textOf));
  list(card, ".disputed", [...new Set(whole.notices.filter(isDispute).map(textOf))]);
  list(card, ".notices", [...new Set(whole.notices.filter((one) => !isDispute(one)).map(textOf))]);
  showUnfiled(card, whole);
  showWay(card, whole);
  if (!pending && before !== card.dataset.state) announce(fill(words.document_done, { name: `${name} ${whole.station ?? whole.name}`, state: stateText(whole) }));
}

function stateText({ sending, state, missing, numbers }) {
  if (sending) return words.state_sending;
  if (state === "review" && missing.length > 0) {
    return numbers.some((number) => number.state === "review") ? words.state_missing_review : words.state_missing;
  }
  return words[`state_${state}`] ?? words.state_waiting;
}

function showState(head, state, text) {
  const outcome = OUTCOMES[state];
  if (outcome) {
    setOutcome(head, outcome, text);
  } else {
    head.classList.remove(...Object.values(OUTCOMES));
    head.textContent = text;
  }
}

function countsOf({ pages, numbers }, pending) {
  const read = pages.filter((page) => page.state === "read").length;
  const said = fill(words.pages, { read, count: pages.length });
  if (numbers.length === 0 || pending) return said;
  const review = numbers.filter((number) => number.state === "review").length;
  const accepted = numbers.filter((number) => number.state === "accepted" || number.state === "reviewed").length;
  return `${said} ${fill(review ? words.counts : words.counts_all, { accepted, total: numbers.length, review })}`;
}

// What could not be read: why, what to do about it, and, where there is a picture, a way to show where the sheet is.
// Then what another photograph would mend on pages that were read.
function showRetakes(card, { failed, retake: mendable, pages, numbers }) {
  const told = new Set(failed.flatMap(({ reasons }) => reasons.map(textOf)));
  const others = [...new Set(mendable.map(textOf))].filter((text) => !told.has(text));
  const box = find(".retake", card);
  box.hidden = failed.length + others.length === 0;
  find("ul", box).replaceChildren(...failed.map(retake), ...others.map((text) => item(withName(namesWith(text, pages, numbers), text))));
}

// The photographs of which something is said, or of a number on them.
function namesWith(text, pages, numbers) {
  const says = ({ reasons }) => reasons.some((one) => textOf(one) === text);
  const own = new Set(numbers.filter(says).map(({ page }) => page));
  return [...new Set(pages.filter((page) => own.has(page.id) || says(page)).map(({ file_name: name }) => name))].join(", ");
}

function retake({ file_name: name, reasons, links }) {
  const made = item(withName(name, reasons.map(textOf).join(" ")));
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

function showWay(card, { station, election, notices }) {
  const way = find(".see", card);
  // What is not counted here is not among the results either.
  way.hidden = !(station && election) || notices.some(({ code }) => code === "election_off");
  if (way.hidden) return;
  const query = new URLSearchParams({ election });
  const chosen = new URLSearchParams(location.search).get("lang");
  if (chosen) query.set("lang", chosen);
  find("a", way).href = addressOf(`/results/${station}?${query}`);
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
    assign(form, body, codeOf(field.value));
  };
}

async function assign(form, body, station) {
  const problem = find(".problem", form);
  problem.hidden = true;
  let text = "";
  try {
    const answer = await post(body.links.move, { station, reason: "assigned on the page for uploads" });
    text = await answer.text();
    if (answer.ok) {
      const filed = JSON.parse(text);
      if (filed.id !== body.id) forget(body.id);
      followDocument(filed);
      return;
    }
  } catch { /* the network, said below */ }
  problem.textContent = isCode(station) ? problemText(text) : words.station_wrong;
  problem.hidden = false;
}

function place(card) {
  find("#results").hidden = false;
  find("#tips").hidden = true;
  find("#results .documents").prepend(card);
}
