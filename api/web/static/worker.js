// Opens the page for uploads where there is no network: its own files, and the page as this browser saw it last. It keeps
// no answer of the API, no result and no picture. `shell` is put before it by the service.

const { version, files } = self.shell;
const base = new URL(".", self.location).pathname.slice(0, -1); // this lies beside the page; `base` of address.js is for modules
const OURS = `chasil${base}-upload-`; // another service of this host has caches of its own
const CACHE = OURS + version;
const PAGE = `${base}/upload`;

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));

async function install() {
  const cache = await caches.open(CACHE);
  await cache.addAll(files);
  const answer = await fetch(PAGE, { redirect: "manual" });
  if (answer.ok) await keep(answer);
  await self.skipWaiting(); // a new version takes over at once
}

async function activate() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(OURS) && name !== CACHE).map((name) => caches.delete(name)));
  await self.clients.claim();
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (request.mode === "navigate" && address.pathname === PAGE) event.respondWith(page(request));
  else if (files.includes(address.pathname)) event.respondWith(file(request));
});

async function page(request) {
  let answer;
  try {
    answer = await fetch(request);
  } catch {
    return (await caches.match(PAGE, { ignoreSearch: true, cacheName: CACHE })) ?? Response.error();
  }
  if (answer.ok) await keep(answer.clone());
  return answer;
}

async function file(request) {
  try {
    return await fetch(request);
  } catch {
    return (await caches.match(request, { ignoreSearch: true, cacheName: CACHE })) ?? Response.error();
  }
}

// One page, of the person who saw it last, without the word that only a living session's pages carry.
async function keep(answer) {
  const text = (await answer.text()).replaceAll(/(name="csrf" value=")[^"]*/g, "$1");
  const person = /data-person="([^"]*)"/.exec(text)?.[1] ?? "";
  const headers = new Headers(answer.headers);
  for (const name of ["Content-Encoding", "Content-Length", "Set-Cookie"]) headers.delete(name);
  const cache = await caches.open(CACHE);
  await cache.delete(PAGE, { ignoreSearch: true });
  await cache.put(`${PAGE}?of=${encodeURIComponent(person)}`, new Response(text, { headers }));
}
