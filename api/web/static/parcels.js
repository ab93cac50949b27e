// Files on their way: a few requests at a time, tried again where the link breaks. What arrived twice is kept once.

import { finish, progress, sharesOf } from "./files.js";
import { complain, fill, find, item, problemText, textOf, words } from "./page.js";

const AT_ONCE = 2;
const TRIES = 3;
const PAUSE = 2000; // ms before the second try; longer before each further one
const waiting = [];
let running = 0;
let session = null; // promise of the session's word against foreign forms; null: to be asked for

export class Parcel {
  // `kept` is called with every document that files of this parcel went to.
  constructor(files, rows, station, kept) {
    Object.assign(this, { files, rows, station, kept, tries: 0 });
  }
}

export function send(parcel) {
  waiting.push(parcel);
  next();
}

function next() {
  while (running < AT_ONCE && waiting.length > 0) {
    running += 1;
    const parcel = waiting.shift();
    deliver(parcel).catch(() => fail(parcel, words.network)).finally(() => { running -= 1; next(); });
  }
}

async function deliver(parcel) {
  parcel.tries += 1;
  const { status, text } = await request(parcel, await csrf()).catch(() => ({ status: 0, text: "" }));
  if (status === 200 || status === 202) {
    arrived(parcel, JSON.parse(text));
  } else if ((status === 0 || status === 429 || status === 503) && parcel.tries < TRIES) {
    for (const row of parcel.rows) progress(row, words.again_soon, null);
    await new Promise((done) => setTimeout(done, PAUSE * parcel.tries));
    await deliver(parcel);
  } else if (status === 403 && text.includes("csrf_missing") && parcel.tries < TRIES) {
    session = null; // someone logged in again in another window
    await deliver(parcel);
  } else {
    fail(parcel, status === 401 ? words.login : status === 0 ? words.network : problemText(text));
  }
}

export function csrf() {
  session ??= fetch("/api/v1/session")
    .then((answer) => (answer.ok ? answer.json() : {}))
    .then((body) => body.csrf ?? "")
    .catch(() => { session = null; return ""; });
  return session;
}

function request(parcel, word) {
  const body = new FormData();
  for (const file of parcel.files) body.append("files", file, file.name);
  const query = parcel.station ? `?wait=0&station=${parcel.station}` : "?wait=0";
  return new Promise((done, broken) => {
    const asked = new XMLHttpRequest(); // fetch cannot tell how much has been sent
    asked.open("POST", `/api/v1/documents${query}`);
    if (word) asked.setRequestHeader("X-CSRF-Token", word);
    asked.upload.onprogress = (event) => sent(parcel, event.loaded);
    asked.upload.onload = () => { for (const row of parcel.rows) progress(row, words.keeping, null); };
    asked.onload = () => done({ status: asked.status, text: asked.responseText });
    asked.onerror = broken;
    asked.send(body);
  });
}

function sent(parcel, loaded) {
  sharesOf(parcel.files, loaded).forEach((share, index) => {
    const percent = Math.floor(100 * share);
    if (share < 1) progress(parcel.rows[index], share ? fill(words.sending, { percent }) : words.waiting, percent);
    else progress(parcel.rows[index], words.keeping, null);
  });
}

function arrived(parcel, body) {
  parcel.files.forEach((file, index) => {
    const own = body.receipts.filter(({ name }) => name === file.name || name.startsWith(`${file.name}/`));
    showReceipts(parcel.rows[index], own.length > 0 || parcel.files.length > 1 ? own : body.receipts);
  });
  for (const document of body.documents) parcel.kept(document);
}

function showReceipts(row, receipts) {
  const refused = receipts.filter((receipt) => receipt.outcome === "refused");
  const reasons = find(".file-reasons", row);
  const several = receipts.length > 1;
  reasons.replaceChildren(
    ...receipts.flatMap(({ name, reasons: why }) => why.map((one) => item(several ? `${name}: ${textOf(one)}` : textOf(one)))),
  );
  reasons.hidden = reasons.children.length === 0;
  const counts = { refused: refused.length, count: receipts.length };
  const elsewhere = receipts.filter(({ outcome }) => outcome === "conflict");
  const waits = receipts.some(({ outcome, station }) => outcome !== "refused" && station === null);
  if (refused.length > 0) finish(row, "rejected", several ? fill(words.some_refused, counts) : words.refused);
  else if (elsewhere.length > 0) finish(row, "rejected", words.elsewhere);
  else if (waits) finish(row, "review", words.stored_unfiled);
  else finish(row, "accepted", receipts.every(({ outcome }) => outcome === "known") ? words.known : words.stored);
}

function fail(parcel, text) {
  complain(text);
  for (const row of parcel.rows) {
    progress(row, words.failed, 0);
    const again = find(".again", row);
    again.hidden = false;
    again.onclick = () => {
      complain("");
      for (const one of parcel.rows) find(".again", one).hidden = true;
      parcel.tries = 0;
      session = null;
      send(parcel);
    };
  }
}
