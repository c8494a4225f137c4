// The conversation: what is written goes to the outbox, what the bot says goes to the history.
import * as blobs from "./blobs.js";
import { show, toEnd } from "./bubbles.js";
import * as frame from "./frame.js";
import * as history from "./history.js";
import * as kept from "./kept.js";
import { choosePlace } from "./map.js";
import { Outbox } from "./outbox.js";
import { make, newId, part, settings, words } from "./page.js";
import { taken } from "./photo.js";
import { Line } from "./socket.js";

const TYPING_MS = 8_000; // after it, silence is what it is
const LATE_MS = 1_500; // a line that is back sooner is not worth a word
const DRAFT = "draft";
const message = part("message");
let typing = 0;
let late = 0;

const session = settings.session ? ["kanal", `kanal.${kept.token()}`] : []; // headers that a socket can have
const line = new Line(`${settings.socket}?lang=${settings.lang}`, session, heard, lineChanged);
const outbox = new Outbox(line, shown);

function shown(entry, percent) {
  show(entry, percent);
  offer();
}

function heard(frame) {
  if (frame.say) say(frame.say);
  else if (outbox.heard(frame)) awaitAnswer(frame);
  else if (frame.error) trouble(words(`error_${frame.error}`));
}

function say({ key, text, choices, ask_location, photos = [] }) {
  const known = history.get(key);
  const entry = known ?? history.put({ id: key, from: "bot", kind: "text", text, choices, ask_location, photos });
  stopTyping();
  if (!known) {
    shown(entry);
    frame.said();
  }
  line.send({ got: key });
}

function awaitAnswer(frame) {
  if (!frame.ack) return;
  stopTyping();
  part("typing").hidden = false;
  toEnd();
  typing = setTimeout(stopTyping, TYPING_MS);
}

function stopTyping() {
  clearTimeout(typing);
  part("typing").hidden = true;
}

function lineChanged(open) {
  clearTimeout(late);
  const note = part("line");
  if (open) {
    note.hidden = true;
    outbox.flush();
  } else if (note.hidden) {
    late = setTimeout(() => {
      note.textContent = words("line_waiting");
      note.hidden = false;
    }, LATE_MS);
  }
  document.documentElement.dataset.line = open ? "open" : "waiting";
}

/** Offer the answers to the last question, as long as nothing has been answered. */
function offer() {
  const last = history.all().filter((entry) => entry.state !== "failed").at(-1);
  const buttons = [];
  if (last?.from === "bot" && last.ask_location) {
    buttons.push(button(words("my_position"), () => choosePlace(sendPin, true)));
    buttons.push(button(words("on_map"), () => choosePlace(sendPin, false)));
  }
  for (const choice of (last?.from === "bot" && last.choices) || []) {
    buttons.push(button(choice.label, () => sendChoice(choice, last.id)));
  }
  part("answers").replaceChildren(...buttons);
}

function button(label, pressed) {
  const made = make("button", "", label);
  made.type = "button";
  made.addEventListener("click", pressed);
  return made;
}

function sendChoice({ value, label }, of) {
  const id = newId();
  outbox.add({ id, kind: "choice", text: label, frame: { id, choice: value, of } });
  message.focus({ preventScroll: true });
}

function sendPin({ lat, lon, accuracy }) {
  const id = newId();
  const frame = { id, pin: [lat, lon], ...(accuracy ? { accuracy } : {}) };
  outbox.add({ id, kind: "pin", text: `📍 ${words("pin_sent")} ${lat.toFixed(5)}, ${lon.toFixed(5)}`, frame });
}

function sendText() {
  const text = message.value.trim();
  if (!text) return;
  if (text.length > settings.longest) {
    trouble(words("error_too_long"));
    return;
  }
  const id = newId();
  outbox.add({ id, kind: "text", text, frame: { id, text } });
  message.value = "";
  typed();
}

function typed() {
  message.style.height = "auto";
  message.style.height = `${Math.min(message.scrollHeight + 2, 144)}px`;
  part("trouble").hidden = true;
  kept.write(DRAFT, message.value);
}

function trouble(sentence) {
  part("trouble").textContent = sentence;
  part("trouble").hidden = false;
}

async function sendPhotos(files) {
  part("trouble").hidden = true;
  for (const file of files) {
    const entry = await taken(file);
    if (entry.problem) trouble(entry.problem);
    else outbox.add(entry);
  }
}

/** Browsers show no confirm() in frames. */
async function leave({ target }) {
  if (target.returnValue !== "yes") return;
  const headers = kept.headers();
  history.erase();
  await blobs.dropAll();
  await fetch(settings.leave, { method: "POST", headers }).catch(() => null);
  location.reload();
}

function listen() {
  part("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    sendText();
  });
  message.addEventListener("input", typed);
  message.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    sendText();
  });
  part("photo").addEventListener("click", () => part("photos").click());
  part("photos").addEventListener("change", async ({ target }) => {
    await sendPhotos([...target.files]);
    target.value = "";
  });
  part("place").addEventListener("click", () => choosePlace(sendPin, false));
  part("leave").addEventListener("click", () => part("sure").showModal());
  part("sure").addEventListener("close", leave);
  frame.listen();
}

history.open((entry) => entry && shown(entry));
for (const entry of history.all()) show(entry);
offer();
message.value = kept.read(DRAFT) ?? "";
typed();
listen();
line.connect();
toEnd();
