// The uploader's page. Whatever is chosen is kept in this browser first; what no polling station is known of waits for one,
// the rest is sent, and each form shows what became of it. A code that was typed wins over names; what names mean is for
// the service to say.

import { addressOf } from "./address.js";
import { allDocuments, drawAgain, followDocument, whenShown } from "./documents.js";
import { faultOfFile, takeFiles } from "./files.js";
import { startWorker } from "./offline.js";
import { announce, complain, copyOf, fill, find, item, textOf, withName, words } from "./page.js";
import { pause } from "./network.js";
import { doubtOf } from "./photo.js";
import { isDone, Queue } from "./queue.js";
import { learnPages, showAll, showRow } from "./rows.js";
import { comingPage, learnStation, showSteps } from "./steps.js";
import { codeOf, isCode, namedStations, placeOf } from "./stations.js";

const NAMES_SHOWN = 5;
const SHOWN = 50; // of what was brought lately, and of what waits to be assigned
const LATELY = 24 * 60 * 60 * 1000; // ms: a count goes on beyond midnight
const station = find("#station");
let asking = false; // whether names are being looked up

const queue = new Queue(changed, (_entry, body) => { for (const document of body.documents) followDocument(document); });
const held = () => queue.entries.filter(({ stage }) => stage === "held");

function changed(entry) {
  showRow(entry, queue, { again: (one) => queue.send(one), drop: (one) => queue.drop(one) });
  showAll(queue);
  if (isDone(entry.state)) drawAgain();
  showSteps(stationShown(), queue);
}

// The polling station whose pages are shown as steps: the one that is typed, else the only one that is on its way or there.
function stationShown() {
  const typed = codeOf(station.value);
  if (typed !== "") return isCode(typed) ? typed : "";
  const codes = new Set(queue.entries.map(({ bound }) => bound).filter(Boolean));
  for (const { station: code } of allDocuments()) if (code) codes.add(code);
  return codes.size === 1 ? [...codes][0] : "";
}

const learnSteps = () => learnStation(stationShown(), queue);

// A document was shown, or shown anew.
function documentShown(document) {
  learnPages(document, queue);
  showSteps(stationShown(), queue);
  if (document.state !== "waiting" && document.station === stationShown()) learnSteps();
}

// What is filed by its name, and archives, of whose files the service looks at each name.
const goes = (name, found) => found.station !== null || /\.zip$/i.test(name);

takeFiles(async (chosen, byCamera) => {
  const files = chosen.filter((file) => !faultOfFile(file));
  for (const file of chosen) if (!files.includes(file)) queue.refuse(file, faultOfFile(file));
  if (files.length === 0) {
    showNews("#sending");
    return;
  }
  const typed = stationGiven();
  const known = typed ? await isKnown(typed) : true;
  const stage = typed && known ? "sending" : typed === "" ? "asking" : "held";
  const about = stage === "sending" ? { station: typed, bound: typed } : {};
  const entries = [];
  if (stage === "sending" && byCamera && files.length === 1) about.step = comingPage();
  for (const file of files) {
    const entry = await queue.add(file, { stage, ...about });
    entries.push(entry);
    // Kept first, then looked at: what is said of a photograph costs nobody the photograph.
    entry.doubt = await doubtOf(file);
    if (entry.doubt) changed(entry);
  }
  const doubted = entries.find(({ doubt }) => doubt);
  if (doubted) announce(`${doubted.name}: ${words[`hint_${doubted.doubt}`]}`);
  if (stage === "sending") post(entries);
  showHeld();
  if (typed !== null) showNews("#sending");
  if (stage !== "asking") return;
  await askNames();
  if (held().length > 0) showNews("#held");
}, { together: false });

// On a telephone what became of a choice lies below the screen, and nothing else would tell that anything has.
function showNews(selector) {
  const news = find(selector);
  if (news.hidden) return;
  news.scrollIntoView({ block: matchMedia("(pointer: coarse)").matches ? "start" : "nearest" });
  news.focus({ preventScroll: true });
}

