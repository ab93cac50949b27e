// Figures that stay new while their page is open: every minute it asks whether anything has changed, and puts the changed
// parts in place. Nothing moves under somebody's hands: not while text is typed or marked, and not while nobody looks.

import { swap } from "./live.js";

const find = (selector) => document.querySelector(selector);
const period = Number(find("[data-seconds]").dataset.seconds) * 1000;
let asked = Date.now(); // when it was last asked

function isBusy() {
  const { activeElement } = document;
  return document.hidden || activeElement?.matches("input, textarea, select") || !getSelection().isCollapsed;
}

async function refresh() {
  asked = Date.now();
  const known = find("[data-state]").dataset.state;
  try {
    const answer = await fetch(location.href, { headers: { "If-None-Match": `"${known}"`, Accept: "text/html" } });
    if (answer.status !== 304) {
      if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
      swap(document, new DOMParser().parseFromString(await answer.text(), "text/html"));
    }
    find("#stale").hidden = true;
  } catch {
    find("#stale").hidden = false; // what is there stays, and says of when it is
  }
}

const isDue = () => Date.now() - asked >= period && !isBusy();

setInterval(() => { if (isDue()) void refresh(); }, 1000);
document.addEventListener("visibilitychange", () => { if (isDue()) void refresh(); });
