// What every page of the console does beside htmx: keys, the help that lists them, dialogs, news
// of a failure. A page works without it; it only makes it quicker.

const TYPING = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";

const PRESSED = "a[href], button, summary, input, [role=option]";

function shown(element) {
  return !element.disabled && element.getClientRects().length > 0;
}

/** The first shown element that answers to a key: `data-key="j"`, or several: `data-key="j ArrowDown"`. */
function answering(key) {
  const all = document.querySelectorAll("[data-key]");
  const scope = document.querySelector("dialog[open]");
  return [...all].find(
    (one) => one.dataset.key.split(" ").includes(key) && shown(one) && (!scope || scope.contains(one)),
  );
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const typing = event.target.closest?.(TYPING);
  if (typing) {
    if (event.key !== "Escape") return;
    typing.blur();
    if (typing.closest("dialog")) event.preventDefault(); // what is typed stays: the next one closes it
    return;
  }
  // What has the focus is pressed by these keys: a link, a button, a box to tick.
  if ([" ", "Enter"].includes(event.key) && event.target.closest?.(PRESSED)) return;
  const element = answering(event.key === " " ? "Space" : event.key);
  if (!element) return;
  event.preventDefault();
  if (element.matches(TYPING)) {
    element.focus();
    element.select?.();
  } else {
    element.click();
  }
});

function listKeys(into) {
  const rows = new Map();
  for (const one of document.querySelectorAll("[data-key]")) {
    if (!shown(one)) continue;
    const label = one.dataset.keyLabel || one.getAttribute("aria-label") || one.textContent;
    rows.set(one.dataset.key, label.replace(/\s+/g, " ").trim());
  }
  into.replaceChildren();
  for (const [keys, label] of rows) {
    const term = document.createElement("dt");
    for (const key of keys.split(" ")) {
      const shownKey = document.createElement("kbd");
      shownKey.textContent = key;
      term.append(shownKey, " ");
    }
    const detail = document.createElement("dd");
    detail.textContent = label;
    into.append(term, detail);
  }
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest?.("[data-opens]");
  if (!opener) return;
  const dialog = document.getElementById(opener.dataset.opens);
  const keys = dialog.querySelector("[data-keys]");
  if (keys) listKeys(keys);
  dialog.showModal();
});

/** Say something that goes by itself; screen readers hear it. */
export function toast(text, kind = "") {
  const one = document.createElement("p");
  one.className = `toast ${kind}`;
  one.textContent = text;
  document.getElementById("toasts").append(one);
  setTimeout(() => one.remove(), 8000);
  return one;
}

document.addEventListener("htmx:sendError", () => toast(document.body.dataset.failed, "bad"));
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status >= 500) toast(document.body.dataset.failed, "bad");
});
