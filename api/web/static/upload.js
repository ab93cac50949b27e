// The uploader's page: files that no polling station is known of wait for one, the rest is sent, and each form shows what
// became of it. A code that was typed wins over names; what names mean is for the service to say.

import { followDocument } from "./documents.js";
import { fileRow, takeFiles } from "./files.js";
import { announce, complain, content, copyOf, fill, find, item, textOf, words } from "./page.js";
import { Parcel, send } from "./parcels.js";
import { namedStations, placeOf } from "./stations.js";

const NAMES_SHOWN = 5;
const UNFILED_SHOWN = 20;
const most = { bytes: Number(content.dataset.maxBytes), files: Number(content.dataset.maxFiles) };
const station = find("#station");
let held = []; // { file, proposed, place, reasons }: files that wait for a code, or for a word on the one in their name

// What is filed by its name, and archives, of whose files the service looks at each name.
const goes = ({ file, station: found }) => found !== null || /\.zip$/i.test(file.name);

takeFiles(async (files) => {
  const code = stationGiven();
  if (code === null) return;
  if (code) {
    if (await isKnown(code)) post(files.map((file) => [file]), code);
    else hold(files.map((file) => ({ file, proposed: null, place: null, reasons: [] })));
    return;
  }
  const named = await namedStations(files.map((file) => file.name));
  const pairs = files.map((file, index) => ({ file, ...named[index] }));
  post(pairs.filter(goes).map(({ file }) => [file]), "");
  hold(pairs.filter((pair) => !goes(pair)));
}, { together: false });

// The code in the field, "" where there is none; null, with a complaint, where it is none.
function stationGiven() {
  const code = station.value.replace(/[\s.-]/g, "");
  const wrong = code !== "" && !/^[0-9]{13}$/.test(code);
  station.setAttribute("aria-invalid", String(wrong));
  complain(wrong ? words.station_wrong : "");
  if (wrong) station.focus();
  return wrong ? null : code;
}

async function isKnown(code) {
  const place = await placeOf(code);
  if (place?.listed !== false) return true;
  complain(fill(words.not_listed, { code }));
  station.setAttribute("aria-invalid", "true");
  station.focus();
  return false;
}

// Whoever types a code sees at once which polling station that is.
station.addEventListener("input", async () => {
  const code = station.value.replace(/[\s.-]/g, "");
  const said = find("#station-place");
  said.textContent = "";
  if (!/^[0-9]{13}$/.test(code)) return;
  const place = await placeOf(code);
  if (place === null || station.value.replace(/[\s.-]/g, "") !== code) return;
  const text = place.listed === false ? words.not_listed : place.listed ? words.right : words.right_unlisted;
  said.textContent = fill(text, { code, place: place.name });
  said.classList.toggle("wrong", place.listed === false);
});

function post(groups, code) {
  if (groups.length === 0) return;
  announce(fill(words.started, { count: groups.flat().length }));
  for (const files of groups) {
    send(new Parcel(files, files.map(fileRow), code, (document) => followDocument(document)));
  }
}

// --- files without a code, or with one that nobody has confirmed ------------------------------------------

function hold(pairs) {
  held.push(...pairs);
  showHeld();
}

function showHeld() {
  find("#held").hidden = held.length === 0;
  const proposed = held.filter((pair) => pair.proposed);
  const others = held.filter((pair) => !pair.proposed);
  const names = others.slice(0, NAMES_SHOWN).map(({ file }) => file.name).join(", ");
  const more = others.length - NAMES_SHOWN;
  const listed = more > 0 ? `${names} ${fill(words.held_more, { count: more })}` : names;
  find(".held-files").textContent = others.length ? fill(words.held, { count: others.length, names: listed }) : "";
  const reasons = new Set(others.flatMap((pair) => pair.reasons.map(textOf)));
  find(".held-reasons").replaceChildren(...[...reasons].map(item));
  const codes = [...new Set(proposed.map((pair) => pair.proposed))];
  find(".held-proposed").replaceChildren(...codes.map((code) => proposal(code, proposed)));
}

// A code that names begin with, to be confirmed: there is no list to look it up in.
function proposal(code, pairs) {
  const own = pairs.filter((pair) => pair.proposed === code);
  const made = copyOf("#proposal");
  find("span", made).textContent = fill(words.proposed, { code, place: own[0].place, count: own.length });
  find("button", made).addEventListener("click", () => {
    held = held.filter((pair) => pair.proposed !== code);
    post(own.map(({ file }) => [file]), code);
    showHeld();
  });
  return made;
}

find("#held-send").addEventListener("click", async () => {
  const code = stationGiven();
  if (code === "") {
    complain(words.station_wrong);
    station.focus();
  } else if (code && await isKnown(code)) {
    post(held.splice(0).map(({ file }) => [file]), code);
    showHeld();
  }
});

// Pages of one form are told by their common name, so that they must travel together.
find("#held-without").addEventListener("click", () => {
  const groups = [];
  let bytes = 0;
  for (const { file } of held.splice(0)) {
    const last = groups.at(-1);
    if (!last || last.length >= most.files || bytes + file.size > most.bytes) {
      groups.push([file]);
      bytes = file.size;
    } else {
      last.push(file);
      bytes += file.size;
    }
  }
  post(groups, "");
  showHeld();
});

find("#held-drop").addEventListener("click", () => {
  held.length = 0;
  showHeld();
});

find("#upload").addEventListener("submit", (event) => event.preventDefault());

// --- what was brought earlier and still waits to be assigned ----------------------------------------------

async function showUnfiled() {
  const answer = await fetch(`/api/v1/documents?filed=false&mine=true&limit=${UNFILED_SHOWN}`);
  if (!answer.ok) return;
  for (const { links } of (await answer.json()).documents.toReversed()) {
    const one = await fetch(links.self);
    if (one.ok) followDocument(await one.json());
  }
}

showUnfiled().catch(() => {}); // without a network there is nothing to show
