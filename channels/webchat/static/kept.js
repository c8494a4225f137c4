// What this browser keeps for us, by name. Where it keeps nothing (forbidden, as in some frames), it
// lasts as long as the page.
import { settings } from "./page.js";

const PREFIX = `${settings.store}.`;
const inMemory = new Map();
const box = found();

function found() {
  try {
    const browsers = window.localStorage;
    browsers.getItem(PREFIX);
    return browsers;
  } catch {
    return null;
  }
}

export const read = (name) => (box ? box.getItem(PREFIX + name) : inMemory.get(name)) ?? null;

/** False when there is no room. */
export function write(name, value) {
  try {
    box ? box.setItem(PREFIX + name, value) : inMemory.set(name, value);
    return true;
  } catch {
    return false;
  }
}

export const drop = (name) => (box ? box.removeItem(PREFIX + name) : inMemory.delete(name));

export function names() {
  const all = box ? Object.keys(box) : [...inMemory.keys()].map((name) => PREFIX + name);
  return all.filter((name) => name.startsWith(PREFIX)).map((name) => name.slice(PREFIX.length));
}

/** `changed(name, value)` when another tab writes. */
export function watch(changed) {
  addEventListener("storage", ({ key, newValue }) => {
    if (key?.startsWith(PREFIX)) changed(key.slice(PREFIX.length), newValue);
  });
}

/** The session of a page in a frame: as this frame knows it, else as the gateway says. Elsewhere "". */
export function token() {
  const known = settings.session && read("session");
  if (known) return known;
  if (settings.session) write("session", settings.session);
  return settings.session;
}

/** What shows the session of a page in a frame; elsewhere its cookie does. */
export const headers = () => (settings.session ? { "X-Kanal-Session": token() } : {});
