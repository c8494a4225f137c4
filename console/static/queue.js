// The queue's keys: j and k walk the rows; Enter opens the one in focus, as it opens every link.

function show() {
  for (const one of document.querySelectorAll(".steps")) one.hidden = false;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-step]");
  if (!button) return;
  const links = [...document.querySelectorAll("#rows a.open, #more")];
  const row = document.activeElement?.closest?.(".item, .more");
  const now = links.findIndex((link) => row?.contains(link));
  const next = links[now < 0 ? 0 : Math.max(0, Math.min(links.length - 1, now + Number(button.dataset.step)))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
});

document.addEventListener("htmx:load", show);
show();
