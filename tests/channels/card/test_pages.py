"""The card's page: small, in two languages, and loading nothing from anywhere else."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest

from channels.card.pages import ROOM, STATIC, words
from tests.channels.card.conftest import Counter, Door

MOST_BYTES = 150_000  # script and style together, before any compression
TILES = "https://tiles.example/{z}/{x}/{y}.png"
OWN = [*STATIC.glob("*.js"), *STATIC.glob("*.css")]
SENTENCES = words()


async def test_script_and_style_are_small(counter: Counter) -> None:
    """All that the page loads, as it comes over the wire."""
    _, page = await counter.open()
    loaded = set(re.findall(r'(?:src|href)="(/channels/card/static/[^"]+\.(?:js|css))"', page))
    script = next(url for url in loaded if url.endswith("card.js"))
    loaded |= {re.sub(r"card\.js$", name, script) for name in ("map.js",)}
    sizes = {}
    for url in loaded:
        async with counter.browser.get(url) as answer:
            sizes[url.rpartition("/")[2]] = len(await answer.read())

    assert set(sizes) == {path.name for path in OWN}
    assert sum(sizes.values()) < MOST_BYTES, sizes
    assert sum(sizes.values()) < 25_000, sizes  # what it is today


def test_both_languages_say_the_same() -> None:
    slots = {
        language: {name: set(re.findall(r"\{\w+\}", said)) for name, said in sentences.items()}
        for language, sentences in SENTENCES.items()
    }

    assert set(slots) == {"id", "en"}
    assert slots["id"] == slots["en"]


def test_every_sentence_is_used_and_every_use_has_its_sentence() -> None:
    sources = [*STATIC.glob("*.js"), *ROOM.glob("*.py"), *ROOM.glob("pages/*.html")]
    code = "\n".join(source.read_text() for source in sources)
    named = set(re.findall(r'words\("(\w+)"', code)) | set(re.findall(r"\bt\.(\w+)", code))
    named |= set(re.findall(r'"(position_\w+)"', code))
    named |= {f"error_{code}" for code in re.findall(r'BadAnswerError\("(\w+)"', code)}
    named |= {"error_photo_too_large", "error_photo_too_slow", "error_photo_empty"}  # of uploads
    notices = {"thanks", "used", "expired", "ended", "unknown", "slow", "away", "foreign"}
    named |= {f"{name}_{part}" for name in notices for part in ("title", "text")}
    named |= {"where_email", "where_sms", "where_twitter", "where_other", "photo_hint"}

    assert named == set(SENTENCES["id"])


async def test_the_language_is_the_conversations_until_the_reader_chooses(counter: Counter) -> None:
    _, page = await counter.open(**{"Accept-Language": "en"})
    assert '<html lang="id">' in page
    _, page = await counter.open(f"{counter.path}?lang=en")
    assert '<html lang="en">' in page
    assert 'action="?lang=en"' in page
    _, page = await counter.open("/c/unknown", **{"Accept-Language": "en-GB"})
    assert "Unknown link" in page


@pytest.mark.parametrize("path", ["", "/c/unknown"])
async def test_nothing_comes_from_elsewhere(counter: Counter, path: str) -> None:
    async with counter.browser.get(path or counter.path) as answer:
        policy = answer.headers["Content-Security-Policy"]
        page = await answer.text()
    links = Links()
    links.feed(page)

    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "form-action 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert links.found
    assert [link for link in links.found if not re.match(r"/(?!/)|\?lang=|tel:112$", link)] == []
    assert links.inline == []


async def test_tiles_widen_the_policy_for_their_pictures_alone(door: Door) -> None:
    counter = await door(
        tiles_url="https://tiles.example/{z}/{x}/{y}.png", tiles_attribution="</script>"
    )
    async with counter.browser.get(counter.path) as answer:
        policy = answer.headers["Content-Security-Policy"]
        page = await answer.text()
    found = re.search(r'id="settings">(.*?)</script>', page, re.DOTALL)

    assert "img-src 'self' data: https://tiles.example;" in policy
    assert policy.count("tiles.example") == 1
    assert found is not None
    assert json.loads(found[1])["credit"] == "</script>"


@pytest.mark.parametrize("name", ["../adapter.py", "%2e%2e/seal.py", "nothing.js", "/etc/passwd"])
async def test_no_path_leads_elsewhere(counter: Counter, name: str) -> None:
    async with counter.browser.get(f"/channels/card/static/x/{name}") as answer:
        assert answer.status == 404


def test_no_text_becomes_markup() -> None:
    markup = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|Function\(")

    assert [path.name for path in OWN if markup.search(path.read_text())] == []
    templates = "".join(path.read_text() for path in ROOM.glob("pages/*.html"))
    assert re.findall(r"\{\{[^}]*\| safe", templates) == [
        "{{ settings | safe",
        "{{ '' if problem else ' hidden' | safe",
    ]


class Links(HTMLParser):
    """Every address in a page, and every inline script, style or handler."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = dict(attrs)
        self.found += [own[name] or "" for name in ("src", "href") if name in own]
        if tag == "script" and "src" not in own and own.get("type") != "application/json":
            self.inline.append(tag)
        self.inline += [name for name in own if name == "style" or name.startswith("on")]
