// Entries as bubbles. Text goes in as text; a link is made only for an http(s) address or tel:112.
import { headers } from "./kept.js";
import { make, part, settings, words } from "./page.js";

const LINK = /https?:\/\/[^\s<>"]+|\b112\b/g;
const MARKS = { sending: "sending", sent: "sent", failed: "not_sent" };
const log = part("log");
const scroll = part("scroll");

/** Show an entry, or what has become of it. */
export function show(entry, percent = null) {
  const old = part(`m-${entry.id}`);
  const bubble = make("li", `${entry.from} ${entry.state ?? ""}`);
  bubble.id = `m-${entry.id}`;
  bubble.dataset.at = entry.at;
  bubble.append(make("span", "unseen", words(entry.from === "me" ? "you" : "bot") + ": "));
  if (entry.thumb) bubble.append(picture(entry.thumb, words("photo_sent")));
  for (const photo of entry.photos ?? []) bubble.append(picture(ours(photo), words("photo_shown")));
  if (entry.text) bubble.append(paragraph(entry.text));
  if (percent !== null && entry.state === "sending") bubble.append(progress(percent));
  if (entry.from === "me") bubble.append(mark(entry));
  if (old) {
    log.parentElement.ariaBusy = "true"; // a mark that changes is not read out again
    old.replaceWith(bubble);
    log.parentElement.ariaBusy = null;
  } else {
    place(bubble, entry.at);
  }
}

function place(bubble, at) {
  const atEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 160;
  const later = [...log.children].find((other) => Number(other.dataset.at) > at) ?? null;
  log.insertBefore(bubble, later);
  if (atEnd || bubble.classList.contains("me")) toEnd();
}

export function toEnd() {
  scroll.scrollTop = scroll.scrollHeight;
}

/** Where to load one of the gateway's photos from: a frame's session travels in a header. */
async function ours(photo) {
  if (!settings.session) return photo;
  const answer = await fetch(photo, { headers: headers() });
  return URL.createObjectURL(await answer.blob());
}

function picture(source, description) {
  const image = make("img");
  Promise.resolve(source).then((found) => (image.src = found), () => null);
  image.alt = description;
  return image;
}

function paragraph(text) {
  const block = make("p", "words");
  let from = 0;
  for (const match of text.matchAll(LINK)) {
    const shown = match[0].replace(/[.,;:!?)\]]+$/, "");
    block.append(text.slice(from, match.index), link(shown));
    from = match.index + shown.length;
  }
  block.append(text.slice(from));
  return block;
}

function link(shown) {
  const anchor = make("a", "", shown);
  anchor.href = shown === "112" ? "tel:112" : shown;
  if (shown !== "112") {
    anchor.target = "_blank";
    anchor.rel = "noopener noreferrer nofollow";
  }
  return anchor;
}

function progress(percent) {
  const bar = make("progress");
  bar.max = 100;
  bar.value = percent;
  bar.setAttribute("aria-label", words("uploading", { percent: Math.round(percent) }));
  return bar;
}

function mark(entry) {
  const text = words(MARKS[entry.state] ?? "sent");
  return make("p", "mark", entry.note ? `${text} · ${entry.note}` : text);
}
