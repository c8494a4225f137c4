// The conversation, kept in this browser and shared by its tabs: one key an entry, so that two
// tabs never overwrite each other. An entry with a `frame` still waits to be acknowledged.
//
//   {id, at, from: "me" | "bot", kind: "text" | "choice" | "pin" | "photo", text, state, note,
//    choices, ask_location, photos, thumb, frame}
const PREFIX = "kanal.m.";
const MOST = 200;
const inMemory = new Map(); // where the browser keeps nothing for us
let lastAt = 0;

export const get = (id) => inMemory.get(id) ?? null;

export const all = () => [...inMemory.values()].sort((a, b) => a.at - b.at);

/** Everything that was not acknowledged, in the order it was written. */
export const waiting = () => all().filter((entry) => entry.from === "me" && entry.state === "sending");

export function put(entry) {
  lastAt = Math.max(lastAt + 1, Date.now());
  const kept = { at: lastAt, ...get(entry.id), ...entry };
  inMemory.set(kept.id, kept);
  if (!store(kept)) {
    makeRoom();
    store(kept);
  }
  return kept;
}

function store(entry) {
  try {
    localStorage.setItem(PREFIX + entry.id, JSON.stringify(entry));
    return true;
  } catch {
    return false; // full, or forbidden
  }
}

function makeRoom() {
  const old = all().filter((entry) => entry.state !== "sending").slice(0, 50);
  for (const entry of old) forget(entry.id);
}

function load(text) {
  try {
    const entry = JSON.parse(text);
    if (entry?.id) inMemory.set(entry.id, entry);
    lastAt = Math.max(lastAt, entry?.at ?? 0);
    return entry;
  } catch {
    return null; // not ours
  }
}

/** Read what is kept; `changed(entry)` is called for what other tabs add, `changed(null)` when they erase. */
export function open(changed) {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(PREFIX)) load(localStorage.getItem(key));
  }
  for (const entry of all().slice(0, -MOST)) {
    if (entry.state !== "sending") forget(entry.id);
  }
  addEventListener("storage", (event) => {
    if (event.key?.startsWith(PREFIX) && event.newValue) changed(load(event.newValue));
    if (event.key === PREFIX + "erased") location.reload();
  });
}

function forget(id) {
  inMemory.delete(id);
  localStorage.removeItem(PREFIX + id);
}

/** Erase everything from this browser; other tabs notice. */
export function erase() {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith("kanal.")) localStorage.removeItem(key);
  }
  localStorage.setItem(PREFIX + "erased", String(Date.now()));
  localStorage.removeItem(PREFIX + "erased");
  inMemory.clear();
}
