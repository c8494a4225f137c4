// Correcting by keys: letters find a category, Shift and a digit tick one more, what was said is
// announced, and nothing pressed is lost when the session has ended. Without it all are plain forms.
import { toast } from "./console.js";

const TYPING = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";
const find = (selector, root = document) => root.querySelector(selector);
const letters = /^\p{L}$/u;

// ---- A few letters become a category (console/correct/naming.py does the same)

function rank(typed, option) {
  const words = option.dataset.words.split("|");
  const names = [...words.slice(0, 2), option.dataset.slug.replaceAll("_", " ")];
  if (names.includes(typed)) return 0;
  if (names.some((name) => name.startsWith(typed))) return 1;
  if (names.some((name) => name.includes(` ${typed}`))) return 2;
  if (words.some((word) => ` ${word}`.includes(` ${typed}`))) return 3;
  return words.some((word) => word.includes(typed)) ? 4 : 9;
}

class Naming {
  constructor(form) {
    this.form = form;
    this.input = find("input[name=named]", form);
    this.list = find("[role=listbox]", form);
    this.options = [...this.list.children];
    this.chosen = null;
    for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id })) {
      this.input.setAttribute(name, value);
    }
    this.input.addEventListener("input", () => this.narrow());
    this.input.addEventListener("focus", () => this.narrow());
    this.input.addEventListener("blur", () => this.open(false));
    this.input.addEventListener("keydown", (event) => this.key(event));
    // Before the field loses its focus: a click would come too late.
    this.list.addEventListener("mousedown", (event) => {
      const option = event.target.closest("[role=option]");
      if (!option) return;
      event.preventDefault();
      this.choose(option);
      this.input.value = option.textContent;
      if (this.form.matches(".naming")) this.form.requestSubmit();
    });
  }

  narrow() {
    const typed = this.input.value.toLowerCase().replaceAll("_", " ").trim().replace(/\s+/g, " ");
    const ranked = this.options
      .map((option, at) => ({ option, at, rank: typed ? rank(typed, option) : 5 }))
      .sort((one, other) => one.rank - other.rank || one.at - other.at);
    for (const { option, rank: far } of ranked) option.hidden = far > 8;
    this.list.append(...ranked.map(({ option }) => option));
    this.open(true);
    this.choose(typed && ranked[0].rank < 9 ? ranked[0].option : null);
  }

  shown() {
    return [...this.list.children].filter((option) => !option.hidden);
  }

  open(wanted) {
    const isOpen = wanted && this.shown().length > 0;
    this.list.hidden = !isOpen;
    this.input.setAttribute("aria-expanded", String(isOpen));
  }

  choose(option) {
    this.chosen?.removeAttribute("aria-selected");
    this.chosen = option;
    option?.setAttribute("aria-selected", "true");
    if (option) this.input.setAttribute("aria-activedescendant", option.id);
    else this.input.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    if (this.list.hidden) this.open(true);
    const shown = this.shown();
    const at = shown.indexOf(this.chosen);
    this.choose(shown[(at + step + shown.length) % shown.length] ?? null);
  }
}

const namings = new WeakMap();

function prepare(root = document) {
  for (const form of root.querySelectorAll("form[data-naming]")) {
    if (!namings.has(form)) namings.set(form, new Naming(form));
  }
}

// What is chosen goes along as a slug, unless a button says something of its own.
document.addEventListener("submit", (event) => {
  const naming = namings.get(event.target);
  if (!naming) return;
  find("input[type=hidden][name=category]", naming.form)?.remove();
  if (event.submitter?.name || !naming.chosen || !naming.input.value.trim()) return;
  const slug = Object.assign(document.createElement("input"), { type: "hidden", name: "category", value: naming.chosen.dataset.slug });
  naming.form.append(slug);
}, true);

// ---- Keys that no button has

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
  if (event.target.closest?.(TYPING) || find("dialog[open]")) return;
  const digit = /^Digit([1-9])$/.exec(event.code);
  if (event.shiftKey && digit) {
    const also = find(`[data-also="${digit[1]}"]`);
    if (also) {
      event.preventDefault();
      also.click();
    }
    return;
  }
  const named = find("#named");
  if (!named || !letters.test(event.key) || find(`[data-key~="${CSS.escape(event.key)}"]`)) return;
  event.preventDefault();
  named.value = event.key.toLowerCase();
  named.focus();
}, true);

// ---- The next report is there: say what was done, and let keys and screen readers begin there

let announced = find("#said")?.dataset.id;

function arrived() {
  const heading = find("#main h1");
  if (heading) {
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }
  const said = find("#said");
  if (said && said.dataset.id !== announced) {
    announced = said.dataset.id;
    find("#toasts").replaceChildren();
    const told = toast(said.dataset.said, "good");
    const undo = find('#correct [data-key="u"]');
    if (undo) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "quiet", textContent: undo.dataset.keyLabel });
      button.addEventListener("click", () => find('#correct [data-key="u"]')?.click());
      told.append(" ", button);
    }
  }
}

document.addEventListener("htmx:afterSettle", (event) => {
  prepare();
  const dialog = event.target.closest?.("#act");
  if (dialog) {
    if (dialog.childElementCount && !dialog.open) dialog.showModal();
  } else if (event.target.id === "main" && event.detail.xhr?.status < 400) {
    arrived();
  }
});

// ---- The session had ended: what was pressed last is sent once he has signed in again (session.js)

let pressed = null;

document.addEventListener("submit", (event) => {
  if (event.target.matches("form[data-keeps]")) pressed = { form: event.target, button: event.submitter };
}, true);
document.addEventListener("console:renewed", () => {
  // After session.js, which puts the new token into the forms.
  queueMicrotask(() => pressed?.form.isConnected && pressed.form.requestSubmit(pressed.button));
});

// ---- Many at once: how many are ticked

document.addEventListener("click", (event) => {
  const tick = event.target.closest?.("[data-tick]")?.dataset.tick;
  if (!tick) return;
  for (const box of document.querySelectorAll("input[name=pick]")) box.checked = tick === "all";
  count();
});
document.addEventListener("change", (event) => {
  if (event.target.name === "pick") count();
});

function count() {
  const ticked = find("#ticked");
  if (ticked) ticked.textContent = document.querySelectorAll("input[name=pick]:checked").length;
}

prepare();
count();
