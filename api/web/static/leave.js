// Logging out takes along what this browser keeps for the person: nobody who comes after finds their photographs here.
// What has not been sent yet goes only after a second press.

import { countOf, removeAllOf } from "./store.js";

const form = document.querySelector('form[action="/logout"]');
const notice = form.querySelector(".leaving");
let warned = false;

function warn(text) {
  notice.textContent = text;
  notice.hidden = false;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!navigator.onLine) {
    warn(form.dataset.offline);
    return;
  }
  const { person } = form.dataset;
  const count = await countOf(person).catch(() => 0); // a browser that keeps nothing has nothing to lose
  if (count > 0 && !warned) {
    warned = true;
    warn(form.dataset.unsent.replace("{count}", count));
    return;
  }
  await removeAllOf(person).catch(() => {});
  form.submit();
});
