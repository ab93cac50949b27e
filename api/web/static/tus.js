// One file on its way by tus 1.0 (docs/guides/service.md): what has arrived stays, and the rest goes on from there. The parts
// are sent by tus-js-client (./vendor); how an upload begins, what its end says, and how long silence is borne stands here.

import { addressOf } from "./address.js";
import "./vendor/tus.min.js";

const UPLOADS = addressOf("/api/v1/uploads");
const PART = 512 * 1024; // bytes of one request: what a proxy that waits for whole requests can lose
const STALLED = 30_000; // ms without a byte: a telephone may lose its network without a word
const ANSWERED = 120_000; // ms for the answer; a busy service lets uploads wait
const NO_NETWORK = { status: 0, text: "" };

// Resolves with { status, text } of the last answer: 200 or 202 once the service has it all. Status 0: no network.
// `moved` is called with the number of bytes that have left.
export async function transmit({ file, name, station, key, batch }, word, moved) {
  const said = { filename: name, station, key, batch }; // the same key leads to what has arrived of the same file
  const begun = await ask("POST", UPLOADS, word, {
    "Upload-Length": String(file.size),
    "Upload-Metadata": Object.entries(said).filter(([, value]) => value).map(([label, value]) => `${label} ${base64(value)}`).join(","),
  });
  if (begun.status !== 201) return begun;
  const place = `${begun.place}?wait=0`;
  const answer = await send(file, place, word, moved);
  if (answer.status >= 300 || answer.status === 0 || answer.text) return answer;
  // All of it had arrived before. An empty part at its end is answered like the last one.
  return ask("PATCH", place, word, { "Upload-Offset": String(file.size), "Content-Type": "application/offset+octet-stream" });
}

// Resolves with the answer to the last part; it has no text where nothing was left to send.
function send(file, uploadUrl, word, moved) {
  return new Promise((resolve) => {
    let timer = 0, accepted = 0;
    const end = (answer) => { clearTimeout(timer); resolve(answer); };
    const within = (time) => {
      clearTimeout(timer);
      timer = setTimeout(() => { upload.abort(); end(NO_NETWORK); }, time);
    };
    const upload = new globalThis.tus.Upload(file, {
      uploadUrl,
      chunkSize: PART,
      headers: proof(word),
      retryDelays: null, // the queue tries again, for ever
      storeFingerprintForResuming: false,
      onProgress: (sent) => {
        within(sent === file.size || sent - accepted >= PART ? ANSWERED : STALLED); // once a part has left, its answer is awaited
        moved(sent);
      },
      onChunkComplete: (_, offset) => { accepted = offset; },
      onSuccess: ({ lastResponse }) => end(answerOf(lastResponse)),
      onError: ({ originalResponse }) => end(answerOf(originalResponse)),
    });
    within(ANSWERED);
    upload.start();
  });
}

function answerOf(response) {
  return response ? { status: response.getStatus(), text: response.getBody() ?? "" } : NO_NETWORK;
}

async function ask(method, address, word, headers) {
  try {
    const about = { method, headers: { "Tus-Resumable": "1.0.0", ...headers, ...proof(word) }, signal: AbortSignal.timeout(ANSWERED) };
    const answer = await fetch(address, about);
    return { status: answer.status, text: await answer.text(), place: answer.headers.get("Location") };
  } catch {
    return NO_NETWORK;
  }
}

function proof(word) {
  return word ? { "X-CSRF-Token": word } : {};
}

function base64(text) {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
