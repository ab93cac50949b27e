// One file on its way by tus 1.0 (docs/guides/service.md): what has arrived stays, and the rest goes on from there.

const UPLOADS = "/api/v1/uploads";
const PART = 512 * 1024; // bytes of one request: what a proxy that waits for whole requests can lose
const STALLED = 30_000; // ms without a byte: a telephone may lose its network without a word
const ANSWERED = 120_000; // ms for the answer; a busy service lets uploads wait

// Resolves with { status, text } of the last answer: 200 or 202 once the service has it all. Status 0: no network.
// `moved` is called with the number of bytes that have left.
export async function transmit({ file, name, station, key, batch }, word, moved) {
  const said = { filename: name, station, key, batch };
  const begun = await request("POST", UPLOADS, word, {
    "Upload-Length": String(file.size),
    "Upload-Metadata": Object.entries(said).filter(([, value]) => value).map(([label, value]) => `${label} ${base64(value)}`).join(","),
  });
  if (begun.status !== 201) return begun;
  let offset = begun.offset;
  for (;;) {
    const from = offset;
    moved(from);
    const answer = await request("PATCH", `${begun.place}?wait=0`, word, {
      "Upload-Offset": String(from),
      "Content-Type": "application/offset+octet-stream",
    }, file.slice(from, from + PART), (loaded) => moved(from + loaded));
    if (answer.status !== 204) return answer;
    offset = answer.offset;
  }
}

function base64(text) {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

function request(method, address, word, headers, body = null, moved = () => {}) {
  return new Promise((done) => {
    const asked = new XMLHttpRequest(); // fetch cannot tell how much has been sent
    let timer = 0;
    const within = (time) => {
      clearTimeout(timer);
      timer = setTimeout(() => asked.abort(), time);
    };
    asked.open(method, address);
    asked.setRequestHeader("Tus-Resumable", "1.0.0");
    if (word) asked.setRequestHeader("X-CSRF-Token", word);
    for (const [name, value] of Object.entries(headers)) asked.setRequestHeader(name, value);
    asked.upload.onprogress = (event) => { within(STALLED); moved(event.loaded); };
    asked.upload.onload = () => within(ANSWERED);
    asked.onloadend = () => {
      clearTimeout(timer);
      const offset = Number(asked.getResponseHeader("Upload-Offset"));
      done({ status: asked.status, text: asked.responseText, offset, place: asked.getResponseHeader("Location") });
    };
    within(STALLED);
    asked.send(body);
  });
}
