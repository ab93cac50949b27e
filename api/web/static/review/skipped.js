// Numbers that were skipped: this desk keeps them with the others until they are read, and tells of those that it lost.
// A reload takes them along, for as long as nobody else has them.

const PLACE = "chasil.skipped";

export const MOST = 10; // kept at once: what one desk keeps, no other can read

export class Skipped {
  // `person` is who skips; `some` says which numbers were asked for, where not all were.
  constructor(person, some, storage = window.sessionStorage) {
    this.storage = storage;
    this.person = person;
    this.place = PLACE + some;
    this.items = []; // the first that was skipped first
    this.gone = []; // {item, fate}: what this desk has no more, until its reader has been told
    this.awaited = this.#remembered(); // skipped before the page was loaded, and not given back yet
  }

  // Whether a number was skipped before the page was loaded.
  expects(item) {
    return this.awaited.some(({ id }) => id === item.id);
  }

  put(item) {
    this.awaited = this.awaited.filter(({ id }) => id !== item.id);
    this.items = [...this.items.filter(({ id }) => id !== item.id), { ...item, skipped: true }];
    this.#keep();
  }

  // Take a number out of those that were skipped; null where it is none of them.
  take(wanted = this.items[0]?.id) {
    const found = this.items.find(({ id }) => id === wanted) ?? null;
    this.items = this.items.filter((item) => item !== found);
    this.#keep();
    return found;
  }

  // Strike out what this desk holds no more; returns how many of its numbers that are.
  lose(fates) {
    const lost = [...this.items, ...this.awaited].filter(({ id }) => id in fates);
    if (lost.length === 0) return 0;
    const left = ({ id }) => !(id in fates);
    [this.items, this.awaited] = [this.items.filter(left), this.awaited.filter(left)];
    this.gone = [...this.gone, ...lost.map((item) => ({ item, fate: fates[item.id] }))];
    this.#keep();
    return lost.length;
  }

  // Their reader has been told.
  forget(told) {
    this.gone = this.gone.filter((one) => !told.includes(one));
  }

  #remembered() {
    try {
      const { person, items } = JSON.parse(this.storage.getItem(this.place)) ?? {};
      return person === this.person ? items : [];
    } catch {
      return []; // nothing that can be used is there
    }
  }

  // What the list says of each; the rest comes from the service.
  #keep() {
    const items = [...this.items, ...this.awaited];
    const told = items.map(({ id, label, station, form_page, kind }) => ({ id, label, station, form_page, kind }));
    if (told.length) this.storage.setItem(this.place, JSON.stringify({ person: this.person, items: told }));
    else this.storage.removeItem(this.place);
  }
}
