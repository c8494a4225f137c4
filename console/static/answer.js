// The answering panel beside htmx: what is typed outlives a session that ends or a page that is
// lost, and Ctrl+Enter sends. Nothing here is needed to answer.

const form = (element) => element.closest("form");
const place = (element) =>
  `answer:${element.closest("#answer").dataset.subject}:${element.dataset.keep}`;

const SETTLED_MS = 100; // htmx listens to what it has put in by then

function restore() {
  for (const one of document.querySelectorAll("#answer [data-keep]")) {
    const kept = one.value ? "" : sessionStorage.getItem(place(one));
    if (!kept) continue;
    one.value = kept;
    setTimeout(() => one.dispatchEvent(new Event("restored")), SETTLED_MS); // its preview, too
  }
}

document.addEventListener("input", (event) => {
  const typed = event.target.closest?.("#answer [data-keep]");
  if (typed) sessionStorage.setItem(place(typed), typed.value);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const typed = event.target.closest?.("#answer [data-keep]");
  if (!typed) return;
  event.preventDefault();
  form(typed).requestSubmit();
});

const ofReport = new Set(["status", "agency", "note", "merge"]);
let ours = null; // the revision before a change of the report that we made ourselves

// What has been taken is forgotten; everything else comes back with the panel.
document.addEventListener("htmx:beforeSwap", (event) => {
  const sent = event.detail.requestConfig?.elt?.closest?.("form[data-answer]");
  if (!sent || !event.detail.xhr.getResponseHeader("HX-Trigger")) return;
  for (const one of sent.querySelectorAll("[data-keep]")) sessionStorage.removeItem(place(one));
  if (ofReport.has(sent.dataset.answer)) ours = sent.closest("#answer").dataset.rev;
});

// Forms beside the panel go on with the revision that our own change has made.
function follow() {
  const { rev } = document.getElementById("answer").dataset;
  for (const one of document.querySelectorAll("input[name=rev]")) {
    if (one.value === ours && !one.closest("#answer")) one.value = rev;
  }
  ours = null;
}

document.addEventListener("htmx:afterSwap", () => {
  restore();
  if (ours) follow();
  document.getElementById("answer-problem")?.focus();
});

// What was typed before htmx listened to a new box is previewed as well; once, not for ever.
document.addEventListener("htmx:configRequest", (event) => {
  const { elt } = event.detail;
  if (elt.id === "answer-text") elt.dataset.previewed = elt.value;
});
document.addEventListener("htmx:afterSettle", () => {
  const box = document.getElementById("answer-text");
  if (!box || box.value === (box.dataset.previewed ?? box.defaultValue)) return;
  box.dispatchEvent(new Event("restored"));
});

restore();
