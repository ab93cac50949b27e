// A store in the browser's own database: it outlives a reload and a flat battery. Another service of this host has its own.

import { base } from "./address.js";

// Returns `within(mode, work)`, which resolves with what `work` asked of the store, once it is on disk. `shape` makes the
// store in a database that is new.
export function storeIn(name, store, shape) {
  let opened = null;

  function database() {
    opened ??= new Promise((done, broken) => {
      const asked = indexedDB.open(name + base, 1);
      asked.onupgradeneeded = () => shape(asked.result);
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => broken(asked.error);
    }).catch((error) => { opened = null; throw error; });
    return opened;
  }

  return async (mode, work) => {
    const here = await database();
    return new Promise((done, broken) => {
      const transaction = here.transaction(store, mode, { durability: "strict" });
      const asked = work(transaction.objectStore(store));
      transaction.oncomplete = () => done(asked.result);
      transaction.onabort = () => broken(transaction.error);
    });
  };
}
