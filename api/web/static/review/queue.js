// The items that this desk has: claimed ten at a time, kept by a heartbeat, more asked for before they run out.

import { addressOf } from "../address.js";
import { signatureOf, signer } from "../signing.js";
import { farewell, get, post } from "./http.js";
import { MOST, Skipped } from "./skipped.js";

const REVIEW = addressOf("/api/v1/review");
const PLACE = "chasil.lease";
const AT_MOST = 10;
const FEW = 4;
const HEARTBEAT_SECONDS = 30;
const LOOK_AGAIN_SECONDS = 15;
const SOON_SECONDS = 0.5;

export class Queue {
  // `told` has: changed(), arrived(), lost(items, skipped, fates), refused(answer).
  constructor(filters, person, told) {
    this.filters = filters;
    this.told = told;
    this.items = [];
    // What was skipped of some numbers comes back among these, and not where others were asked for.
    const wanted = Object.entries(filters).filter(([, value]) => value && value !== "0");
    const some = wanted.length ? `.${JSON.stringify(wanted)}` : "";
    this.skipped = new Skipped(person, some);
    this.pending = new Set(); // decided here, not yet there
    this.waiting = null;
    this.place = PLACE + some;
    this.lease = sessionStorage.getItem(this.place);
    this.begun = false; // whether what the lease holds from before has been asked for
    this.asking = null;
  }

  get current() {
    return this.items[0] ?? null;
  }

  async start() {
    setInterval(() => this.keep(), HEARTBEAT_SECONDS * 1000);
    setInterval(() => this.items.length || this.refill(), LOOK_AGAIN_SECONDS * 1000);
    await this.refill();
    if (this.skipped.awaited.length) await this.keep();
  }

  // Take the first item off; it counts as held until its decision has arrived.
  advance() {
    const item = this.items.shift();
    this.pending.add(item.id);
    if (this.items.length <= FEW) this.refill();
    this.told.changed();
    return item;
  }

  arrived(item) {
    this.pending.delete(item.id);
  }

  // Put an item first: an undone one, or one that was refused.
  first(back) {
    const item = this.#onPage(back);
    this.items = [item, ...this.items.filter((other) => other.id !== item.id)];
    this.pending.delete(item.id);
    this.told.changed();
  }

  // Put the item on the screen aside; false where there is no other. Where nothing else is left, or too much lies aside,
  // what was put aside first comes back.
  skip() {
    if (this.items.length + this.skipped.items.length < 2) return false;
    this.skipped.put(this.items.shift());
    if (this.items.length === 0 || this.skipped.items.length > MOST) this.items.unshift(this.skipped.take());
    if (this.items.length <= FEW) this.refill();
    this.told.changed();
    return true;
  }

  // Ask for a skipped item as it stands now, and put it first; the one on the screen comes after it. Returns false where
  // this desk has it no more. What the network does not tell is shown as it was: the decision is held against the present.
  async back(item) {
    const answer = await get(item.links.self).catch(() => null);
    if (answer?.status === 404) {
      await this.keep();
      if (!this.#has(item)) return false;
    }
    if (!this.skipped.take(item.id)) return false;
    this.first({ ...(answer?.ok ? answer.body : item), skipped: true });
    return true;
  }

  // What a person says of a number counts in the sums of the others of its sheet at once, and in this desk alone.
  know({ document, field }, value) {
    for (const { document: sheet, sums } of [...this.items, ...this.skipped.items]) {
      if (document !== null && sheet === document && sums && field in sums.values) sums.values[field] = value;
    }
  }

  // Put an item that changed meanwhile after the one on the screen.
  second(changed) {
    const item = this.#onPage(changed);
    const others = this.items.filter((other) => other.id !== item.id);
    const wasEmpty = others.length === 0;
    this.items = [...others.slice(0, 1), item, ...others.slice(1)];
    this.told.changed();
    if (wasEmpty) this.told.arrived();
  }

  async refill() {
    if (this.asking || this.items.length >= AT_MOST) return;
    const resumed = !this.begun;
    this.asking = this.#claim(resumed);
    await this.asking;
    this.asking = null;
    // What was given back was skipped, perhaps, and more waits beside it.
    const more = this.items.length === 0 && this.waiting > 0;
    if (this.items.length === 0 && !(resumed && more)) this.#fromSkipped();
    this.told.arrived();
    if (this.items.length === 0 && this.waiting > 0) setTimeout(() => this.refill(), SOON_SECONDS * 1000);
  }

  async #claim(resume) {
    const count = AT_MOST - this.items.length;
    const wanted = { count, filters: this.filters, lease: this.lease, resume: resume && this.lease !== null };
    const answer = await post(`${REVIEW}/claim`, wanted).catch(() => null);
    if (!answer?.ok) {
      this.told.refused(answer);
      return;
    }
    this.begun = true;
    this.lease = answer.body.lease;
    sessionStorage.setItem(this.place, this.lease);
    this.waiting = answer.body.waiting;
    this.#add(answer.body.items);
  }

