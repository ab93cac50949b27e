// The items that this desk has: claimed ten at a time, kept by a heartbeat, more asked for before they run out.

import { signatureOf, signer } from "../signing.js";
import { farewell, get, post } from "./http.js";

const REVIEW = "/api/v1/review";
const PLACE = "chasil.lease";
const AT_MOST = 10;
const FEW = 4;
const HEARTBEAT_SECONDS = 30;
const LOOK_AGAIN_SECONDS = 15;
const SOON_SECONDS = 0.5;

export class Queue {
  // `told` has: changed(), arrived(), lost(items), refused(answer).
  constructor(filters, told) {
    this.filters = filters;
    this.told = told;
    this.items = [];
    this.pending = new Set(); // decided here, not yet there
    this.waiting = null;
    this.lease = sessionStorage.getItem(PLACE);
    this.asking = null;
  }

  get current() {
    return this.items[0] ?? null;
  }

  async start() {
    setInterval(() => this.#keep(), HEARTBEAT_SECONDS * 1000);
    setInterval(() => this.items.length || this.refill(), LOOK_AGAIN_SECONDS * 1000);
    await this.refill(true);
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

  // Put the item on the screen behind all others, as its picture does not come; false where there is no other.
  later() {
    if (this.items.length < 2) return false;
    this.items.push(this.items.shift());
    this.told.changed();
    return true;
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

  async refill(resume = false) {
    if (this.asking || this.items.length >= AT_MOST) return;
    this.asking = this.#claim(resume);
    await this.asking;
    this.asking = null;
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
    this.lease = answer.body.lease;
    sessionStorage.setItem(PLACE, this.lease);
    this.waiting = answer.body.waiting;
    this.#add(answer.body.items);
  }

  #add(items) {
    const known = new Set([...this.items.map((item) => item.id), ...this.pending]);
    this.items.push(...items.filter((item) => !known.has(item.id)).map((item) => this.#onPage(item)));
    this.told.changed();
  }

  // Whoever types one page has one picture before them, whichever of its numbers is read.
  #onPage(item) {
    const { page } = this.filters;
    return page ? { ...item, links: { ...item.links, page: `/api/v1/pages/${page}/image` } } : item;
  }

  async #keep() {
    if (!this.lease || this.items.length + this.pending.size === 0) return;
    const asked = this.items.slice();
    const answer = await post(`${REVIEW}/heartbeat`, { lease: this.lease }).catch(() => null);
    if (!answer?.ok) return;
    const held = new Set(answer.body.items);
    const lost = asked.filter((item) => !held.has(item.id) && this.items.includes(item));
    if (lost.length === 0) return;
    this.items = this.items.filter((item) => !lost.includes(item));
    this.told.lost(lost);
    if (this.items.length <= FEW) this.refill();
  }

  // Take back one's own last decision; whoever signs says so of the ink that it was about.
  async undo() {
    if (!await signer) return post(`${REVIEW}/undo`, { lease: this.lease });
    const asked = await get(`${REVIEW}/undo`);
    if (!asked.ok) return asked;
    return post(`${REVIEW}/undo`, { lease: this.lease, signed: await signatureOf(asked.body.ink, "undo") });
  }

  // Give everything back when the page is left; whoever comes next begins with a lease of their own.
  leave() {
    if (!this.lease || this.items.length === 0) return;
    sessionStorage.removeItem(PLACE);
    const items = this.items.map((item) => item.id);
    this.items = [];
    farewell(`${REVIEW}/release`, { lease: this.lease, items });
  }
}

export const historyOf = (item) => get(item.links.history);
