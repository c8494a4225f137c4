// The page in a frame of another site: it and the panel around it (widget.js) tell each other little
// enough that everybody may hear it.
import { part, settings } from "./page.js";

const tell = (what) => settings.session && parent.postMessage({ kanal: what }, "*");

/** The bot has said something: the button shows it while the panel is closed. */
export const said = () => tell("said");

export function listen() {
  if (!settings.session) return;
  addEventListener("message", ({ source, data }) => {
    if (source === parent && data?.kanal === "opened") part("message").focus();
  });
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !document.querySelector("dialog[open]")) tell("close");
  });
  tell("ready");
}
