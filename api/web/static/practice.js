// The practice page: files go up together, each reading is shown as it comes, and nothing is stored.

import { addressOf } from "./address.js";
import { brokenSum, drawCalls, showCalls } from "./explain.js";
import { fileRow, finish, progress, sharesOf, takeFiles } from "./files.js";
import { showInk, showOverlay } from "./ink.js";
import { announce, complain, copyOf, fill, find, language, problemText, setOutcome, span, textOf, words } from "./page.js";

const forms = new Map(); // id -> promise of its labels
const kept = []; // every line received, for the download
let queue = Promise.resolve(); // batches go one after the other

takeFiles((files) => {
  const batch = new Batch(files);
  queue = queue.then(() => batch.send());
}, { together: true });

// --- one batch: files up, lines down ----------------------------------------------------------------------

class Batch {
  constructor(files) {
    this.files = files;
    this.rows = files.map(fileRow);
    this.pages = []; // the page lines of the document that is still to come
    this.documents = 0;
    this.seen = 0; // characters of the answer that were taken
    this.work = Promise.resolve(); // shows documents in their order
  }

  send() {
    announce(fill(words.started, { count: this.files.length }));
    const body = new FormData();
    for (const file of this.files) body.append("files", file, file.name);
    return new Promise((done) => {
      const request = new XMLHttpRequest(); // fetch cannot tell how much has been sent
      request.open("POST", addressOf(`/api/v1/readings?overlay=true&explain=true&lang=${language}`));
      request.setRequestHeader("Accept", "application/x-ndjson");
      const { csrf } = document.getElementById("content").dataset;
      if (csrf) request.setRequestHeader("X-CSRF-Token", csrf);
      request.upload.onprogress = (event) => this.sent(event);
      request.upload.onload = () => this.rows.forEach((row) => progress(row, words.reading, null));
      request.onprogress = () => { if (request.status === 200) this.take(request.responseText); };
      request.onload = () => this.ended(request).then(done);
      request.onerror = () => { this.fail(words.network); done(); };
      request.send(body);
    });
  }

  sent(event) {
    sharesOf(this.files, event.loaded).forEach((share, index) => {
      if (share < 1) progress(this.rows[index], share ? words.sending : words.waiting, 100 * share);
      else progress(this.rows[index], words.reading, null);
    });
  }

  take(text) {
    for (let end = text.indexOf("\n", this.seen); end >= 0; end = text.indexOf("\n", this.seen)) {
      this.line(JSON.parse(text.slice(this.seen, end)));
      this.seen = end + 1;
    }
  }

  line(line) {
    if (line.kind === "page") {
      this.pages.push(line);
    } else if (line.kind === "document") {
      const pages = this.pages;
      this.pages = [];
      this.documents += 1;
      this.mark(pages);
      for (const { overlay: _overlay, close_calls: _calls, broken_sums: _sums, ...plain } of [...pages, line]) kept.push(plain);
      this.work = this.work.then(() => showDocument(line, pages, this.files));
    } else {
      complain(textOf({ message: line.detail, translations: line.translations }));
    }
  }

  mark(pages) {
    this.files.forEach((file, index) => {
      const own = pages.filter(({ source }) => source.name === file.name || source.name.startsWith(`${file.name}/`));
      const found = ["rejected", "review", "accepted"].find((outcome) => own.some((page) => page.outcome === outcome));
      if (found) finish(this.rows[index], found);
    });
  }

  async ended(request) {
    if (request.status !== 200) {
      this.fail(problemText(request.responseText));
      return;
    }
    this.take(request.responseText);
    await this.work.catch(() => complain(words.network));
    for (const row of this.rows) if (!row.classList.contains("done")) progress(row, "", 100);
    announce(fill(words.all_done, { count: this.documents }));
  }

  fail(text) {
    complain(text);
    for (const row of this.rows) {
      if (row.classList.contains("done")) continue;
      progress(row, words.failed, 0);
    }
  }
}

// --- a document -------------------------------------------------------------------------------------------

async function showDocument(line, pages, files) {
  const form = await formOf(line.form);
  const card = copyOf("#document-card");
  find("h3", card).textContent = line.document;
  setOutcome(find("header .outcome", card), line.outcome);
  find(".form-title", card).textContent = form ? form.title[language] : words.unknown_form;
  find(".counts", card).textContent = countsOf(line);
  showReasons(card, line, pages);
  const pictures = pages.map((page) => showOverlay(card, page));
  const labels = new Map((form?.pages ?? []).flatMap((page) => page.numbers.map(({ name, label }) => [name, label[language]])));
  showNumbers(card, line, pages, form);
  showCalls(card, pages, labels);
  showRules(card, line, form, labels);
  find("#results").hidden = false;
  find("#results .documents").append(card);
  announce(fill(words.document_done, { name: line.document, outcome: words[line.outcome] }));
  for (const [index, page] of pages.entries()) await showInk(card, page, pictures[index], files, drawCalls);
}

