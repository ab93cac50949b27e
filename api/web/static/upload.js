// The uploader's page: files without a station code wait for one, the rest is sent, and each form shows what became of it.

import { followDocument } from "./documents.js";
import { fileRow, takeFiles } from "./files.js";
import { announce, complain, content, fill, find, words } from "./page.js";
import { Parcel, send } from "./parcels.js";

const CODE = /(?<![0-9])[0-9]{13}(?![0-9])/;
const NAMES_SHOWN = 5;
const most = { bytes: Number(content.dataset.maxBytes), files: Number(content.dataset.maxFiles) };
const station = find("#station");
const held = []; // files that wait for a code

takeFiles((files) => {
  const code = stationGiven();
  if (code === null) return;
  const named = files.filter((file) => CODE.test(file.name) || /\.zip$/i.test(file.name));
  const others = files.filter((file) => !named.includes(file));
  post(named.map((file) => [file]), "");
  if (code) post(others.map((file) => [file]), code);
  else held.push(...others);
  showHeld();
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

function post(groups, code) {
  if (groups.length === 0) return;
  announce(fill(words.started, { count: groups.flat().length }));
  for (const files of groups) {
    send(new Parcel(files, files.map(fileRow), code, (document) => followDocument(document)));
  }
}

// --- files without a code ---------------------------------------------------------------------------------

function showHeld() {
  const names = held.slice(0, NAMES_SHOWN).map((file) => file.name).join(", ");
  const more = held.length - NAMES_SHOWN;
  const listed = more > 0 ? `${names} ${fill(words.held_more, { count: more })}` : names;
  find("#held").hidden = held.length === 0;
  find(".held-files").textContent = held.length ? fill(words.held, { count: held.length, names: listed }) : "";
}

find("#held-send").addEventListener("click", () => {
  const code = stationGiven();
  if (code === "") {
    complain(words.station_wrong);
    station.focus();
  } else if (code) {
    post(held.splice(0).map((file) => [file]), code);
    showHeld();
  }
});

// Pages of one form are told by their common name, so that they must travel together.
find("#held-without").addEventListener("click", () => {
  const groups = [];
  let bytes = 0;
  for (const file of held.splice(0)) {
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
