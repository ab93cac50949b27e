// What waits to be sent, in the browser's own database: it outlives a reload and a flat battery. Each entry belongs to the
// person who brought it, and goes once the service has it, or when that person logs out.

import { storeIn } from "./kept.js";

const ENTRIES = "entries";

const within = storeIn("chasil-uploads", ENTRIES, (base) => {
  base.createObjectStore(ENTRIES, { keyPath: "id", autoIncrement: true }).createIndex("person", "person");
});

// In the order in which they were brought.
export const entriesOf = (person) => within("readonly", (store) => store.index("person").getAll(person));
export const countOf = (person) => within("readonly", (store) => store.index("person").count(person));
export const isKept = async (id) => await within("readonly", (store) => store.count(id)) > 0;
export const put = (entry) => within("readwrite", (store) => store.put(entry));
export const remove = (id) => within("readwrite", (store) => store.delete(id));

export async function removeAllOf(person) {
  for (const { id } of await entriesOf(person)) await remove(id);
}
