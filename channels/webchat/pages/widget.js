// Kanal Warga on another site's page: a button, and a panel with the chat in a frame. One script tag:
// channels/webchat/README.md, "Widget". Everything stands in a shadow tree, so that the page's styles
// and ours leave each other alone; nothing is asked of the gateway before the button is pressed.
(() => {
  "use strict";
  const { words, page } = {{ settings | safe }};
  const PATIENCE_MS = 10000; // for the frame; after that a link leads to the page itself
  const STYLE = `
    :host { all: initial !important; position: fixed !important; z-index: 2147483000 !important;
      inset: auto 1rem 1rem auto !important; color-scheme: light; }
    * { box-sizing: border-box; font: 16px/1.4 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
    [hidden] { display: none !important; }
    button { cursor: pointer; }
    :focus-visible { outline: 3px solid #b3470f; outline-offset: 2px; }
    .open { display: flex; align-items: center; gap: .5rem; min-height: 3rem; padding: .6rem 1.2rem;
      margin-left: auto; border: 2px solid #fff; border-radius: 2rem; background: #0b5d57; color: #fff;
      box-shadow: 0 2px 10px #0006; }
    .open svg { width: 1.5rem; height: 1.5rem; fill: none; stroke: currentColor; stroke-width: 1.8; }
    .news { width: .75rem; height: .75rem; border-radius: 50%; background: #ffb27a; }
    .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
    section { display: flex; flex-direction: column; overflow: hidden; margin-bottom: .75rem;
      width: min(26rem, calc(100vw - 2rem)); height: min(40rem, calc(100dvh - 6rem));
      background: #fff; border: 1px solid #7d8f8b; border-radius: 1rem; box-shadow: 0 6px 30px #0006; }
    header { display: flex; align-items: center; justify-content: space-between; flex: none;
      padding: .25rem .5rem .25rem 1rem; background: #0b5d57; color: #fff; }
    h2 { margin: 0; font-weight: 600; }
    header button { width: 2.75rem; height: 2.75rem; padding: .6rem; border: 0; border-radius: 50%;
      background: transparent; color: inherit; }
    header svg { width: 100%; height: 100%; stroke: currentColor; stroke-width: 2; }
    header :focus-visible { outline-color: #fff; outline-offset: -2px; }
    iframe { flex: 1; width: 100%; min-height: 0; border: 0; background: #eef2f1; }
    p { margin: 0; padding: 1rem; color: #15211f; }
    a { color: #0b5d57; }
    @media (max-width: 30rem), (max-height: 30rem) {
      section { position: fixed; inset: 0; width: 100%; height: 100%; margin: 0; border: 0; border-radius: 0; }
      section:not([hidden]) + .open { display: none; }
    }
    @media (prefers-reduced-motion: no-preference) {
      section { animation: rise .15s ease-out; }
      @keyframes rise { from { opacity: 0; transform: translateY(1rem); } }
    }`;
  const script = document.currentScript;
  const NAME = "kanal-warga";
  if (!script || document.getElementById(NAME)) return; // not a script tag of its own, or asked for twice
  const home = new URL(script.src).origin;
  const wishes = [script.dataset.lang, document.documentElement.lang, "id"];
  const lang = wishes.map((wish) => (wish || "").slice(0, 2).toLowerCase()).find((wish) => words[wish]);
  const said = words[lang];
  let frame = null;
  let ready = false;

  function make(tag, named = {}, ...inside) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(named)) element.setAttribute(name, value);
    element.append(...inside);
    return element;
  }

  function drawn(path) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    line.setAttribute("d", path);
    svg.append(line);
    return svg;
  }

  const news = make("span", { class: "news", hidden: "" });
  const told = make("span", { class: "unseen", role: "status" });
  const opener = make("button", { type: "button", class: "open", "aria-expanded": "false", "aria-controls": "panel" },
    drawn("M4 5h16v11H9l-5 4z"), make("span", {}, said.widget_open), news);
  const closer = make("button", { type: "button", "aria-label": said.widget_close, title: said.widget_close }, drawn("M6 6l12 12M18 6 6 18"));
  const link = make("a", { href: `${home}/?lang=${lang}`, target: "_blank", rel: "noopener" }, said.widget_away);
  const away = make("p", { role: "alert", hidden: "" }, link);
  const panel = make("section", { id: "panel", role: "dialog", "aria-labelledby": "title", hidden: "", lang },
    make("header", {}, make("h2", { id: "title" }, said.title), closer), away);

  function load() {
    frame = make("iframe", {
      src: `${home}${page}?lang=${lang}`, title: said.title, allow: "geolocation; camera", referrerpolicy: "no-referrer",
    });
    panel.append(frame);
    setTimeout(() => (away.hidden = ready), PATIENCE_MS);
  }

  function open() {
    panel.hidden = false;
    opener.setAttribute("aria-expanded", "true");
    noticed();
    if (!frame) load();
    enter();
  }

  /** The reader goes on in the chat: at once, or as soon as it is there. */
  function enter() {
    frame.focus();
    if (ready) frame.contentWindow.postMessage({ kanal: "opened" }, home);
  }

  function close() {
    panel.hidden = true;
    opener.setAttribute("aria-expanded", "false");
    opener.focus();
  }

  function noticed() {
    news.hidden = true;
    told.textContent = "";
  }

  function heard({ source, origin, data }) {
    if (!frame || source !== frame.contentWindow || origin !== home) return;
    if (data?.kanal === "ready") {
      ready = true;
      away.hidden = true;
      if (!panel.hidden) enter();
    } else if (data?.kanal === "close") close();
    else if (data?.kanal === "said" && panel.hidden) {
      news.hidden = false;
      told.textContent = said.widget_news;
    }
  }

  function draw() {
    const host = make("div", { id: NAME, lang });
    const root = host.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet(); // a strict policy of the page forbids <style>, not this
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    root.append(panel, opener, told);
    root.addEventListener("keydown", (event) => event.key === "Escape" && !panel.hidden && close());
    opener.addEventListener("click", () => (panel.hidden ? open() : close()));
    closer.addEventListener("click", close);
    addEventListener("message", heard);
    document.body.append(host);
  }

  if (document.body) draw();
  else addEventListener("DOMContentLoaded", draw);
})();