window.addEventListener("online", () => { showEverything(); learnSteps(); });
window.addEventListener("offline", () => showEverything());
window.addEventListener("beforeunload", (event) => {
  // Only where nothing outlives the page.
  if (queue.unkept && queue.entries.some(({ state }) => !isDone(state))) event.preventDefault();
});

function showEverything() {
  for (const entry of queue.entries) if (!isDone(entry.state)) changed(entry);
  showAll(queue);
  showSteps(stationShown(), queue);
}

// The code in the field, "" where there is none; null, with a complaint, where it is none.
function stationGiven() {
  const code = codeOf(station.value);
  const wrong = code !== "" && !isCode(code);
  station.setAttribute("aria-invalid", String(wrong));
  complain(wrong ? words.station_wrong : "");
  if (wrong) station.focus();
  return wrong ? null : code;
}

async function isKnown(code) {
  const place = await placeOf(code);
  if (place?.listed !== false) return true;
  complain(fill(words.not_listed, { code }));
  station.setAttribute("aria-invalid", "true");
  station.focus();
  return false;
}

// Whoever types a code sees at once which polling station that is.
station.addEventListener("input", async () => {
  const code = codeOf(station.value);
  const said = find("#station-place");
  said.textContent = "";
  complain(""); // what was said of the code before
  station.setAttribute("aria-invalid", "false");
  learnSteps();
  showSteps(stationShown(), queue);
  if (!isCode(code)) return;
  const place = await placeOf(code);
  if (place === null || codeOf(station.value) !== code) return;
  const text = place.listed === false ? words.not_listed : place.listed ? words.right : words.right_unlisted;
  said.textContent = fill(text, { code, place: place.name });
  said.classList.toggle("wrong", place.listed === false);
});

function post(entries) {
  if (entries.length === 0) return;
  announce(fill(words.started, { count: entries.length }));
  for (const entry of entries) queue.send(entry);
}

// Looks up what names mean, as soon as somebody answers.
async function askNames() {
  if (asking) return;
  asking = true;
  try {
    await askUntilAnswered();
  } finally {
    asking = false;
  }
}

async function askUntilAnswered() {
  for (let tries = 1; ; tries += 1) {
    const entries = queue.entries.filter(({ stage }) => stage === "asking");
    if (entries.length === 0) return;
    const named = await namedStations(entries.map(({ name }) => name));
    if (named) {
      await sort(entries, named);
      tries = 0;
    } else {
      queue.hindrance = "unreachable";
      showEverything();
      await pause(tries);
    }
  }
}

async function sort(entries, named) {
  queue.hindrance = "";
  const going = [];
  for (const [index, entry] of entries.entries()) {
    const found = named[index];
    const ready = goes(entry.name, found);
    entry.named = found;
    await queue.save(entry, ready ? { stage: "sending", bound: found.station ?? "" } : { stage: "held" });
    if (ready) going.push(entry);
  }
  post(going);
  showHeld();
}

// --- files without a code, or with one that nobody has confirmed ------------------------------------------

function showHeld() {
  const all = held();
  find("#held").hidden = all.length === 0;
  const proposed = all.filter(({ named }) => named?.proposed);
  const others = all.filter(({ named }) => !named?.proposed);
  // Where a code was typed that is none, nobody has looked at the names.
  const said = [["held", others.filter(({ named }) => named)], ["held_unasked", others.filter(({ named }) => !named)]];
  find(".held-files").textContent = said.filter(([, own]) => own.length > 0).map(([key, own]) => fill(words[key], { count: own.length, names: listed(own) })).join(" ");
  const reasons = new Set(others.flatMap(({ named }) => (named?.reasons ?? []).map(textOf)));
  find(".held-reasons").replaceChildren(...[...reasons].map(item));
  const codes = [...new Set(proposed.map(({ named }) => named.proposed))];
  find(".held-proposed").replaceChildren(...codes.map((code) => proposal(code, proposed)));
}