function countsOf(line) {
  const fields = Object.values(line.fields);
  if (fields.length === 0) return words.no_numbers;
  const accepted = fields.filter((field) => field.outcome === "accepted").length;
  return fill(words.counts, { accepted, total: fields.length, review: fields.length - accepted });
}

function showReasons(card, line, pages) {
  const retake = [];
  const notes = line.reasons.map((reason) => ["", textOf(reason)]);
  for (const page of pages) {
    const into = page.outcome === "rejected" ? retake : notes;
    for (const reason of page.reasons) into.push([page.source.name, textOf(reason)]);
  }
  for (const [place, items] of [[".retake", retake], [".notes", notes]]) {
    const box = find(place, card);
    box.hidden = items.length === 0;
    for (const [about, text] of items) {
      const item = document.createElement("li");
      // Many texts begin with the name of the file already.
      if (about && !text.startsWith(about)) item.append(span("about", `${about}: `));
      item.append(text);
      find("ul", box).append(item);
    }
  }
}

function showNumbers(card, line, pages, form) {
  const table = find("table", card);
  table.hidden = Object.keys(line.fields).length === 0;
  const left = new Map(Object.entries(line.fields));
  for (const page of form?.pages ?? []) {
    const own = page.numbers.filter((number) => left.has(number.name));
    if (own.length === 0) continue;
    const body = table.createTBody();
    if (form.pages.length > 1) body.append(groupRow(fill(words.page, { number: page.number })));
    for (const number of own) {
      addNumber(body, number.name, number.label[language], left.get(number.name));
      left.delete(number.name);
    }
  }
  const rest = table.createTBody();
  for (const [name, field] of left) addNumber(rest, name, name, field);
}

function addNumber(body, name, label, field) {
  body.append(numberRow(name, label, field));
  if (field.reasons.length > 0) body.append(whyRow(field.reasons));
}

function groupRow(text) {
  const row = document.createElement("tr");
  row.className = "group";
  const head = document.createElement("th");
  head.scope = "rowgroup";
  head.colSpan = 3;
  head.textContent = text;
  row.append(head);
  return row;
}

function numberRow(name, label, field) {
  const row = copyOf("#number-row");
  row.dataset.name = name;
  find(".label", row).textContent = label;
  const value = find(".number", row);
  value.textContent = field.value ?? (/^_*$/.test(field.boxes) ? words.empty : words.unread);
  value.classList.toggle("none", field.value === null);
  for (const mark of field.boxes) {
    const cell = document.createElement("i");
    cell.textContent = mark === "_" ? "" : mark;
    find(".cells", row).append(cell);
  }
  find(".written", row).textContent = fill(words.boxes, { boxes: [...field.boxes].join(" ") });
  setOutcome(find(".outcome", row), field.outcome);
  // Rounded down: 99.996 % must not be shown as 100 %.
  const percent = (Math.floor(field.confidence * 10000) / 100).toLocaleString(language, { minimumFractionDigits: 2 });
  find(".confidence", row).textContent = fill(words.confidence, { percent });
  return row;
}

function whyRow(reasons) {
  const row = copyOf("#why-row");
  for (const reason of reasons) {
    const item = document.createElement("li");
    item.textContent = textOf(reason);
    find("ul", row).append(item);
  }
  return row;
}

function showRules(card, line, form, labels) {
  const titles = new Map((form?.rules ?? []).map((rule) => [rule.id, rule.label[language]]));
  const sums = new Map((line.broken_sums ?? []).map((rule) => [rule.id, rule]));
  const box = find(".rules", card);
  box.hidden = line.rules.length === 0;
  const unchecked = line.rules.filter((rule) => rule.holds === null);
  const broken = line.rules.filter((rule) => rule.holds === false);
  const holds = line.rules.filter((rule) => rule.holds === true);
  for (const rule of [...broken, ...holds, ...unchecked]) {
    const item = document.createElement("li");
    item.append(span("", titles.get(rule.id) ?? rule.id));
    if (rule.holds !== null) item.append(rule.holds ? span("holds", `✓ ${words.holds}`) : span("broken", `✕ ${words.broken}`));
    if (sums.has(rule.id)) item.append(brokenSum(sums.get(rule.id), line.fields, labels));
    find(rule.holds === null ? ".unchecked" : ".checked", box).append(item);
  }
  find("details", box).hidden = unchecked.length === 0;
  find("summary", box).textContent = fill(words.unchecked, { count: unchecked.length });
}

// --- small things -----------------------------------------------------------------------------------------

function formOf(id) {
  if (!id) return null;
  if (!forms.has(id)) {
    const asked = fetch(addressOf(`/api/v1/forms/${encodeURIComponent(id)}`)).then((answer) => (answer.ok ? answer.json() : null));
    forms.set(id, asked.catch(() => null));
  }
  return forms.get(id);
}

find("#download").addEventListener("click", () => {
  const text = kept.map((line) => `${JSON.stringify(line)}\n`).join("");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/x-ndjson" }));
  link.download = "chasil.jsonl";
  link.click();
  URL.revokeObjectURL(link.href);
});
