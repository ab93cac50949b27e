// Who is logged in at this browser now, and the word against foreign forms that only the pages of their session know.

import { addressOf } from "./address.js";
import { content } from "./page.js";

let session = null; // promise of { person, csrf }, person null where nobody is logged in; null: to be asked for

function asked() {
  session ??= fetch(addressOf("/api/v1/session")).then(async (answer) => {
    if (answer.ok) return answer.json();
    if (answer.status === 401) return { person: null, csrf: "" };
    throw new Error(String(answer.status));
  }).catch((error) => { session = null; throw error; });
  return session;
}

export function csrf() {
  return asked().then((body) => body.csrf ?? "", () => "");
}

// Someone may have logged in or out in another window.
export function forgetSession() {
  session = null;
}

// Sends a body as JSON with the word of the session; resolves with the answer, rejects where nobody answers.
export async function post(address, body) {
  const headers = { "Content-Type": "application/json", "X-CSRF-Token": await csrf() };
  const answer = await fetch(address, { method: "POST", headers, body: JSON.stringify(body) });
  if (answer.status === 403) forgetSession();
  return answer;
}

// Resolves with "me" (whom this page was made for), "other", "nobody", or "unreachable".
export async function whoIsHere() {
  try {
    const { person } = await asked();
    if (person === content.dataset.person) return "me";
    session = null; // to be asked again: they may come back
    return person ? "other" : "nobody";
  } catch {
    return "unreachable";
  }
}
