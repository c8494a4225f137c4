// What the card can do with a script: the map, the own position, and saying early what would not be taken.
import { CityMap } from "./map.js";

const settings = JSON.parse(document.getElementById("settings").textContent);
const part = (id) => document.getElementById(id);
const words = (name, slots = {}) => settings.words[name].replace(/\{(\w+)\}/g, (_, slot) => String(slots[slot] ?? ""));
const POINT = /^\s*(-?\d{1,2}(?:\.\d+)?)\s*[,; ]\s*(-?\d{1,3}(?:\.\d+)?)\s*$/;
const NEAR = settings.tiles ? 16 : 13; // without streets, the names around say more
let map = null;

const say = (sentence) => {
  part("news").textContent = sentence;
};

/** The point that is written, null when there is none. */
function written() {
  const found = part("point").value.match(POINT);
  if (!found || Math.abs(found[1]) > 90 || Math.abs(found[2]) > 180) return null;
  return [Number(found[1]), Number(found[2])];
}

/** Write a point, and how exact it is where the device has told. */
function choose([lat, lon], metres = "") {
  part("point").value = `${lat.toFixed(5)}, ${lon.toFixed(5)}`;
  part("accuracy").value = metres;
  shown();
}

function clear() {
  part("point").value = part("accuracy").value = "";
  shown();
  part("map").focus();
}

function shown() {
  const chosen = written();
  part("frame").classList.toggle("set", Boolean(chosen));
  part("clear").hidden = !chosen;
  part("chosen").textContent = chosen ? words("map_point", { point: part("point").value }) : words("map_none");
  part("point").setCustomValidity(part("point").value.trim() && !chosen ? words("map_wrong") : "");
}

async function open() {
  part("board").hidden = false;
  try {
    const answer = await fetch(settings.city);
    map = new CityMap(part("map"), await answer.json(), settings.tiles, (at) => choose(at));
    part("credit").textContent = settings.credit;
    part("credit").hidden = !(settings.tiles && settings.credit);
  } catch {
    say(words("map_broken"));
  }
  const chosen = written();
  if (map && chosen) map.look(chosen, NEAR);
  shown();
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
  map?.look(at, NEAR);
  choose(at, String(Math.round(coords.accuracy)));
  say(words("position_found", { metres: Math.round(coords.accuracy) }));
}

function notFound(error) {
  say(words(error.code === error.PERMISSION_DENIED ? "position_denied" : "position_failed"));
}

function typed() {
  part("accuracy").value = "";
  const chosen = written();
  if (chosen) map?.look(chosen, Math.max(NEAR, map.zoom));
  shown();
}

/** What the gateway would refuse, said before it is uploaded; "" when all is well. */
function trouble() {
  const photos = [...part("photo").files];
  if (photos.length > settings.most_photos) return words("error_too_many_photos");
  if (photos.some(({ type }) => type && !type.startsWith("image/"))) return words("error_photo_kind");
  if (photos.some(({ size }) => size === 0)) return words("error_photo_empty");
  if (photos.some(({ size }) => size > settings.max_photo_bytes)) return words("error_photo_too_large");
  return "";
}

function photosChosen() {
  const problem = trouble();
  part("photo").setCustomValidity(problem);
  part("problem").hidden = !problem;
  part("problem").querySelector("span").textContent = problem;
}

function send() {
  part("send").disabled = true;
  part("sending").textContent = words("sending");
}

/** A page that comes back from the browser's memory can be sent again. */
function back() {
  part("send").disabled = false;
  part("sending").textContent = "";
}

part("here").addEventListener("click", ownPosition);
part("nearer").addEventListener("click", () => map?.nearer(1));
part("farther").addEventListener("click", () => map?.nearer(-1));
part("clear").addEventListener("click", clear);
part("point").addEventListener("input", typed);
part("photo").addEventListener("change", photosChosen);
part("card").addEventListener("submit", send);
addEventListener("pageshow", back);
open();
