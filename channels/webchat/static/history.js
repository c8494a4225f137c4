// The conversation, kept in this browser and shared by its tabs: one key an entry, so that two
// tabs never overwrite each other. An entry with a `frame` still waits to be acknowledged.
//
//   {id, at, from: "me" | "bot", kind: "text" | "choice" | "pin" | "photo", text, state, note,
//    choices, ask_location, photos, thumb, frame}
import * as kept from "./kept.js";

const PREFIX = "m.";
const ERASED = "erased";
const MOST = 200;
const inMemory = new Map(); // where the browser keeps nothing for us
let lastAt = 0;

export const get = (id) => inMemory.get(id) ?? null;

export const all = () => [...inMemory.values()].sort((a, b) => a.at - b.at);

/** Everything that was not acknowledged, in the order it was written. */
export const waiting = () => all().filter((entry) => entry.from === "me" && entry.state === "sending");

export function put(entry) {
  lastAt = Math.max(lastAt + 1, Date.now());
  const whole = { at: lastAt, ...get(entry.id), ...entry };
  inMemory.set(whole.id, whole);
  if (!store(whole)) {
    makeRoom();
    store(whole);
  }
  return whole;
}

const store = (entry) => kept.write(PREFIX + entry.id, JSON.stringify(entry));

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
  for (const name of kept.names()) {
    if (name.startsWith(PREFIX)) load(kept.read(name));
  }
  for (const entry of all().slice(0, -MOST)) {
    if (entry.state !== "sending") forget(entry.id);
  }
  kept.watch((name, value) => {
    if (name.startsWith(PREFIX) && value) changed(load(value));
    if (name === ERASED) location.reload();
  });
}

function forget(id) {
  inMemory.delete(id);
  kept.drop(PREFIX + id);
}

/** Erase everything from this browser; other tabs notice. */
export function erase() {
  for (const name of kept.names()) kept.drop(name);
  kept.write(ERASED, String(Date.now()));
  kept.drop(ERASED);
  inMemory.clear();
}
