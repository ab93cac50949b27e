// Which polling station a file is of: conflicts that a senior settles, and forms that wait to be assigned.

import { addressOf } from "./address.js";
import { announce, complain, copyOf, fill, find, item, problemText, withName, words } from "./page.js";
import { post } from "./session.js";
import { codeOf, isCode } from "./stations.js";

const SHOWN = 100;

async function asked(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

// Resolves with whether it was taken; where not, the page says why.
async function said(address, body) {
  complain("");
  try {
    const answer = await post(address, body);
    if (answer.ok) return true;
    complain(problemText(await answer.text()));
  } catch {
    complain(words.network);
  }
  return false;
}

function picture(made, address) {
  find(".sheet", made).href = address;
  find("img", made).src = address;
}

function reasonOf(made) {
  const field = find(".grounds", made);
  const reason = field.value.trim();
  field.setAttribute("aria-invalid", String(!reason));
  if (!reason) {
    complain(words.reason_missing);
    field.focus();
  }
  return reason;
}

// --- conflicts --------------------------------------------------------------------------------------------

function conflictRow(conflict) {
  const made = copyOf("#conflict");
  const { filed, claims, links } = conflict;
  picture(made, links.page);
  find(".filed", made).textContent = filed ? fill(words.filed, { place: filed.name, code: filed.code }) : words.unfiled;
  // Two called it by two names, which may say whose it is.
  const told = claims.map(({ station, file_name: name }) =>
    withName(name, station ? fill(words.claim, { place: station.name, code: station.code }) : words.claim_none));
  find(".claims", made).replaceChildren(...[...new Set(told)].map(item));
  find(".effect", made).textContent = conflict.suspends ? words.suspends : words.counts;
  const others = new Set(claims.flatMap(({ station }) => (station ? [station.code] : [])));
  if (filed) {
    others.delete(filed.code);
    choice(made, conflict, fill(words.keep, { code: filed.code }), { verdict: "keep" });
  }
  for (const code of others) choice(made, conflict, fill(words.move, { code }), { verdict: "move", station: code });
  find(".neither", made).addEventListener("click", () => settle(made, conflict, { verdict: "neither" }));
  return made;
}

function choice(made, conflict, text, ruling) {
  const button = document.createElement("button");
  button.className = "button";
  button.type = "button";
  button.textContent = text;
  button.addEventListener("click", () => settle(made, conflict, ruling));
  find(".neither", made).before(button);
}

async function settle(made, { links }, ruling) {
  const reason = reasonOf(made);
  if (!reason || !(await said(links.ruling, { ...ruling, reason }))) return;
  made.remove();
  announce(words.settled);
  await showAll();
}

// --- forms without a polling station ----------------------------------------------------------------------

async function unfiledRow({ links }) {
  const body = await asked(links.self);
  const made = copyOf("#unfiled-form");
  const [page] = body.pages;
  if (page) picture(made, page.links.image);
  find(".file-name", made).textContent = body.pages.map((one) => one.file_name).join(", ");
  find(".station", made).value = body.proposed_station ?? "";
  find("form", made).addEventListener("submit", (event) => {
    event.preventDefault();
    assign(made, links);
  });
  return made;
}

async function assign(made, links) {
  const station = codeOf(find(".station", made).value);
  if (!isCode(station)) {
    complain(words.station_wrong);
    return;
  }
  const reason = reasonOf(made);
  if (!reason || !(await said(links.move, { station, reason }))) return;
  made.remove();
  announce(fill(words.assigned, { code: station }));
  await showAll();
}

async function showAll() {
  const { conflicts } = await asked(addressOf("/api/v1/conflicts"));
  find("#conflicts").replaceChildren(...conflicts.map(conflictRow));
  find("#no-conflicts").hidden = conflicts.length > 0;
  const { documents } = await asked(addressOf(`/api/v1/documents?filed=false&limit=${SHOWN}`));
  find("#unfiled").replaceChildren(...await Promise.all(documents.map(unfiledRow)));
  find("#no-unfiled").hidden = documents.length > 0;
}

showAll().catch(() => complain(words.network));
