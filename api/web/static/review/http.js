// Requests of the desk. An answer is {ok, status, body}; a network that fails throws.

import { addressOf } from "../address.js";
import { content } from "../page.js";

const SECONDS = 20;
let csrf = content.dataset.csrf;

export const get = (path) => ask(path, {});

// A session that was begun anew in another tab has another token: it is asked for, and the request sent again.
export async function post(path, body) {
  const answer = await send(path, body);
  if (answer.status !== 403 || answer.body?.code !== "csrf_missing") return answer;
  csrf = (await get(addressOf("/api/v1/session"))).body?.csrf ?? csrf;
  return send(path, body);
}

// Sent even while the page is being left.
export const farewell = (path, body) => send(path, body, { keepalive: true }).catch(() => null);

const send = (path, body, more = {}) => ask(path, {
  ...more,
  method: "POST",
  headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
  body: JSON.stringify(body),
});

async function ask(path, options) {
  const answer = await fetch(path, {
    ...options,
    headers: { Accept: "application/json", ...options.headers },
    credentials: "same-origin",
    signal: AbortSignal.timeout(SECONDS * 1000),
  });
  return { ok: answer.ok, status: answer.status, body: await answer.json().catch(() => null) };
}

// Whether a request may well succeed when it is sent again later.
export const passing = (answer) => answer === null || [401, 403, 429].includes(answer.status) || answer.status >= 500;
