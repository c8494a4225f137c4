// What is written but not acknowledged. Everything is sent again whenever the line opens; the
// gateway knows each message by its id and takes it once.
import * as history from "./history.js";
import { upload } from "./photo.js";
import { words } from "./page.js";

const PATIENCE_MS = 12_000;
const RETRY_MS = 2_000;

export class Outbox {
  #line;
  #changed;
  #uploading = new Set();
  #asked = new Map(); // id -> when it was last sent

  /** `changed(entry, percent)` whenever an entry's fate or progress changes. */
  constructor(line, changed) {
    this.#line = line;
    this.#changed = changed;
    setInterval(() => this.#look(), 3_000);
  }

  add(entry) {
    const kept = history.put({ from: "me", state: "sending", ...entry });
    this.#changed(kept);
    this.#send(kept);
  }

  /** The line has opened: everything that waits goes out, in order. */
  flush() {
    for (const entry of history.waiting()) this.#send(entry);
  }

  /** Unless it has been acknowledged meanwhile: a retry that was planned before may come late. */
  #send(entry) {
    if (entry.state !== "sending") return;
    if (entry.kind === "photo") {
      this.#upload(entry);
    } else if (this.#line.send(entry.frame)) {
      this.#asked.set(entry.id, Date.now());
    }
  }

  /** True when the frame was about a message of ours. */
  heard(frame) {
    if (frame.ack) this.#settle(frame.ack, "sent");
    else if (frame.retry) this.#again(frame.retry, RETRY_MS, "");
    else if (frame.wait) this.#again(frame.wait, frame.seconds * 1000, words("error_wait", frame));
    else if (frame.error && frame.id) this.#settle(frame.id, "failed", words(`error_${frame.error}`));
    else return false;
    return true;
  }

  #settle(id, state, note = "") {
    this.#asked.delete(id);
    const entry = history.get(id);
    if (entry?.state !== "sending") return; // what is sent stays sent
    const { frame: _, ...kept } = entry;
    this.#changed(history.put({ ...kept, frame: undefined, state, note }));
  }

  #again(id, wait, note) {
    this.#asked.delete(id);
    const entry = history.get(id);
    if (!entry || entry.state !== "sending") return;
    this.#changed(history.put({ ...entry, note }));
    setTimeout(() => this.#send(history.get(id) ?? entry), wait * (1 + Math.random() / 4));
  }

  /** A line that takes frames and answers none is dead, whatever the browser believes. */
  #look() {
    const oldest = Math.min(Infinity, ...this.#asked.values());
    if (Date.now() - oldest < PATIENCE_MS) return;
    this.#asked.clear();
    this.#line.renew();
  }

  async #upload(entry) {
    if (this.#uploading.has(entry.id)) return;
    this.#uploading.add(entry.id);
    const progressed = (percent) => this.#changed(history.get(entry.id) ?? entry, percent);
    const answer = await upload(entry.id, progressed).catch(() => ({ retry: entry.id }));
    this.#uploading.delete(entry.id);
    if (answer.error) this.#settle(entry.id, "failed", answer.text ?? words(`error_${answer.error}`));
    else this.heard(answer);
  }
}
