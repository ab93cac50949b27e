// The worker with which this page opens without a network. Browsers let it work only where the address is safe. A page that
// stays open for an evening asks now and then whether there is a newer one.

import { addressOf } from "./address.js";

const BETWEEN = 5 * 60 * 1000; // ms from one question to the next, whatever calls for it

// Resolves once the worker is registered; `refused` is called where the browser lets none work.
export async function startWorker(refused) {
  if (!navigator.serviceWorker) {
    refused();
    return;
  }
  try {
    keepFresh(await navigator.serviceWorker.register(addressOf("/upload-worker.js"), { scope: addressOf("/upload") }));
  } catch {
    refused();
  }
}

function keepFresh(registration) {
  let asked = Date.now(); // registering has asked
  const ask = () => {
    if (document.hidden || !navigator.onLine || Date.now() - asked < BETWEEN) return;
    asked = Date.now();
    registration.update().catch(() => { asked = 0; }); // no network after all: the next chance is taken
  };
  window.addEventListener("online", ask);
  document.addEventListener("visibilitychange", ask);
}
