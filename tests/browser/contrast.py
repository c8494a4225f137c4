"""What a page's colours are, as the browser paints them."""

from __future__ import annotations

AA = 4.5  # WCAG 2.2, 1.4.3: contrast of text

# Every visible text with the contrast to its ground (WCAG 2.2, "contrast ratio").
CONTRASTS = """() => {
  const rgb = (css) => (css.match(/[\\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = rgb(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const visible = (element) => element.checkVisibility() && element.getClientRects().length;
  const over = (ink, paper, alpha) => ink.map((c, i) => c * alpha + paper[i] * (1 - alpha));
  return [...document.querySelectorAll("body *")]
    .filter((e) => visible(e) && !e.closest("#map") &&
      [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()))
    .map((e) => {
      const style = getComputedStyle(e);
      const paper = ground(e);
      const ink = over(rgb(style.color).slice(0, 3), paper, Number(style.opacity));
      const [a, b] = [light(ink), light(paper)].sort((x, y) => y - x);
      return [e.textContent.trim().slice(0, 40), (a + 0.05) / (b + 0.05)];
    });
}"""
