"""axe-core, by people who test with screen readers: what it finds wrong with a page or frame."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Frame, Page

from tests.peers.peers import npm_install, peer

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_FOUND = """async (rules) => {
  const { violations } = await axe.run(document, {
    runOnly: { type: "tag", values: rules }, iframes: false,
  });
  return violations.map((one) =>
    `${one.id}: ${one.help} (${one.nodes.map((node) => node.target.join(" ")).join(", ")})`);
}"""


async def wrong(page: Page | Frame) -> list[str]:
    """A line per rule that is broken."""
    peer("axe-core", available=AXE.exists(), install=npm_install("tests/browser"))
    await page.evaluate(AXE.read_text())
    found: list[str] = await page.evaluate(_FOUND, RULES)
    return found
