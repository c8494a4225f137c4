// The page's settings, its words, its parts.
export const settings = JSON.parse(document.getElementById("settings").textContent);

export const part = (id) => document.getElementById(id);

/** A sentence by name, with its {slots} filled. */
export function words(name, slots = {}) {
  const sentence = settings.words[name] ?? settings.words.error_unknown;
  return sentence.replace(/\{(\w+)\}/g, (_, slot) => String(slots[slot] ?? ""));
}

/** An element with text in it; never markup. */
export function make(tag, className = "", text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

/** 128 random bits; randomUUID exists on secure origins alone. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
