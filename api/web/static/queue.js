// What was brought and is not yet with the service: kept in this browser, sent a few at a time, tried again for ever.
// What arrived twice is kept once, so that a repeat does no harm.

import { arrivedOf, rememberArrived } from "./arrived.js";
import { content } from "./page.js";
import { pause } from "./network.js";
import { forgetSession, csrf, whoIsHere } from "./session.js";
import { entriesOf, isKept, put, remove } from "./store.js";
import { transmit } from "./tus.js";

const AT_ONCE = 2;
const AGAIN = new Set([0, 401, 404, 408, 409, 423, 429, 460]); // and whatever says that the service has a problem
const STORED = ["id", "key", "person", "name", "file", "station", "stage", "batch", "bound", "step"];

// The state of an entry: "waiting", "sending", "keeping" (all bytes have left), "received", "refused" (the service does not
// take it as it is), or "gone" (another window sent it, or its person logged out).
export class Queue {
  // `changed` is called with an entry whenever something about it has; `received` with it and the service's answer.
  constructor(changed, received) {
    Object.assign(this, { changed, received, entries: [], waiting: [], running: 0, misses: 0, hindrance: "", unkept: false, earlier: [] });
  }

  // Resolves with the entries of this person that were left from an earlier visit.
  async restore() {
    const found = await entriesOf(content.dataset.person).catch(() => { this.unkept = true; return []; });
    this.earlier = found.length > 0 ? arrivedOf(content.dataset.person) : [];
    const known = new Set(this.entries.map(({ id }) => id));
    return found.filter(({ id }) => !known.has(id)).map((stored) => this.join(stored));
  }

  // Resolves with a new entry, which is on disk then. `stage`: "asking", "held" or "sending".
  async add(file, about) {
    const entry = this.join({ key: randomKey(), person: content.dataset.person, name: file.name, file, station: "", batch: "", bound: "", step: 0, ...about });
    await this.save(entry);
    return entry;
  }

  // A file that the service would not take: shown with why, neither kept nor sent.
  refuse(file, fault) {
    const entry = this.join({ key: "", name: file.name, file, stage: "sending", bound: "" });
    Object.assign(entry, { state: "refused", fault });
    this.changed(entry);
  }

  join(stored) {
    const entry = { ...stored, sent: 0, state: "waiting", problem: "", fault: "", receipts: null, row: null };
    this.entries.push(entry);
    return entry;
  }

  async save(entry, about = {}) {
    Object.assign(entry, about);
    const stored = Object.fromEntries(STORED.filter((name) => entry[name] !== undefined).map((name) => [name, entry[name]]));
    try {
      entry.id = await put(stored);
    } catch {
      this.unkept = true; // the page says so
    }
    this.changed(entry);
  }

  send(entry) {
    // A second tap on the button that sent it.
    if (this.waiting.includes(entry) || ["sending", "keeping", "received"].includes(entry.state)) return;
    entry.state = "waiting";
    entry.problem = "";
    this.changed(entry);
    this.waiting.push(entry);
    this.next();
  }

  async drop(entry) {
    this.entries = this.entries.filter((one) => one !== entry);
    this.waiting = this.waiting.filter((one) => one !== entry);
    if (entry.id !== undefined) await remove(entry.id).catch(() => {});
    this.changed(entry);
  }

  next() {
    while (this.running < AT_ONCE) {
      // Files of one batch go one after the other: the first opens the document of the others.
      const busy = new Set(this.entries.filter(({ state, batch }) => batch && state !== "waiting" && !isDone(state)).map(({ batch }) => batch));
      const index = this.waiting.findIndex(({ batch }) => !busy.has(batch));
      if (index < 0) return;
      const [entry] = this.waiting.splice(index, 1);
      this.running += 1;
      entry.state = "sending";
      this.deliver(entry).finally(() => { this.running -= 1; this.next(); });
    }
  }

  async deliver(entry) {
    const { status, text } = await alone(entry, () => this.attempt(entry)).catch(() => ({ status: 0, text: "" }));
    if (status === 200 || status === 202) {
      await this.arrived(entry, JSON.parse(text));
    } else if (status === "gone") {
      this.end(entry, "gone");
    } else if (AGAIN.has(status) || status >= 500 || text.includes("csrf_missing")) {
      await this.putBack(entry, status);
    } else {
      Object.assign(entry, { problem: text, status });
      this.end(entry, "refused");
    }
  }

  async attempt(entry) {
    if (entry.id !== undefined && !(await isKept(entry.id).catch(() => true))) return { status: "gone", text: "" };
    const who = await whoIsHere();
    if (who !== "me") {
      this.hindrance = who;
      return { status: who === "unreachable" ? 0 : 401, text: "" };
    }
    const answer = await transmit(entry, await csrf(), (bytes) => {
      if (this.hindrance) this.hindrance = "";
      entry.sent = bytes;
      entry.state = bytes < entry.file.size ? "sending" : "keeping";
      this.changed(entry);
    });
    if (answer.status === 0) this.hindrance = "unreachable";
    else if (answer.status >= 429) this.hindrance = "busy";
    if (answer.status === 401 || answer.status === 403) forgetSession();
    return answer;
  }

  async arrived(entry, body) {
    this.misses = 0;
    this.hindrance = "";
    entry.receipts = body.receipts;
    entry.sent = entry.file.size;
    if (entry.id !== undefined) await remove(entry.id).catch(() => {}); // sent again after a reload it does no harm
    this.received(entry, body);
    this.end(entry, "received");
  }

  end(entry, state) {
    entry.state = state;
    this.remember();
    this.changed(entry);
  }

  // What arrived before a reload belongs to what is still on its way after it: six were chosen, and six are counted.
  remember() {
    const arrived = this.entries.filter((entry) => entry.state === "received" && !isRefused(entry));
    rememberArrived(content.dataset.person, [...this.earlier, ...arrived.map(({ receipts }) => pagesOf(receipts))]);
  }

  // What the network broke goes first again; what the service stumbled over lets others pass.
  async putBack(entry, status) {
    entry.state = "waiting";
    if (!this.entries.includes(entry)) return;
    if (status >= 500) this.waiting.push(entry);
    else this.waiting.unshift(entry);
    this.misses += 1;
    this.changed(entry);
    if (await pause(this.misses)) this.misses = 0;
  }
}

// The pages that receipts name.
export const pagesOf = (receipts) => (receipts ?? []).flatMap((receipt) => receipt.pages);

export const isDone = (state) => state === "received" || state === "refused" || state === "gone";

// Whether the service kept nothing of a file: it refused to take it, or it looked into it and refused all that it found.
export const isRefused = ({ state, receipts }) =>
  state === "refused" || (state === "received" && receipts.length > 0 && receipts.every(({ outcome }) => outcome === "refused"));

// One window of several sends an entry. Browsers know that only where the address is safe; elsewhere the entry's key sees to it.
function alone({ key }, work) {
  return navigator.locks ? navigator.locks.request(`chasil-upload-${key}`, work) : work();
}

function randomKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
