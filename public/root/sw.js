// Shows /offline, kept from a time with a connection, where one of our pages cannot be reached. It keeps nothing else: no
// page of a workspace, no answer, nothing that anybody typed. The build writes another edition for each site.
const EDITION = "none";
const KEPT = `offline-${EDITION}`;
const PAGE = "/offline";

async function keep() {
  const page = await fetch(PAGE, { cache: "no-store", credentials: "omit" });
  if (!page.ok) throw new Error(`${PAGE} answers ${page.status}`);
  const text = await page.clone().text();
  const files = new Set([...text.matchAll(/\shref="(\/assets\/[^"#]+)/g)].map(([, address]) => address));
  const cache = await caches.open(KEPT);
  await Promise.all([cache.put(PAGE, page), cache.addAll([...files])]);
  await self.skipWaiting();
}

async function forgetOthers() {
  const others = (await caches.keys()).filter((name) => name !== KEPT);
  await Promise.all(others.map((name) => caches.delete(name)));
}

async function kept(address) {
  return (await caches.match(address, { ignoreVary: true })) ?? Response.error();
}

self.addEventListener("install", (event) => event.waitUntil(keep()));
self.addEventListener("activate", (event) => event.waitUntil(forgetOthers()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => kept(PAGE)));
  } else if (["style", "font", "image"].includes(request.destination)) {
    event.respondWith(fetch(request).catch(() => kept(request.url)));
  }
});
