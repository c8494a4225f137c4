// Photos that wait, in IndexedDB: a reload or a flat battery does not lose them.
// Where the browser has none (private windows of some), they live as long as the page.
import { settings } from "./page.js";

const inMemory = new Map();

const asked = (request) =>
  new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });

async function store(mode) {
  const opening = indexedDB.open(settings.store, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("photos");
  return (await asked(opening)).transaction("photos", mode).objectStore("photos");
}

export async function keep(id, blob) {
  inMemory.set(id, blob);
  try {
    await asked((await store("readwrite")).put(blob, id));
  } catch {
    // kept in memory
  }
}

export async function find(id) {
  if (inMemory.has(id)) return inMemory.get(id);
  try {
    return (await asked((await store("readonly")).get(id))) ?? null;
  } catch {
    return null;
  }
}

export async function drop(id) {
  inMemory.delete(id);
  try {
    await asked((await store("readwrite")).delete(id));
  } catch {
    // it was in memory alone
  }
}

export async function dropAll() {
  inMemory.clear();
  try {
    await asked((await store("readwrite")).clear());
  } catch {
    // nothing was kept
  }
}
