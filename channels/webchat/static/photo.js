// A photo: a small picture for the bubble, the file as it is for the gateway.
import * as blobs from "./blobs.js";
import { headers } from "./kept.js";
import { newId, settings, words } from "./page.js";

const THUMB = 240; // pixels
const STALLED_MS = 45_000; // without a byte: the line is dead, whatever the browser believes
const KINDS = /^image\/|^$/; // some systems have no name for HEIC

/** Make an entry of a chosen file; its `problem` says why it cannot be sent. */
export async function taken(file) {
  const id = newId();
  const mb = Math.floor(settings.max_photo_bytes / 1e6);
  if (!KINDS.test(file.type)) return { problem: words("error_photo_kind") };
  if (file.size === 0) return { problem: words("error_photo_empty") };
  if (file.size > settings.max_photo_bytes) return { problem: words("error_photo_too_large", { mb }) };
  await blobs.keep(id, file);
  const thumb = await small(file);
  return { id, kind: "photo", thumb, text: thumb ? "" : words("photo_sent") };
}

async function small(file) {
  try {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(1, THUMB / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    return canvas.toDataURL("image/jpeg", 0.7);
  } catch {
    return ""; // a kind that this browser does not show; the gateway may still read it
  }
}

/** Upload; resolves to the gateway's answer frame, {retry} when there was none. */
export async function upload(id, progressed) {
  const blob = await blobs.find(id);
  if (!blob) return { error: "photo_gone", text: words("photo_gone") };
  const answer = await post(id, blob, progressed);
  if (answer.ack || answer.error) blobs.drop(id);
  return answer;
}

function post(id, blob, progressed) {
  return new Promise((done) => {
    const request = new XMLHttpRequest(); // fetch tells no progress of uploads
    request.open("POST", `${settings.photo}?lang=${settings.lang}`);
    request.setRequestHeader("X-Kanal-Id", id);
    for (const [name, value] of Object.entries(headers())) request.setRequestHeader(name, value);
    request.setRequestHeader("Content-Type", blob.type || "application/octet-stream");
    request.responseType = "json";
    let stalled = setTimeout(() => request.abort(), STALLED_MS);
    request.upload.onprogress = (event) => {
      clearTimeout(stalled);
      stalled = setTimeout(() => request.abort(), STALLED_MS);
      progressed((100 * event.loaded) / event.total);
    };
    request.onloadend = () => {
      clearTimeout(stalled);
      done(request.response ?? { retry: id }); // none: no line, or something between that speaks no JSON
    };
    request.send(blob);
  });
}
