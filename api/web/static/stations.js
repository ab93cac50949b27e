// Which polling station a code or a file's name means: asked of the service, whose rule holds for every way in.

import { csrf, forgetSession } from "./session.js";

const AT_ONCE = 200; // names in one question

// Resolves with a polling station in words ({ code, listed, name }), or null where nobody answers.
export async function placeOf(code) {
  try {
    const answer = await fetch(`/api/v1/stations/${code}`);
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

// Resolves with what each name says ({ station, proposed, place, reasons }), or null where nobody answers.
export async function namedStations(names) {
  const found = [];
  for (let begin = 0; begin < names.length; begin += AT_ONCE) {
    const answers = await asked(names.slice(begin, begin + AT_ONCE));
    if (answers === null) return null;
    found.push(...answers);
  }
  return found;
}

async function asked(names) {
  try {
    const headers = { "Content-Type": "application/json", "X-CSRF-Token": await csrf() };
    const answer = await fetch("/api/v1/stations/named", { method: "POST", headers, body: JSON.stringify({ names }) });
    if (answer.ok) return (await answer.json()).names;
    if (answer.status === 403) forgetSession();
  } catch { /* nobody answers */ }
  return null;
}
