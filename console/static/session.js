// A session that has ended, or was renewed in another tab, while somebody was typing on this page:
// the page stays as it is, and says what to do.
import { toast } from "./console.js";

const said = document.body.dataset;

document.addEventListener("console:signed-out", () => {
  const told = toast(said.signedOut, "bad");
  const link = document.createElement("a");
  link.href = "/console/login?next=/console/me";
  link.target = "_blank";
  link.textContent = said.signInHere;
  told.append(" ", link);
});

document.addEventListener("console:renewed", (event) => {
  const { csrf } = event.detail;
  document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRF-Token": csrf }));
  for (const field of document.querySelectorAll("input[name=csrf]")) field.value = csrf;
  toast(said.renewed);
});
