// The review desk: one number after the other, by keys alone or by hand.
//
//   keys      which key does what            queue     the items of this desk, and those to come
//   cells     what is typed                  outbox    decisions on their way
//   stage     the cut over the cells         pictures  fetched before they are looked at
//   place     the page                       sums      the rules, live
//   witnesses what else says the number      dialogs   comment, history, keys, help
//   guard     nothing is decided unseen      signing  with the person's own key

import { announce, complain, content, fill, find, language, problemText, words } from "./page.js";
import { Cells, fitting, numberOf } from "./review/cells.js";
import { askComment, opened, showHelp, showHistory, showKeys } from "./review/dialogs.js";
import { chooseSkipped, fateOf } from "./review/skipped-list.js";
import { Guard, onScreen } from "./review/guard.js";
import { Keys } from "./review/keys.js";
import { conflict } from "./review/notices.js";
import { Outbox } from "./review/outbox.js";
import { Pictures } from "./review/pictures.js";
import { PageView } from "./review/place.js";
import { Queue, historyOf } from "./review/queue.js";
import { Stage } from "./review/stage.js";
import { showSums } from "./review/sums.js";
import { signatureOf } from "./signing.js";
import { drawWitnesses, showEarlier, showReasons, showWitnesses } from "./review/witnesses.js";

const DOUBTFUL = 0.5; // below this confidence a number is typed from its ink, and the machine's word is not offered
const PATIENCE = 1500; // ms until it is said that a picture has not come
const LOOKS = 3; // the picture as it is, with more contrast, and with most
const PANS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const MARKS = { mark_x: "X", mark_dash: "-", mark_empty: "_" };

const keys = new Keys();
const pictures = new Pictures();
const cells = new Cells(find("#cells"), retold);
const stage = new Stage(find("#cut"), cells);
const page = new PageView(find("#page"));
const guard = new Guard((open) => {
  content.dataset.seen = open;
  for (const button of find("#acts").querySelectorAll('[data-do="accept"], [data-do="unreadable"], [data-do="escalate"]')) {
    button.setAttribute("aria-disabled", String(!open));
  }
});
const queue = new Queue(JSON.parse(content.dataset.filters), content.dataset.person, {
  changed: prepare,
  arrived: () => { if (shown === null || shown !== queue.current) show(); },
  lost,
  refused: (answer) => complain(answer ? problemText(JSON.stringify(answer.body)) : words.network),
});
const outbox = new Outbox({ sign: signatureFor, changed: progress, held, done: ({ item }) => queue.arrived(item), refused });

let shown = null; // the item on the screen
let since = 0; // when it came, ms
let seen = null; // which picture of it was painted, and when
let decided = 0;
let undoing = false;

// --- showing ------------------------------------------------------------------------------------------------

function show() {
  const item = queue.current;
  shown = item;
  since = performance.now();
  seen = null;
  guard.close();
  content.dataset.state = item ? item.kind : queue.asking ? "loading" : "empty";
  content.dataset.item = item?.id ?? "";
  arrange(item === null || item.places !== null);
  if (!item) return rest();
  title(item);
  cells.begin(item.box_count, item.confidence < DOUBTFUL ? null : item.boxes);
  look(item);
  showReasons(find("#reasons"), item);
  showEarlier(find("#earlier"), item);
  announce(fill(words.now_reading, { label: item.label[language], station: item.station ?? "–", kind: words[`kind_${item.kind}`] }));
}

// A number whose place nobody knows leaves the room of its cut to the page.
function arrange(placed) {
  if (content.dataset.placed === String(placed)) return;
  content.dataset.placed = placed;
  for (const view of [stage, page]) view.measure();
}

// Nothing is left to show: the pictures of the last item are gone.
function rest() {
  [stage.picture, page.picture] = [null, null];
  announce(queue.asking ? words.loading : words.nothing_waiting);
}

