// A report's page with a script: the map whose pin is dragged, and photos that are drawn over.
// Everything else on the page is links and forms; so are these two without it.
const SVG = "http://www.w3.org/2000/svg";

function make(name, attributes = {}) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

// ---- Where it is

const CITY = [-6.2, 106.83]; // looked at where no point is known
const NEAR = 16; // zoom: a block or two around
const ALONE = 14; // without streets and neighbours, the names around say more
let form; // that looks a place up

async function drawMap(box) {
  const settings = JSON.parse(box.dataset.map);
  const near = settings.tiles || settings.near.length ? NEAR : ALONE;
  box.hidden = false;
  const map = L.map(box, { attributionControl: false, keyboard: false, minZoom: 9, maxZoom: 19, zoomSnap: 0.5 });
  map.setView(settings.point ?? CITY, settings.point ? near : 11);
  if (settings.tiles) {
    L.tileLayer(settings.tiles, { maxZoom: 19 }).addTo(map);
    box.classList.add("tiled");
  }
  if (settings.point && settings.radius > 60) {
    L.circle(settings.point, { radius: settings.radius, className: "known", interactive: false }).addTo(map);
  }
  map.createPane("dots").style.zIndex = 650; // above the pin, whose head would hide what lies to the north
  for (const one of settings.near) dot(one).addTo(map);
  const pin = L.marker(settings.point ?? CITY, { icon: pinIcon(), draggable: Boolean(form), keyboard: false, title: box.dataset.pin, alt: box.dataset.pin });
  if (settings.point || form) pin.addTo(map);
  if (form) movable(map, pin);
  box.addEventListener("keydown", (event) => pressed(map, event));
  const city = await (await fetch(settings.city)).json();
  land(map, city);
}

function land(map, city) {
  const still = { interactive: false };
  const drawn = [
    ...city.areas.map((area) => L.polygon(area.outline, { ...still, className: "land" })),
    ...city.rivers.map((river) => L.polyline(river, { ...still, className: "river" })),
    ...city.roads.map((road) => L.polyline(road, { ...still, className: "road" })),
  ];
  const ground = L.layerGroup(drawn).addTo(map);
  for (const one of drawn.reverse()) one.bringToBack();
  for (const [name, lat, lon] of [...city.districts, ...city.landmarks]) {
    const text = document.createElement("span");
    text.textContent = name;
    L.marker([lat, lon], { icon: L.divIcon({ className: "label", html: text, iconSize: [0, 0] }), ...still, keyboard: false }).addTo(ground);
  }
}

