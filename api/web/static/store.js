// What waits to be sent, in the browser's own database: it outlives a reload and a flat battery. Each entry belongs to the
// person who brought it, and goes once the service has it, or when that person logs out.

const NAME = "chasil-uploads";
const ENTRIES = "entries";
let opened = null;

function database() {
  opened ??= new Promise((done, broken) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore(ENTRIES, { keyPath: "id", autoIncrement: true }).createIndex("person", "person");
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => broken(asked.error);
  }).catch((error) => { opened = null; throw error; });
  return opened;
}

// Resolves with what `work` asked for, once it is on disk.
async function within(mode, work) {
  const base = await database();
  return new Promise((done, broken) => {
    const transaction = base.transaction(ENTRIES, mode, { durability: "strict" });
    const asked = work(transaction.objectStore(ENTRIES));
    transaction.oncomplete = () => done(asked.result);
    transaction.onabort = () => broken(transaction.error);
  });
}

// In the order in which they were brought.
export const entriesOf = (person) => within("readonly", (store) => store.index("person").getAll(person));
export const countOf = (person) => within("readonly", (store) => store.index("person").count(person));
export const isKept = async (id) => await within("readonly", (store) => store.count(id)) > 0;
export const put = (entry) => within("readwrite", (store) => store.put(entry));
export const remove = (id) => within("readwrite", (store) => store.delete(id));

export async function removeAllOf(person) {
  for (const { id } of await entriesOf(person)) await remove(id);
}