function title(item) {
  find("#label").textContent = item.label[language];
  find("#where").textContent = fill(words.where, { station: item.station ?? "–", page: item.form_page ?? "–" });
  find("#kind").textContent = [words[`kind_${item.kind}`], item.skipped && words.was_skipped].filter(Boolean).join(" · ");
}

// Draw both pictures, or, where one is not here yet, draw it when it comes.
function look(item) {
  const here = () => shown === item;
  lookAtCut(item, pictures.bitmap(item.links.cut));
  lookAtPage(item, pictures.bitmap(item.links.page));
  tellMissing(item);
  if (!stage.picture && item.places) pictures.insist(item.links.cut, here).then((picture) => here() && lookAtCut(item, picture));
  if (!page.picture) pictures.insist(item.links.page, here).then((picture) => here() && lookAtPage(item, picture));
}

function lookAtCut(item, picture) {
  stage.show(item, picture);
  if (picture && item.places) painted(item, item.links.cut);
}

// Of a number whose place nobody knows, the page is the picture.
function lookAtPage(item, picture) {
  page.show(item, picture);
  drawWitnesses(find("#cuts"), item, picture);
  if (picture && !item.places) painted(item, item.links.page);
}

async function painted(item, address) {
  const tag = pictures.tag(address);
  const at = await onScreen();
  if (shown !== item || seen || !tag) return;
  seen = { cut: tag, at: new Date(performance.timeOrigin + at).toISOString() };
  find("#missing").hidden = true;
  guard.open(at);
}

// A picture that does not come: say so, and offer the next number meanwhile.
function tellMissing(item) {
  find("#missing").hidden = true;
  setTimeout(() => { if (shown === item && !seen) find("#missing").hidden = false; }, PATIENCE);
}

// After every key: the sums and the witnesses follow what is typed.
function retold() {
  const item = queue.current;
  if (!item) return;
  const value = cells.value;
  showWitnesses(find("#witnesses"), item, value);
  showSums(find("#sums"), item.sums, item.field, value);
  find("#value").textContent = value === null ? "–" : String(value);
  find("#do-accept").textContent = cells.text === item.boxes && !cells.open ? words.confirm : words.correct;
  if (stage.item === item) stage.draw();
}

// Of a number whose place nobody knows there is no cut.
const picturesOf = ({ places, links }) => (places ? [links.cut, links.page] : [links.page]);

function prepare() {
  const items = queue.items.filter((item) => item.page_width);
  const cuts = [...items, ...queue.skipped.items].filter((item) => item.places).map((item) => item.links.cut);
  pictures.want([...items.slice(0, 2).flatMap(picturesOf), ...cuts, ...items.map((item) => item.links.page)]);
  progress();
}

function progress() {
  const aside = queue.skipped.items.length;
  const left = queue.items.length + aside + (queue.waiting ?? 0);
  // No more are counted than this; of more it is said that there are more.
  const text = queue.waiting >= Number(content.dataset.counted) ? words.progress_more : words.progress;
  find("#done").textContent = fill(text, { done: decided, left });
  const bar = find("#bar");
  bar.max = Math.max(1, decided + left);
  bar.value = decided;
  const unsent = outbox.unsent.length;
  find("#unsent").textContent = unsent ? fill(words.unsent, { count: unsent }) : "";
  content.dataset.unsent = unsent;
  find("#skips").textContent = aside;
  content.dataset.gone = queue.skipped.gone.length;
  find("#resend").hidden = !outbox.failures;
}

// --- deciding -----------------------------------------------------------------------------------------------

// Whether a key or a button may decide now; the answer to an early one is silence, as it decides nothing.
const lets = (event) => shown !== null && seen !== null && guard.lets(event?.timeStamp ?? performance.now());