  #add(items) {
    const known = new Set([...this.items, ...this.skipped.items].map((item) => item.id));
    const fresh = items.filter((item) => !known.has(item.id) && !this.pending.has(item.id)).map((item) => this.#onPage(item));
    for (const item of fresh.filter((one) => this.skipped.expects(one))) this.skipped.put(item);
    this.items.push(...fresh.filter((item) => !this.#isSkipped(item)));
    this.told.changed();
  }

  #isSkipped({ id }) {
    return this.skipped.items.some((item) => item.id === id);
  }

  #has({ id }) {
    return [...this.items, ...this.skipped.items].some((item) => item.id === id);
  }

  // Nothing else is left: what was skipped first comes back.
  #fromSkipped() {
    const item = this.skipped.take();
    if (item) this.items.push(item);
    if (item) this.told.changed();
  }

  // Whoever types one page has one picture before them, whichever of its numbers is read.
  #onPage(item) {
    const { page } = this.filters;
    return page ? { ...item, links: { ...item.links, page: addressOf(`/api/v1/pages/${page}/image`) } } : item;
  }

  // Keep what this desk has, and learn what it has no more.
  async keep() {
    const shown = this.items.slice();
    const believed = [...shown, ...this.skipped.items, ...this.skipped.awaited].map(({ id }) => id);
    if (!this.lease || believed.length + this.pending.size === 0) return;
    const answer = await post(`${REVIEW}/heartbeat`, { lease: this.lease, items: believed }).catch(() => null);
    if (answer?.ok) this.#lose(shown, answer.body.lost);
  }

  #lose(shown, fates) {
    const lost = shown.filter((item) => item.id in fates && this.items.includes(item));
    const skipped = this.skipped.lose(fates);
    if (lost.length + skipped === 0) return;
    this.items = this.items.filter((item) => !lost.includes(item));
    this.told.lost(lost, skipped, fates);
    if (this.items.length <= FEW) this.refill();
    this.told.changed();
  }

  // Take back one's own last decision; whoever signs says so of the ink that it was about.
  async undo() {
    if (!await signer) return post(`${REVIEW}/undo`, { lease: this.lease });
    const asked = await get(`${REVIEW}/undo`);
    if (!asked.ok) return asked;
    return post(`${REVIEW}/undo`, { lease: this.lease, signed: await signatureOf(asked.body.ink, "undo") });
  }

  // Give everything back when the page is left, but for what was skipped: whoever comes back soon finds it again, and its
  // lease runs out for everybody else. Else whoever comes next begins with a lease of their own.
  leave() {
    if (!this.lease) return;
    if (this.skipped.items.length + this.skipped.awaited.length === 0) sessionStorage.removeItem(this.place);
    if (this.items.length === 0) return;
    const items = this.items.map((item) => item.id);
    this.items = [];
    farewell(`${REVIEW}/release`, { lease: this.lease, items });
  }
}

export const historyOf = (item) => get(item.links.history);
