// Files in: chosen, taken by the camera, or dropped anywhere on the page; and a row for each that tells how far it is.

import { complain, content, copyOf, fill, find, setOutcome, words } from "./page.js";

const { maxBytes, maxFileBytes, maxFiles } = content.dataset;
const limits = { bytes: Number(maxBytes), fileBytes: Number(maxFileBytes), files: Number(maxFiles) };
const MIB = 1024 * 1024;
const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");

// Calls `taken` with an array of files, and whether the camera took them. `together`: they are sent as one request, so that
// its limits hold for them all; else each file that cannot be taken is told by itself (faultOfFile).
export function takeFiles(taken, { together }) {
  const accept = (files, byCamera = false) => {
    const chosen = [...files];
    if (chosen.length === 0) return;
    const fault = together ? faultOf(chosen) : "";
    complain(fault);
    if (!fault) taken(chosen, byCamera);
  };
  for (const input of document.querySelectorAll("#upload input[type=file]")) {
    const take = () => {
      accept(input.files, input.id === "camera");
      input.value = ""; // so that the same file can be chosen again
    };
    input.addEventListener("change", take);
    queueMicrotask(take); // on a slow line someone may have chosen before this script came
  }
  catchDrops(accept);
}

function faultOf(files) {
  const bytes = files.reduce((sum, file) => sum + file.size, 0);
  if (files.length > limits.files) {
    return fill(words.too_many, { count: files.length, limit: limits.files });
  }
  if (bytes <= limits.bytes) return "";
  return fill(words.too_large, { mib: Math.ceil(bytes / MIB), limit: Math.floor(limits.bytes / MIB) });
}

// Why the service would not take a file whatever is in it; "" where nothing stands against it. A ZIP may be larger than
// what is in it.
export function faultOfFile({ name, size }) {
  if (size === 0) return fill(words.empty, { name });
  const most = /\.zip$/i.test(name) ? limits.bytes : limits.fileBytes;
  if (size <= most) return "";
  return fill(words.too_large, { name, mib: Math.ceil(size / MIB), limit: Math.floor(most / MIB) });
}

function catchDrops(accept) {
  const drop = find("#upload");
  // The whole window catches files: one dropped beside the frame must not make the browser leave the page.
  window.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    drop.classList.add("over");
  });
  window.addEventListener("dragleave", (event) => { if (!event.relatedTarget) drop.classList.remove("over"); });
  window.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    drop.classList.remove("over");
    accept(event.dataTransfer.files);
  });
}

// --- rows -------------------------------------------------------------------------------------------------

export function fileRow(file) {
  const row = copyOf("#file-row");
  find(".file-name", row).textContent = file.name;
  find("progress", row).setAttribute("aria-label", file.name);
  progress(row, words.waiting, 0);
  find("#queue").hidden = false;
  find("#tips").hidden = true;
  find("#queue ul").append(row);
  return row;
}

// `percent` is null where nobody knows how long it takes.
export function progress(row, text, percent) {
  find(".file-status", row).textContent = text;
  const bar = find("progress", row);
  if (percent === null) bar.removeAttribute("value");
  else bar.value = percent;
}

// Nothing more happens to a file, and nothing is known of how it ended.
export function end(row, text) {
  row.classList.add("done");
  find("progress", row).hidden = true;
  find(".file-status", row).textContent = text;
}

export function finish(row, outcome, text) {
  row.classList.add("done");
  find("progress", row).hidden = true;
  // A ZIP may hold several documents: the worst of them stays.
  const order = ["accepted", "review", "rejected"];
  const worst = order[Math.max(order.indexOf(row.dataset.outcome), order.indexOf(outcome))];
  row.dataset.outcome = worst;
  const status = find(".file-status", row);
  status.className = "file-status outcome";
  setOutcome(status, worst, text);
}

// How much of each file has been sent, when `loaded` bytes of them together have.
export function sharesOf(files, loaded) {
  let left = loaded;
  return files.map((file) => {
    const share = file.size ? Math.max(0, Math.min(1, left / file.size)) : 1;
    left -= file.size;
    return share;
  });
}