function accept(event) {
  const item = shown;
  if (!item) return void queue.refill();
  if (!lets(event)) return;
  if (cells.open) return complain(fill(words.cell_missing, { number: cells.open }));
  if (!fitting(cells.text)) return complain(words.boxes_wrong);
  decide(cells.text === item.boxes ? "confirm" : "correct", cells.text, "", event);
}

function decide(kind, boxes, comment, event) {
  if (!shown || undoing || !seen) return;
  complain("");
  const [sight, seconds] = [seen, (performance.now() - since) / 1000];
  const item = queue.advance();
  decided += 1;
  if (kind !== "escalate") queue.know(item, kind === "unreadable" ? null : numberOf(boxes));
  show();
  measure(event);
  outbox.put(item, { kind, boxes, comment, seconds, seen: sight, lease: queue.lease, version: item.version });
}

// The person's own signature over what they said; its making keeps nobody from the next number.
const SIGNED_AS = { confirm: "read", correct: "read", unreadable: "unreadable", escalate: "escalate" };
function signatureFor({ item, body }) {
  return signatureOf(item.ink, SIGNED_AS[body.kind], body.kind === "escalate" ? "" : body.boxes);
}

// From the key to the picture of the next item on the screen; tests and the curious read it from the browser.
function measure(event) {
  const start = event?.timeStamp ?? performance.now();
  requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => performance.measure("key-to-next", { start, end: performance.now() });
    channel.port2.postMessage(null);
  });
}

async function undo() {
  if (undoing) return;
  undoing = true;
  const back = outbox.recall()?.item ?? await undone();
  undoing = false;
  if (!back) return;
  decided = Math.max(0, decided - 1);
  queue.know(back, back.value);
  queue.first(back);
  show();
  announce(fill(words.undone, { label: back.label[language] }));
}

async function undone() {
  await outbox.settled();
  if (outbox.unsent.length) return complain(words.undo_later);
  const answer = await queue.undo().catch(() => null);
  complain(answer?.ok ? "" : answer ? problemText(JSON.stringify(answer.body)) : words.network);
  return answer?.ok ? answer.body.item : null;
}

async function escalate() {
  const item = shown;
  const comment = await askComment();
  cells.go(cells.place);
  if (comment && shown === item) decide("escalate", cells.open ? "" : cells.text, comment);
}

// --- skipping ------------------------------------------------------------------------------------------------

function later() {
  const item = shown;
  if (!item) return;
  if (!queue.skip()) return complain(words.skip_none);
  complain("");
  show();
  if (item.skipped || !shown.skipped) return;
  announce(fill(words.skipped_again, { label: shown.label[language] }));
}

// Let whoever skipped numbers see which, and go back to one.
async function goBack() {
  await chooseSkipped(queue, progress, show);
  progress();
  cells.go(cells.place);
}

// --- what comes back -----------------------------------------------------------------------------------------

function held(answer) {
  progress();
  complain(answer?.status === 401 || answer?.status === 403 ? words.log_in_again : words.network_kept);
}

// What this desk has no more: others have it, or have answered it. It is said to whoever had it before them.
function lost(items, skipped, fates) {
  const before = shown;
  if (items.includes(shown)) show();
  const texts = [];
  if (items.includes(before)) texts.push(fill(words.lost_shown, { label: before.label[language], fate: fateOf(fates[before.id]) }));
  else if (items.length) announce(fill(words.lost, { count: items.length }));
  if (skipped) texts.push(fill(words.lost_skipped, { count: skipped }));
  if (texts.length) complain(texts.join(" "));
}

// A decision that was refused: say what is there now; nothing was overwritten.
async function refused(sent, answer) {
  queue.arrived(sent.item);
  if (sent.body.kind !== "escalate") queue.know(sent.item, sent.item.value);
  const now = answer.body?.now ?? null;
  const number = now || sent.item.kind === "blind" ? null : (await historyOf(sent.item).catch(() => null))?.body;
  if (number) queue.know(sent.item, number.state === "review" ? number.value : number.final);
  retold();
  if (sent.tries > 1 && arrivedBefore(sent, number)) return;
  conflict(sent, answer, now, number);
  if (now) queue.second(now);
  else if (answer.status !== 409) queue.second(sent.item);
}

