// The service worker: the page works without a network after the first visit. It keeps the files of one version, each
// checked against its digest, and serves them from nowhere else: whoever has the start page of a version has all of it.
// A newer version is fetched aside, and takes over when no page uses the older one. The build puts `site` in front.

const OURS = `faultscope ${registration.scope} `;
const CACHE = OURS + site.version;
const START = new URL('./', registration.scope).href;

addEventListener('install', (event) => event.waitUntil(keepAll()));
addEventListener('activate', (event) => event.waitUntil(forgetOthers()));
addEventListener('message', (event) => {
  if (event.data === 'take over if alone') event.waitUntil(takeOver());
});
addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || !request.url.startsWith(START)) return;
  if (request.mode !== 'navigate') event.respondWith(answer(request));
  else if (isStart(request.url)) event.respondWith(answer(START));
});

function isStart(address) {
  const page = address.split(/[?#]/)[0];
  return page === START || page === `${START}index.html`;
}

async function answer(request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(request, { ignoreVary: true })) ?? fetch(request);
}

async function keepAll() {
  const cache = await caches.open(CACHE);
  try {
    await Promise.all(site.files.map(async ([name, digest]) => cache.put(name, await fetched(name, digest))));
  } catch (failure) {
    await caches.delete(CACHE);
    throw failure;
  }
}

// What the browser has at hand may be of another version; the host is asked again before we give up.
async function fetched(name, digest) {
  for (const cache of ['default', 'reload']) {
    const answer = await fetch(name, { cache });
    const content = await answer.arrayBuffer();
    if (answer.ok && (await digestOf(content)) === digest) {
      return new Response(content, { headers: { 'Content-Type': answer.headers.get('Content-Type') ?? '' } });
    }
  }
  throw new Error(`${name}: not the file of version ${site.version}`);
}

async function digestOf(content) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', content));
  return btoa(String.fromCharCode(...digest.slice(0, 12)));
}

async function forgetOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(OURS) && name !== CACHE).map((name) => caches.delete(name)));
}

async function takeOver() {
  const pages = await clients.matchAll({ includeUncontrolled: true, type: 'window' });
  const ours = pages.filter((page) => isStart(page.url));
  if (ours.length <= 1) await skipWaiting();
}
