// Pictures of the items to come, fetched and decoded before anybody looks at them.

const AT_ONCE = 2;

export class Pictures {
  #known = new Map(); // address -> {bitmap, done}
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

  // Resolves when a picture is here or cannot be had.
  async ready(address) {
    await (this.#known.get(address) ?? this.#start(address)).done;
    return this.bitmap(address);
  }

  #next() {
    while (this.#running < AT_ONCE && this.#waiting.length) this.#start(this.#waiting.shift());
  }

  #start(address) {
    this.#waiting = this.#waiting.filter((other) => other !== address);
    const entry = { bitmap: null, done: null };
    this.#known.set(address, entry);
    this.#running += 1;
    entry.done = fetched(address).then((bitmap) => {
      this.#running -= 1;
      if (this.#known.get(address) === entry) entry.bitmap = bitmap;
      else bitmap?.close();
      this.#next();
    });
    return entry;
  }
}

async function fetched(address) {
  try {
    const answer = await fetch(address, { credentials: "same-origin" });
    return answer.ok ? await createImageBitmap(await answer.blob()) : null;
  } catch {
    return null; // a number can be decided by the other picture
  }
}