// Whether the network took a decision there and lost only the answer.
const arrivedBefore = ({ body }, number) => !number || number.version > body.version && number.final_boxes === body.boxes;

// --- keys and buttons ----------------------------------------------------------------------------------------

const ACTIONS = {
  accept,
  back: () => cells.back(),
  left: () => cells.go(Math.min(cells.place, cells.marks.length - 1) - 1),
  right: () => cells.go(Math.min(cells.place + 1, cells.marks.length - 1)),
  undo,
  unreadable: (event) => lets(event) && decide("unreadable", cells.text, "", event),
  escalate: (event) => lets(event) && escalate(),
  later,
  skipped: () => goBack(),
  history: () => shown && (shown.kind === "blind" ? complain(words.history_blind) : showHistory(shown)),
  page: () => page.toggle(),
  closer: () => page.closer(),
  farther: () => page.farther(),
  up: () => page.pan(0, -1),
  down: () => page.pan(0, 1),
  turn: () => page.turn(),
  contrast: () => { content.dataset.contrast = (Number(content.dataset.contrast ?? 0) + 1) % LOOKS; },
  invert: () => { content.dataset.invert = content.dataset.invert !== "true"; },
  keys: () => showKeys(keys, legend),
  help: () => showHelp(keys),
};

function act(action, event, digit) {
  const mark = digit ?? MARKS[action];
  if (mark === undefined) ACTIONS[action](event);
  else if (shown) {
    complain("");
    cells.type(mark);
  }
}

document.addEventListener("keydown", (event) => {
  if (opened() || event.target.matches("textarea, select, input:not(.cell)")) return;
  if (event.target.matches("button, a, summary") && ["Enter", " "].includes(event.key)) return;
  if (event.key === "Escape") return dismiss();
  const action = keys.meaning(event);
  if (!action) return;
  event.preventDefault();
  if (event.shiftKey && event.key in PANS) return page.pan(...PANS[event.key]);
  act(action, event, action === "digit" ? event.key : undefined);
});

function dismiss() {
  complain("");
  find("#notices").firstElementChild?.remove();
}

// Keyboards on glass send no keys, only what they would write.
find("#cells").addEventListener("beforeinput", (event) => {
  event.preventDefault();
  const action = event.inputType === "deleteContentBackward" ? "back" : null;
  const written = event.data?.at(-1) ?? "";
  if (/^[0-9]$/.test(written)) act("digit", event, written);
  else if (action ?? keys.actionOf(written.toLowerCase())) act(action ?? keys.actionOf(written.toLowerCase()), event);
});

content.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-do], button[data-digit]");
  if (!button) return;
  act(button.dataset.do ?? "digit", event, button.dataset.digit);
  if (!opened() && button.closest("#pad, #acts")) cells.go(cells.place);
});

function legend() {
  for (const sign of content.querySelectorAll("kbd[data-for]")) sign.textContent = keys.sign(sign.dataset.for);
}

// --- beginning and end ---------------------------------------------------------------------------------------

new ResizeObserver(() => {
  if (!find("#desk").clientWidth) return; // it is away while nothing waits, and comes back as it was
  for (const view of [stage, page]) {
    view.measure();
    view.draw();
  }
}).observe(find("#desk"));

find("#resend").addEventListener("click", () => outbox.hurry());
window.addEventListener("online", () => outbox.hurry());
window.addEventListener("beforeunload", (event) => outbox.unsent.length && event.preventDefault());
window.addEventListener("pagehide", () => outbox.unsent.length || queue.leave());
// Kept by the browser as it was, but its numbers were given back when it was left.
window.addEventListener("pageshow", (event) => event.persisted && location.reload());

legend();
queue.start();
