// Which polling station a code or a file's name means: asked of the service, whose rule holds for every way in.

import { addressOf } from "./address.js";
import { post } from "./session.js";

const AT_ONCE = 200; // names in one question

// The code that somebody has typed, without what may part its digits.
export const codeOf = (typed) => typed.replace(/[\s.-]/g, "");
export const isCode = (text) => /^[0-9]{13}$/.test(text);

// Resolves with a polling station in words ({ code, listed, name }), or null where nobody answers.
export async function placeOf(code) {
  try {
    const answer = await fetch(addressOf(`/api/v1/stations/${code}`));
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
    const answer = await post(addressOf("/api/v1/stations/named"), { names });
    if (answer.ok) return (await answer.json()).names;
  } catch { /* nobody answers */ }
  return null;
}
