// One's own keys: made in this browser, confirmed by an administrator who compares what both screens show.

import { addressOf } from "./address.js";
import { complain, content, find, problemText, words } from "./page.js";
import { forgetKey, heldHere, hindrance, makeKey } from "./keyring.js";
import { post } from "./session.js";

const { account, person } = JSON.parse(content.dataset.signing);
const begin = find("#make-key");

async function make() {
  begin.disabled = true;
  complain("");
  const made = await makeKey(account, person);
  const answer = await post(addressOf("/api/v1/keys"), { public: made.public, proof: made.proof }).catch(() => null);
  if (answer?.ok) return location.reload();
  await forgetKey(made.id); // it is on record nowhere, so that it must not lie here
  complain(answer ? problemText(await answer.text()) : words.network);
  begin.disabled = false;
}

async function show() {
  const held = await heldHere(account);
  for (const row of content.querySelectorAll("[data-key]")) find(".here", row).hidden = !held.includes(row.dataset.key);
  if (!begin) return;
  const problem = await hindrance();
  if (problem) complain(words[problem]);
  const usable = [...content.querySelectorAll("[data-key][data-usable]")].some(({ dataset }) => held.includes(dataset.key));
  begin.hidden = Boolean(problem) || usable;
}

begin?.addEventListener("click", make);
show();