/** Leaflet's own keys scroll the column to the map whenever it is pressed; these do not. */
function pressed(map, event) {
  const way = { ArrowUp: [0, -80], ArrowDown: [0, 80], ArrowLeft: [-80, 0], ArrowRight: [80, 0] }[event.key];
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (way) map.panBy(way, { animate: false });
  else if (event.key === "+" || event.key === "=") map.zoomIn();
  else if (event.key === "-") map.zoomOut();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/** A neighbour: its report opens when it is pressed. The list below says the same in words. */
function dot(one) {
  const drawn = L.circleMarker(one.point, { pane: "dots", radius: 8, className: one.settled ? "dot settled" : "dot" });
  const name = document.createElement("span");
  name.textContent = one.ticket;
  drawn.bindTooltip(name);
  return drawn.on("click", () => location.assign(one.href));
}

function pinIcon() {
  const drawn = make("svg", { viewBox: "0 0 36 44", "aria-hidden": "true" });
  drawn.append(make("path", { d: "M18 2a15 15 0 0 0-15 15c0 10 15 25 15 25s15-15 15-25A15 15 0 0 0 18 2z" }));
  return L.divIcon({ className: "pin", html: drawn, iconSize: [36, 44], iconAnchor: [18, 42] });
}

/** The pin writes into the form, and asks where that is; the form's numbers move the pin. */
function movable(map, pin) {
  const { lat, lon, words } = form.elements;
  const moved = () => {
    const at = pin.getLatLng();
    lat.value = at.lat.toFixed(6);
    lon.value = at.lng.toFixed(6);
    words.value = "";
    form.requestSubmit();
  };
  pin.on("dragend", moved);
  map.on("click", (event) => {
    pin.setLatLng(event.latlng);
    moved();
  });
  form.addEventListener("input", (event) => {
    if (event.target === words) return;
    const at = [Number(lat.value.replace(",", ".")), Number(lon.value.replace(",", "."))];
    if (lat.value && lon.value && Math.abs(at[0]) <= 90 && Math.abs(at[1]) <= 180) {
      pin.setLatLng(at);
      map.panTo(at);
    }
  });
  // Words are looked up by themselves; a point that is written beside them would win.
  words.addEventListener("input", () => {
    if (words.value) lat.value = lon.value = "";
  });
}

// ---- Photos

class Easel {
  constructor(box) {
    const { src, width, height, name } = box.dataset;
    this.size = [Number(width), Number(height)];
    this.form = box.querySelector("form");
    this.zoom = 1;
    this.turn = 0;
    this.sheet = make("svg", { role: "img", "aria-label": name, class: this.form ? "" : "looked" });
    this.ground = this.sheet.appendChild(make("g"));
    this.ground.append(make("image", { href: src, width, height }));
    this.drawn = this.ground.appendChild(make("g"));
    box.querySelector(".canvas").append(this.sheet);
    const tools = box.querySelector(".tools");
    tools.hidden = false;
    tools.addEventListener("click", (event) => this.#tool(event.target.dataset.do));
    if (this.form) this.#listen();
    this.#lay();
  }

  #tool(name) {
    if (name === "in") this.zoom = Math.min(8, this.zoom * 1.5);
    if (name === "out") this.zoom = Math.max(1, this.zoom / 1.5);
    if (name === "turn") {
      this.turn = (this.turn + 90) % 360;
      if (this.form) this.form.elements.turn.value = String(this.turn);
    }
    this.#lay();
  }

  #lay() {
    const [width, height] = this.size;
    const across = this.turn % 180 !== 0;
    const shift = { 0: "", 90: `translate(${height} 0) `, 180: `translate(${width} ${height}) `, 270: `translate(0 ${width}) ` };
    this.sheet.setAttribute("viewBox", across ? `0 0 ${height} ${width}` : `0 0 ${width} ${height}`);
    this.sheet.setAttribute("width", `${100 * this.zoom}%`);
    this.ground.setAttribute("transform", `${shift[this.turn]}rotate(${this.turn})`);
  }

  #listen() {
    this.form.elements.turn.addEventListener("change", (event) => {
      this.turn = Number(event.target.value);
      this.#lay();
    });
    this.form.addEventListener("input", () => this.#show());
    this.sheet.addEventListener("pointerdown", (event) => this.#begin(event));
    this.sheet.addEventListener("pointermove", (event) => this.#grow(event));
    this.sheet.addEventListener("pointerup", (event) => this.#end(event));
    this.sheet.addEventListener("pointercancel", () => this.#drop());
  }

  #point(event) {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.ground.getScreenCTM().inverse());
    return [Math.min(this.size[0], Math.max(0, at.x)), Math.min(this.size[1], Math.max(0, at.y))];
  }

  #begin(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    this.sheet.setPointerCapture(event.pointerId);
    this.from = this.#point(event);
    this.open = this.drawn.appendChild(make("rect"));
    this.#grow(event);
  }

  #grow(event) {
    if (!this.open) return;
    const [x, y] = this.#point(event);
    this.box = [Math.min(x, this.from[0]), Math.min(y, this.from[1]), Math.abs(x - this.from[0]), Math.abs(y - this.from[1])].map(Math.round);
    place(this.open, this.box);
  }

  #end(event) {
    if (!this.open) return;
    this.#grow(event);
    const [, , width, height] = this.box;
    if (width > 3 && height > 3) this.#write(this.box);
    this.#drop();
  }

  #drop() {
    this.open?.remove();
    this.open = null;
    this.#show();
  }

  get #rows() {
    return [...this.form.querySelectorAll(".part")];
  }

  #write(box) {
    const fields = (row) => [...row.querySelectorAll("input")];
    const row = this.#rows.find((one) => fields(one).every((field) => !field.value)) ?? this.#another();
    fields(row).forEach((field, at) => (field.value = box[at]));
  }

  #another() {
    const last = this.#rows.at(-1);
    const row = last.cloneNode(true);
    for (const field of row.querySelectorAll("input")) field.value = "";
    row.querySelector("legend span").textContent = this.#rows.length + 1;
    last.after(row);
    return row;
  }

  #show() {
    const boxes = this.#rows.map((row) => [...row.querySelectorAll("input")].map((field) => Number(field.value)));
    this.drawn.replaceChildren(
      ...boxes.filter((box) => box[2] > 0 && box[3] > 0).map((box) => place(make("rect"), box)),
    );
  }
}

function place(rectangle, [x, y, width, height]) {
  for (const [key, value] of Object.entries({ x, y, width, height })) rectangle.setAttribute(key, value);
  return rectangle;
}

// ---- A report is there: at first, and each time that the next one takes its place

function begin() {
  form = document.getElementById("look");
  for (const closer of document.querySelectorAll(".closer")) {
    const open = () => {
      const box = closer.querySelector("[data-easel]");
      if (closer.open && !box.querySelector("svg")) new Easel(box);
    };
    closer.addEventListener("toggle", open);
    open();
  }
  const box = document.getElementById("map");
  if (box && globalThis.L) drawMap(box);
}

begin();
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id === "main" && event.detail.xhr?.status < 400) begin();
});
