// A socket that comes back: waits twice as long each time, half of it by chance, so that a city's
// phones do not all call in the same second after a restart.
const FIRST_MS = 400;
const LONGEST_MS = 20_000;

export class Line {
  #socket = null;
  #attempts = 0;
  #timer = 0;

  /** `heard(frame)` for each frame, `changed(open)` when the line opens or breaks. */
  constructor(path, protocols, heard, changed) {
    this.url = new URL(path, location.href);
    this.url.protocol = this.url.protocol.replace("http", "ws");
    this.protocols = protocols;
    this.heard = heard;
    this.changed = changed;
    addEventListener("online", () => this.#now());
    addEventListener("pageshow", () => this.#now());
    addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.#now());
  }

  get open() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  connect() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const socket = new WebSocket(this.url, this.protocols);
    this.#socket = socket;
    socket.onopen = () => {
      this.#attempts = 0;
      this.changed(true);
    };
    socket.onmessage = (event) => this.heard(JSON.parse(event.data));
    socket.onclose = () => this.#broken(socket);
  }

  /** Send a frame; false when the line is down. */
  send(frame) {
    if (!this.open) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /** Nobody answers any more: hang up and call again. */
  renew() {
    const socket = this.#socket;
    socket?.close();
    this.#broken(socket);
  }

  #broken(socket) {
    if (socket !== this.#socket) return; // an older one
    this.#socket = null;
    this.changed(false);
    const wait = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#attempts);
    this.#attempts += 1;
    this.#timer = setTimeout(() => this.connect(), wait * (0.5 + Math.random() / 2));
  }

  #now() {
    if (this.#timer) this.connect();
  }
}
