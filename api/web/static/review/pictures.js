// Pictures of the items to come, fetched and decoded before anybody looks at them.

const AT_ONCE = 2;
const WAITS = [1, 2, 4, 8]; // s until a picture that failed is asked for again

export class Pictures {
  #known = new Map(); // address -> {bitmap, tag, done}
  #waiting = [];
  #running = 0;

  // Ask for pictures in this order, and forget all others.
  want(addresses) {
    const wanted = new Set(addresses);
    for (const [address, entry] of this.#known) {
      if (wanted.has(address)) continue;
      entry.bitmap?.close();
      this.#known.delete(address);
    }
    this.#waiting = [...wanted].filter((address) => !this.#known.has(address));
    this.#next();
  }

  // The picture, if it is here; null where it is not yet, or cannot be had.
  bitmap(address) {
    return this.#known.get(address)?.bitmap ?? null;
  }

  // What the server calls a picture that is here; a decision names by it what was shown.
  tag(address) {
    return this.#known.get(address)?.tag ?? null;
  }

  // Resolves when a picture is here or cannot be had.
  async ready(address) {
    await (this.#known.get(address) ?? this.#start(address)).done;
    return this.bitmap(address);
  }

  // Resolves when a picture is here: one that fails is asked for again, for as long as `wanted` says so.
  async insist(address, wanted) {
    for (let tries = 0; wanted(); tries += 1) {
      const picture = await this.ready(address);
      if (picture || !wanted()) return picture;
      await new Promise((done) => setTimeout(done, WAITS[Math.min(tries, WAITS.length - 1)] * 1000));
      if (!this.bitmap(address)) this.#known.delete(address);
    }
    return null;
  }

  #next() {
    while (this.#running < AT_ONCE && this.#waiting.length) this.#start(this.#waiting.shift());
  }

  #start(address) {
    this.#waiting = this.#waiting.filter((other) => other !== address);
    const entry = { bitmap: null, tag: null, done: null };
    this.#known.set(address, entry);
    this.#running += 1;
    entry.done = fetched(address).then(({ bitmap, tag }) => {
      this.#running -= 1;
      if (this.#known.get(address) === entry) Object.assign(entry, { bitmap, tag });
      else bitmap?.close();
      this.#next();
    });
    return entry;
  }
}

const NOTHING = { bitmap: null, tag: null };

async function fetched(address) {
  try {
    const answer = await fetch(address, { credentials: "same-origin" });
    if (!answer.ok) return NOTHING;
    return { bitmap: await createImageBitmap(await answer.blob()), tag: answer.headers.get("ETag") };
  } catch {
    return NOTHING; // whoever needs it asks again
  }
}
