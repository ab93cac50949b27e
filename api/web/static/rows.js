// What the page says of files on their way: a line for each, one for all together with its bar, and the tab's title.

import { end, fileRow, finish, progress } from "./files.js";
import { announce, fill, find, item, problemText, textOf, withName, words } from "./page.js";
import { isDone, isRefused, pagesOf } from "./queue.js";

const READ = { read: "read", rejected: "unread", set_aside: "unread" };
const states = new Map(); // id of a page -> its state, as far as documents have told
const title = document.title;
let said = ""; // what was announced last

// --- one file -----------------------------------------------------------------------------------------------

// `again` and `drop` are called where the person asks for it.
export function showRow(entry, queue, { again, drop }) {
  if (!queue.entries.includes(entry) || entry.stage === "held") {
    entry.row?.remove();
    entry.row = null;
    find("#queue").hidden = find("#queue ul").children.length === 0;
    return;
  }
  entry.row ??= newRow(entry, again, drop);
  showHint(entry);
  const refused = entry.state === "refused";
  find(".again", entry.row).hidden = !refused || Boolean(entry.fault);
  find(".drop", entry.row).hidden = !refused;
  if (entry.state === "received") showReceipts(entry);
  else if (entry.state === "gone") end(entry.row, words.gone);
  else if (refused) refuse(entry);
  else progress(entry.row, textFor(entry, queue), entry.state === "keeping" ? null : percentOf(entry));
}

function newRow(entry, again, drop) {
  const row = fileRow(entry.file);
  find(".again", row).addEventListener("click", () => again(entry));
  find(".drop", row).addEventListener("click", () => drop(entry));
  return row;
}

// What was seen of a photograph in this browser; whether it can be read is for the service to say.
function showHint({ doubt, row }) {
  const hint = find(".file-hint", row);
  hint.hidden = !doubt;
  if (doubt) hint.textContent = words[`hint_${doubt}`];
}

const percentOf = ({ sent, file }) => Math.floor(100 * sent / Math.max(1, file.size));

function textFor(entry, queue) {
  if (entry.state === "keeping") return words.keeping;
  if (hindranceOf(queue)) return words.waits_for_network;
  return entry.state === "sending" && entry.sent ? fill(words.sending, { percent: percentOf(entry) }) : words.waiting;
}

function refuse(entry) {
  progress(entry.row, words.failed, 0);
  showReasons(entry.row, [entry.fault || problemText(entry.problem, fill(words.refused_between, entry))]);
}

function showReasons(row, texts) {
  const reasons = find(".file-reasons", row);
  reasons.replaceChildren(...texts.map(item));
  reasons.hidden = texts.length === 0;
}

function showReceipts({ row, receipts }) {
  const refused = receipts.filter((receipt) => receipt.outcome === "refused");
  const several = receipts.length > 1;
  showReasons(row, receipts.flatMap(({ name, reasons }) => reasons.map((one) => withName(several ? name : "", textOf(one)))));
  const counts = { refused: refused.length, count: receipts.length };
  const elsewhere = receipts.some(({ outcome }) => outcome === "conflict");
  const waits = receipts.some(({ outcome, station }) => outcome !== "refused" && station === null);
  const pages = pagesOf(receipts);
  const readings = readingOf(pages);
  const unread = pages.filter((page) => READ[states.get(page)] === "unread").length;
  const more = readings ? ` · ${readings === "unread" && pages.length > 1 ? fill(words.some_unread, { unread, count: pages.length }) : words[readings]}` : "";
  delete row.dataset.outcome; // what is known of all its pages is told anew each time
  if (refused.length > 0) finish(row, "rejected", several ? fill(words.some_refused, counts) : words.refused);
  else if (elsewhere) finish(row, "rejected", words.elsewhere);
  else if (waits) finish(row, "review", words.stored_unfiled + more);
  else finish(row, readings !== "unread" ? "accepted" : unread < pages.length ? "review" : "rejected", (receipts.every(({ outcome }) => outcome === "known") ? words.known : words.stored) + more);
}

// "read", "unread" where a page of it is not readable, "" while that is not known.
function readingOf(pages) {
  const told = pages.map((page) => READ[states.get(page)] ?? "");
  if (pages.length === 0 || told.includes("")) return "";
  return told.includes("unread") ? "unread" : "read";
}

// A document says how far its pages are.
export function learnPages({ pages }, queue) {
  for (const { id, state } of pages) states.set(id, state);
  for (const entry of queue.entries) if (entry.state === "received" && entry.row) showReceipts(entry);
  showAll(queue);
}

// --- all of them --------------------------------------------------------------------------------------------

// Whether something stands in the way of sending: "unreachable", "busy", "nobody" or "other" is logged in.
function hindranceOf(queue) {
  return navigator.onLine ? queue.hindrance : "unreachable";
}

export function showAll(queue) {
  const files = queue.entries.filter(({ stage }) => stage !== "held");
  find("#sending").hidden = files.length === 0;
  if (files.length === 0) {
    document.title = title;
    return;
  }
  const counts = countsOf(files, queue.earlier);
  document.title = `(${counts.received}/${counts.total}) ${title}`;
  const text = sentence(queue, files, counts);
  find("#sending-text").textContent = text;
  find("#sending-login").hidden = !(counts.open && ["nobody", "other"].includes(queue.hindrance));
  find("#sending-unkept").hidden = !(counts.open && queue.unkept);
  const bytes = files.reduce((sum, { file }) => sum + file.size, 0);
  find("#sending progress").max = Math.max(1, bytes);
  find("#sending progress").value = files.reduce((sum, { sent }) => sum + sent, 0);
  tell(queue, counts, text);
}

// `earlier`: the pages of each file that had arrived before the page was loaded again.
function countsOf(files, earlier) {
  return {
    total: files.length + earlier.length,
    received: files.filter((entry) => entry.state === "received" && !isRefused(entry)).length + earlier.length,
    read: [...files.map(({ receipts }) => pagesOf(receipts)), ...earlier].filter(readingOf).length,
    refused: files.filter(isRefused).length,
    gone: files.filter(({ state }) => state === "gone").length,
    open: files.filter(({ state }) => !isDone(state)).length,
  };
}

function sentence(queue, files, counts) {
  const key = counts.open ? { unreachable: "all_wait", nobody: "all_login", other: "all_other", busy: "all_busy", "": "all_sending" }[hindranceOf(queue)] : "all_received";
  const parts = [fill(words[key], counts)];
  if (counts.received) parts.push(fill(words.all_read, counts));
  if (counts.refused) parts.push(fill(words.all_refused, counts));
  if (counts.gone) parts.push(fill(words.all_gone, counts));
  return parts.join(" ");
}

// Said aloud when the kind of news changes, not with every file.
function tell(queue, counts, text) {
  const kind = counts.open ? hindranceOf(queue) || "sending" : `done ${counts.total}`;
  if (kind !== said && kind !== "sending") announce(text);
  said = kind;
}
