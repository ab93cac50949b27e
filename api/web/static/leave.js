// Logging out takes along what this browser keeps for the person: nobody who comes after finds their photographs here.
// What has not been sent yet goes only after a second press.

import { addressOf, base } from "./address.js";
import { forgetArrived } from "./arrived.js";
import { fill } from "./fill.js";
import { countOf, removeAllOf } from "./store.js";

const form = document.querySelector("#leave"); // every button that logs out is one of its own
const notice = form.querySelector(".leaving");
let warned = false;

function warn(text) {
  notice.textContent = text;
  notice.hidden = false;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  // A page that was opened without a network does not carry the session's word.
  const session = await fetch(addressOf("/api/v1/session")).catch(() => null);
  if (session === null) {
    warn(form.dataset.offline);
    return;
  }
  if (session.ok) form.elements.csrf.value = (await session.json()).csrf;
  const { person } = form.dataset;
  const count = await countOf(person).catch(() => 0); // a browser that keeps nothing has nothing to lose
  if (count > 0 && !warned) {
    warned = true;
    warn(fill(form.dataset.unsent, { count }));
    return;
  }
  await removeAllOf(person).catch(() => {});
  forgetArrived();
  await forgetPages(() => true);
  form.submit();
});

// The page for uploads as somebody saw it, which a worker keeps for times without a network (worker.js).
async function forgetPages(meant) {
  if (!("caches" in window)) return; // not at an address without HTTPS
  const names = (await caches.keys()).filter((name) => name.startsWith(`chasil${base}-upload-`));
  for (const name of names) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const of = new URL(request.url).searchParams.get("of");
      if (of !== null && meant(of)) await cache.delete(request);
    }
  }
}

// Whoever is logged in now finds no page of anyone before.
forgetPages((of) => of !== form.dataset.person);