function listed(entries) {
  const names = entries.slice(0, NAMES_SHOWN).map(({ name }) => name).join(", ");
  const more = entries.length - NAMES_SHOWN;
  return more > 0 ? `${names} ${fill(words.held_more, { count: more })}` : names;
}

// A code that names begin with, to be confirmed: there is no list to look it up in.
function proposal(code, entries) {
  const own = entries.filter(({ named }) => named.proposed === code);
  const made = copyOf("#proposal");
  find("span", made).textContent = fill(words.proposed, { code, place: own[0].named.place, count: own.length });
  find("button", made).addEventListener("click", () => release(own, () => ({ station: code, bound: code })));
  return made;
}

async function release(entries, about) {
  for (const entry of entries) await queue.save(entry, { stage: "sending", ...about(entry) });
  post(entries);
  showHeld();
}

find("#held-send").addEventListener("click", async () => {
  const code = stationGiven();
  if (code === "") {
    complain(words.station_wrong);
    station.focus();
  } else if (code && await isKnown(code)) {
    await release(held(), () => ({ station: code, bound: code }));
  }
});

// Pages of one form are told by their common name, so that they travel as one batch.
find("#held-without").addEventListener("click", () => {
  const entries = held();
  if (entries.length > 0) release(entries, () => ({ batch: entries[0].key }));
});

find("#held-drop").addEventListener("click", async () => {
  for (const entry of held()) await queue.drop(entry);
  complain("");
  showHeld();
});

find("#upload").addEventListener("submit", (event) => event.preventDefault());

// --- what was brought earlier -------------------------------------------------------------------------------

async function resume() {
  const entries = await queue.restore();
  for (const entry of entries) {
    // What waits for a word on its name: the name may mean something by now.
    if (entry.stage === "held") entry.stage = "asking";
    changed(entry);
  }
  for (const entry of entries) if (entry.stage === "sending") queue.send(entry);
  await askNames();
}

// What this person brought lately, and what still waits to be assigned. Until the service has answered nobody knows what
// that is, and the page says so.
async function showMine() {
  for (let tries = 1; ; tries += 1) {
    try {
      const more = await askMine();
      find("#mine").hidden = !more;
      find("#mine").textContent = more ? fill(words.mine_more, { count: SHOWN }) : "";
      return;
    } catch {
      find("#mine").hidden = false;
      find("#mine").textContent = words.mine_unknown;
      await pause(tries);
    }
  }
}

// Shows them; resolves with whether there are more.
async function askMine() {
  const lately = { mine: true, limit: SHOWN, since: new Date(Date.now() - LATELY).toISOString() };
  const unfiled = { mine: true, limit: SHOWN, filed: false };
  const found = new Map();
  let more = false;
  for (const query of [unfiled, lately]) {
    const body = await answered(addressOf(`/api/v1/documents?${new URLSearchParams(query)}`));
    more ||= body.next !== null;
    for (const one of body.documents.toReversed()) found.set(one.id, one.links.self);
  }
  for (const address of found.values()) followDocument(await answered(address));
  const { deliveries, settled } = await answered(addressOf("/api/v1/conflicts/mine"));
  showDeliveries("#disputed", deliveries);
  showDeliveries("#settled", settled);
  return more;
}

// What is filed elsewhere belongs to no card here: not a word of where that is may be told, only what it means for what
// was said of it here, while that is open and once a senior has settled it.
function showDeliveries(list, deliveries) {
  find(list).hidden = deliveries.length === 0;
  find(`${list} ul`).replaceChildren(...deliveries.map(({ file_name: name, reasons }) => item(withName(name, reasons.map(textOf).join(" ")))));
}

async function answered(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

// What is on its way for a polling station; an archive may hold pages of any.
function isSending(code) {
  return queue.entries.some(({ stage, state, bound }) => stage !== "held" && !isDone(state) && (bound === code || !bound));
}

startWorker(() => { find("#network-only").hidden = false; });
whenShown(documentShown, isSending);
resume().then(learnSteps);
showMine();
