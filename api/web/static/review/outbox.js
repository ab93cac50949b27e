// Decisions on their way: one after the other, tried again for as long as the network fails, never lost in silence.

import { passing, post } from "./http.js";

const WAITS = [1, 2, 4, 8, 15]; // s

export class Outbox {
  // `told` has: sign(sent), changed(), held(answer), done(sent, answer), refused(sent, answer).
  constructor(told) {
    this.told = told;
    this.unsent = [];
    this.failures = 0;
    this.under = null; // what is just being sent
  }

  put(item, body) {
    this.unsent.push({ item, body, tries: 0 });
    this.told.changed();
    this.#send();
  }

  // Take the newest decision back if it has not left yet; null where none waits.
  recall() {
    const newest = this.unsent.at(-1);
    if (!newest || newest.tries > 0) return null;
    this.unsent.pop();
    this.told.changed();
    return newest;
  }

  // Resolves when nothing is on its way.
  async settled() {
    while (this.under) await this.under;
  }

  // Try at once what waits for the network.
  hurry() {
    clearTimeout(this.timer);
    this.#send();
  }

  #send() {
    if (this.under || this.unsent.length === 0) return;
    this.under = this.#one(this.unsent[0]).finally(() => { this.under = null; }).then((again) => {
      if (again) this.timer = setTimeout(() => this.#send(), again * 1000);
      else this.#send();
    });
  }

  // Send one; returns after how many seconds to try again, 0 where it has arrived.
  async #one(sent) {
    sent.tries += 1;
    sent.body.signed ??= await this.told.sign(sent);
    const answer = await post(sent.item.links.decision, sent.body).catch(() => null);
    if (passing(answer)) {
      this.failures += 1;
      this.told.held(answer);
      return WAITS[Math.min(this.failures, WAITS.length) - 1];
    }
    this.failures = 0;
    this.unsent = this.unsent.filter((other) => other !== sent);
    if (answer.ok) this.told.done(sent, answer);
    else await this.told.refused(sent, answer);
    this.told.changed();
    return 0;
  }
}
