// Waiting for a better moment: longer each time, and no longer once the network is back or the page is looked at again.

const FIRST = 1000; // ms
const LONGEST = 30_000;
const sleepers = new Set();

// Resolves with whether something woke it before its time. `tries` is how often it went wrong so far.
export function pause(tries) {
  const time = Math.min(LONGEST, FIRST * 2 ** Math.min(tries - 1, 10)) * (0.8 + 0.4 * Math.random());
  return new Promise((done) => {
    let timer = 0;
    const wake = (early) => {
      clearTimeout(timer);
      sleepers.delete(wake);
      done(early);
    };
    timer = setTimeout(wake, time, false);
    sleepers.add(wake);
  });
}

function wakeAll() {
  for (const wake of sleepers) wake(true);
}

window.addEventListener("online", wakeAll);
document.addEventListener("visibilitychange", () => { if (!document.hidden) wakeAll(); });
