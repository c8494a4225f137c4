// Where is it? A map of our own: outline, roads and names of the city, and a pin. Tiles only where
// the operator has set some. Leaflet is loaded when somebody first asks for the map.
import { make, part, settings, words } from "./page.js";

const CENTRE = [-6.2, 106.83];
const STEPS_PX = 24; // an arrow key moves the pin so far on the screen
const dialog = part("chooser");
const coordinates = part("coordinates");
let map = null;
let pin = null;
let accuracy = null;
let chosen = () => {};

/** Open the dialog; `send({lat, lon, accuracy})` when a point is sent. `locate`: begin at the citizen's own position. */
export async function choosePlace(send, locate) {
  chosen = send;
  accuracy = null;
  say("");
  dialog.showModal();
  try {
    map ??= await draw();
    map.invalidateSize();
  } catch {
    say(words("map_broken"));
  }
  part("map").focus();
  if (locate) ownPosition();
}

const say = (sentence) => {
  part("map-news").textContent = sentence;
};

async function draw() {
  const [city] = await Promise.all([fetch(settings.city).then((answer) => answer.json()), leaflet()]);
  const made = L.map("map", { keyboard: false, attributionControl: false, zoomSnap: 0.5, minZoom: 9, maxZoom: 19 });
  if (settings.tiles) tiles(made);
  land(made, city);
  made.on("zoomend", () => scale(made));
  made.on("click", (event) => move(event.latlng));
  made.setView(CENTRE, 11);
  pin = L.marker(CENTRE, { draggable: true, keyboard: false, autoPan: true, icon: pinIcon() }).addTo(made);
  pin.on("drag", () => written());
  pin.on("dragstart", () => (accuracy = null));
  scale(made);
  written();
  return made;
}

function leaflet() {
  return new Promise((done, failed) => {
    const sheet = make("link");
    sheet.rel = "stylesheet";
    sheet.href = `${settings.leaflet}.css`;
    const script = make("script");
    script.src = `${settings.leaflet}.js`;
    script.onload = done;
    script.onerror = failed;
    document.head.append(sheet, script);
  });
}

function tiles(made) {
  L.tileLayer(settings.tiles, { maxZoom: 19 }).addTo(made);
  part("map").classList.add("tiled");
  part("map-credit").textContent = settings.credit;
  part("map-credit").hidden = !settings.credit;
}

function land(made, city) {
  const still = { interactive: false };
  for (const area of city.areas) L.polygon(area.outline, { ...still, className: "land" }).addTo(made);
  for (const river of city.rivers) L.polyline(river, { ...still, className: "river" }).addTo(made);
  for (const road of city.roads) L.polyline(road, { ...still, className: "road" }).addTo(made);
  const labels = [["city", city.areas.map(({ name, label }) => [name, ...label])], ["district", city.districts], ["landmark", city.landmarks]];
  for (const [kind, points] of labels) {
    for (const [name, lat, lon] of points) label(name, kind, [lat, lon]).addTo(made);
  }
}

function label(name, kind, at) {
  const icon = L.divIcon({ className: `label ${kind}`, html: make("span", "", name), iconSize: [0, 0] });
  return L.marker(at, { icon, interactive: false, keyboard: false });
}

function pinIcon() {
  const html = part("pin-shape").content.firstElementChild.cloneNode(true);
  return L.divIcon({ className: "here", html, iconSize: [36, 44], iconAnchor: [18, 43] });
}

/** Names that would cover each other wait until one is nearer. */
function scale(made) {
  const zoom = made.getZoom();
  const shown = zoom < 11.5 ? "far" : zoom < 13.5 ? "middle" : "near";
  part("map").classList.remove("far", "middle", "near");
  part("map").classList.add(shown);
}

function move(latlng) {
  accuracy = null;
  pin.setLatLng(latlng);
  written();
}

function written() {
  const { lat, lng } = pin.getLatLng();
  coordinates.value = `${lat.toFixed(5)}, ${lng.toFixed(5)}`;
  coordinates.setCustomValidity("");
}

function read() {
  const found = coordinates.value.match(/^\s*(-?\d{1,2}(?:\.\d+)?)\s*[,; ]\s*(-?\d{1,3}(?:\.\d+)?)\s*$/);
  if (!found || Math.abs(found[1]) > 90 || Math.abs(found[2]) > 180) return null;
  return { lat: Number(found[1]), lon: Number(found[2]) };
}

function typed() {
  const point = read();
  if (!point || !map) return;
  accuracy = null;
  pin.setLatLng([point.lat, point.lon]);
  map.panTo([point.lat, point.lon]);
}

function pressed(event) {
  const step = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
  if (!map || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "+" || event.key === "=") map.setZoomAround(pin.getLatLng(), map.getZoom() + 1);
  else if (event.key === "-") map.setZoomAround(pin.getLatLng(), map.getZoom() - 1);
  else if (step) {
    const length = event.shiftKey ? STEPS_PX / 6 : STEPS_PX;
    move(map.containerPointToLatLng(map.latLngToContainerPoint(pin.getLatLng()).add(step.map((way) => way * length))));
    map.panInside(pin.getLatLng(), { padding: [50, 60], animate: false });
    say(coordinates.value);
  } else return;
  event.preventDefault();
}

function ownPosition() {
  if (!navigator.geolocation) {
    say(words("position_failed"));
    return;
  }
  say(words("position_searching"));
  navigator.geolocation.getCurrentPosition(found, notFound, { enableHighAccuracy: true, timeout: 20_000 });
}

function found({ coords }) {
  const at = [coords.latitude, coords.longitude];
  if (map) {
    pin.setLatLng(at);
    map.setView(at, 16);
    written();
  } else {
    coordinates.value = `${at[0].toFixed(5)}, ${at[1].toFixed(5)}`;
  }
  accuracy = Math.round(coords.accuracy);
  say(words("position_found", { metres: accuracy }));
}

function notFound(error) {
  say(words(error.code === error.PERMISSION_DENIED ? "position_denied" : "position_failed"));
}

function send() {
  const point = read();
  if (!point) {
    say(words("map_wrong"));
    coordinates.focus();
    return;
  }
  dialog.close();
  chosen({ ...point, accuracy });
}

part("map").addEventListener("keydown", pressed);
part("here").addEventListener("click", ownPosition);
part("pin").addEventListener("click", send);
coordinates.addEventListener("input", typed);
coordinates.addEventListener("keydown", (event) => {
  if (event.key === "Enter") send();
});
