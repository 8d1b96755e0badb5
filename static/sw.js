// Kept on the device: the static files and the page without a connection. Nobody's page and no answer to anybody:
// everything else goes to the server untouched. VERSION and FILES are written before this text by /sw.js.
const PAGE = FILES[0];
const CACHE = 'salesflow-' + VERSION;

self.addEventListener('install', (event) => {
  const fresh = FILES.map((url) => new Request(url, { cache: 'reload', credentials: 'same-origin' }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(fresh)).then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => {
  const old = (name) => name.startsWith('salesflow-') && name !== CACHE;
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))))
    .then(() => self.clients.claim()));
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  const kept = request.mode === 'navigate' ? PAGE : FILES.includes(url.pathname) && url.pathname;
  if (kept) event.respondWith(fetch(request).catch(() => caches.match(kept, { cacheName: CACHE })));
});
