// A map of our own, a few hundred lines lighter than a library: outline, roads and names of the city,
// or tiles where the operator has some. The marker stands in the middle and the map moves under it.

const TILE = 256; // pixels; the world is TILE * 2 ** zoom of them wide (Web Mercator, EPSG:3857)
const ZOOM = { least: 9.5, most: 19, first: 10.5 };
const STEP = 32; // pixels that an arrow key moves
const TAP = 6; // pixels that a finger may move and still tap
const SVG = "http://www.w3.org/2000/svg";
const SHOWN = { city: [0, 12.5], district: [11.2, 30], landmark: [13, 30] }; // from which zoom to which

/** x and y of a point, in worlds: 0 to 1. */
const place = ([lat, lon]) => {
  const sine = Math.sin((lat * Math.PI) / 180);
  return [lon / 360 + 0.5, 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)];
};

const point = ([x, y]) => [(Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI, (x - 0.5) * 360];

const draw = (name, attributes = {}) => {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
};

export class CityMap {
  /** `moved` is called with [lat, lon] whenever the citizen has moved the map. */
  constructor(box, city, tiles, moved) {
    this.box = box;
    this.moved = moved;
    this.tiles = tiles;
    this.centre = place([-6.23, 106.83]);
    this.zoom = ZOOM.first;
    this.fingers = new Map();
    this.pictures = new Map();
    this.#paint(city);
    this.#listen();
    new ResizeObserver(() => this.#show()).observe(box);
  }

  get at() {
    return point(this.centre);
  }

  /** Look at a point; tells nobody. */
  look(at, zoom = this.zoom) {
    this.centre = place(at);
    this.zoom = Math.min(ZOOM.most, Math.max(ZOOM.least, zoom));
    this.#show();
  }

  /** Come nearer by so many levels; the middle stays where it is. */
  nearer(levels) {
    this.look(this.at, this.zoom + levels);
  }

  get #world() {
    return TILE * 2 ** this.zoom;
  }

  #paint(city) {
    this.sheet = draw("svg", { "aria-hidden": "true" });
    this.ground = this.sheet.appendChild(draw("g"));
    this.origin = place([-6.2, 106.83]); // near it, numbers stay small: coordinates are 32-bit floats
    const path = (points, closed) => "M" + points.map((each) => this.#near(each).join(",")).join("L") + (closed ? "Z" : "");
    for (const { outline } of city.areas) this.ground.append(draw("path", { class: "land", d: path(outline, true) }));
    for (const river of city.rivers) this.ground.append(draw("path", { class: "river", d: path(river) }));
    for (const road of city.roads) this.ground.append(draw("path", { class: "road", d: path(road) }));
    const names = [
      ...city.areas.map(({ name, label }) => ["city", name, ...label]),
      ...city.districts.map((each) => ["district", ...each]),
      ...city.landmarks.map((each) => ["landmark", ...each]),
    ];
    this.labels = names.map(([kind, name, lat, lon]) => {
      const label = this.sheet.appendChild(draw("text", { class: kind }));
      label.textContent = name;
      return { kind, label, at: place([lat, lon]) };
    });
    this.box.classList.toggle("tiled", Boolean(this.tiles));
    this.box.append(this.sheet);
  }

  #near(at) {
    const [x, y] = place(at);
    return [(x - this.origin[0]) * 1e4, (y - this.origin[1]) * 1e4];
  }

  #show() {
    const { clientWidth: width, clientHeight: height } = this.box;
    if (!width) return;
    const world = this.#world;
    const screen = ([x, y]) => [(x - this.centre[0]) * world + width / 2, (y - this.centre[1]) * world + height / 2];
    const [left, top] = screen(this.origin);
    this.ground.setAttribute("transform", `translate(${left} ${top}) scale(${world / 1e4})`);
    for (const { kind, label, at } of this.labels) {
      const [x, y] = screen(at);
      const [from, to] = SHOWN[kind];
      const shown = this.zoom >= from && this.zoom < to && x > -80 && y > -20 && x < width + 80 && y < height + 20;
      label.style.display = shown ? "" : "none";
      if (shown) label.setAttribute("x", x), label.setAttribute("y", y + 4);
    }
    if (this.tiles) this.#tile(width, height);
  }

  #tile(width, height) {
    const level = Math.min(19, Math.max(0, Math.round(this.zoom)));
    const size = TILE * 2 ** (this.zoom - level);
    const [x, y] = this.centre.map((part) => part * 2 ** level);
    const wanted = new Set();
    for (let column = Math.floor(x - width / 2 / size); column <= x + width / 2 / size; column++) {
      for (let row = Math.floor(y - height / 2 / size); row <= y + height / 2 / size; row++) {
        const name = `${level}/${column}/${row}`;
        wanted.add(name);
        const picture = this.pictures.get(name) ?? this.#picture(name, level, column, row);
        picture.style.transform = `translate(${(column - x) * size + width / 2}px, ${(row - y) * size + height / 2}px) scale(${size / TILE})`;
      }
    }
    for (const [name, picture] of this.pictures) {
      if (!wanted.has(name)) picture.remove(), this.pictures.delete(name);
    }
  }

  #picture(name, z, x, y) {
    const picture = document.createElement("img");
    picture.alt = "";
    picture.style.transformOrigin = "0 0";
    picture.src = this.tiles.replace("{z}", z).replace("{x}", x).replace("{y}", y);
    this.pictures.set(name, picture);
    this.box.prepend(picture);
    return picture;
  }

  /** Move by pixels, as the citizen does. */
  #move(right, down) {
    this.centre = [this.centre[0] + right / this.#world, this.centre[1] + down / this.#world];
    this.#show();
    this.moved(this.at);
  }

  #listen() {
    const { box } = this;
    box.addEventListener("pointerdown", (event) => this.#down(event));
    box.addEventListener("pointermove", (event) => this.#drag(event));
    box.addEventListener("pointerup", (event) => this.#up(event, true));
    box.addEventListener("pointercancel", (event) => this.#up(event, false));
    box.addEventListener("keydown", (event) => this.#key(event));
    box.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.nearer(event.deltaY < 0 ? 0.5 : -0.5);
    }, { passive: false });
  }

  #down(event) {
    this.box.setPointerCapture(event.pointerId);
    this.fingers.set(event.pointerId, [event.clientX, event.clientY]);
    this.#held();
    this.travelled = this.fingers.size > 1 ? Infinity : 0;
  }

  /** Where all fingers are together, and how far from each other. */
  #held() {
    const all = [...this.fingers.values()];
    const middle = [0, 1].map((axis) => all.reduce((sum, each) => sum + each[axis], 0) / all.length);
    const spread = all.length > 1 ? Math.hypot(all[0][0] - all[1][0], all[0][1] - all[1][1]) : 0;
    this.held = { middle, spread };
  }

  #drag(event) {
    if (!this.fingers.has(event.pointerId)) return;
    this.fingers.set(event.pointerId, [event.clientX, event.clientY]);
    const before = this.held;
    this.#held();
    const [right, down] = [before.middle[0] - this.held.middle[0], before.middle[1] - this.held.middle[1]];
    if (before.spread && this.held.spread) this.nearer(Math.log2(this.held.spread / before.spread));
    this.travelled += Math.hypot(right, down);
    if (this.travelled > TAP) this.#move(right, down);
  }

  #up(event, whole) {
    if (!this.fingers.delete(event.pointerId)) return;
    if (this.fingers.size) this.#held();
    else if (whole && this.travelled <= TAP) this.#tapped(event);
  }

  #tapped(event) {
    const frame = this.box.getBoundingClientRect();
    this.#move(event.clientX - frame.left - frame.width / 2, event.clientY - frame.top - frame.height / 2);
  }

  #key(event) {
    const step = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0], Enter: [0, 0] }[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "+" || event.key === "=") this.nearer(1);
    else if (event.key === "-") this.nearer(-1);
    else if (step) this.#move(...step.map((way) => way * (event.shiftKey ? STEP / 8 : STEP)));
    else return;
    event.preventDefault(); // Enter would send the form
  }
}
