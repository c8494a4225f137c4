"""The page: in the reader's language, small, and loading nothing from anywhere else."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from pydantic import ValidationError

from channels import uploads
from channels.pages import SHARED, preferred
from channels.webchat.adapter import Settings
from channels.webchat.pages import ROOM, STATIC, words
from tests.channels.webchat.conftest import Chat, Site

OWN = [*STATIC.glob("*.js"), *STATIC.glob("*.css")]
SENTENCES = words()


def page_settings(page: str) -> dict[str, object]:
    found = re.search(r'id="settings">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    read: dict[str, object] = json.loads(found[1])
    return read


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "id"),
        ("id-ID,id;q=0.9,en;q=0.8", "id"),
        ("en-GB,en;q=0.9,id;q=0.8", "en"),
        ("de-DE,de;q=0.9,en;q=0.5", "en"),
        ("de-DE,de", "id"),
        ("ms-MY,en;q=0.5", "id"),
        ("in", "id"),
        ("en;q=0.3, id;q=0.7", "id"),
        ("en;q=x, *;q=0.1", "id"),
        ("en;q=0", "id"),
    ],
)
def test_language_by_the_browsers_wish(accepted: str, language: str) -> None:
    assert preferred(accepted) == language


async def test_the_readers_choice_stays(chat: Chat) -> None:
    async with chat.browser.get("/?lang=en") as answer:
        assert 'lang="en"' in await answer.text()
    page = await chat.page(**{"Accept-Language": "id"})

    assert '<html lang="en">' in page
    assert "Report to Jakarta" in page


def test_both_languages_say_the_same() -> None:
    slots = {
        language: {name: set(re.findall(r"\{\w+\}", said)) for name, said in sentences.items()}
        for language, sentences in SENTENCES.items()
    }

    assert set(slots) == {"id", "en"}
    assert slots["id"] == slots["en"]


def test_every_sentence_is_used_and_every_use_has_its_sentence() -> None:
    sources = [*STATIC.glob("*.js"), *ROOM.glob("*.py"), *(ROOM / "pages").iterdir()]
    sources.append(Path(uploads.__file__))
    code = "\n".join(source.read_text() for source in sources)
    named = set(re.findall(r'words\("(\w+)"', code)) | set(re.findall(r"\bt\.(\w+)", code))
    raised = set(re.findall(r'(?:BadFrameError|UploadError)\((?:\d+, )?"(\w+)"', code))
    named |= {f"error_{code}" for code in raised}

    assert sorted(named - set(SENTENCES["id"])) == []
    unused = [name for name in SENTENCES["id"] if name.removeprefix("error_") not in code]
    assert unused == []


async def test_nothing_comes_from_elsewhere(chat: Chat) -> None:
    async with chat.browser.get("/") as answer:
        policy = answer.headers["Content-Security-Policy"]
        page = await answer.text()
    links = Links()
    links.feed(page)

    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert links.found
    assert [link for link in links.found if not re.match(r"/(?!/)|#|tel:112$", link)] == []
    assert links.inline == []


async def test_tiles_widen_the_policy_for_their_pictures_alone(site: Site) -> None:
    chat = await site(
        tiles_url="https://tiles.example:8443/{z}/{x}/{y}.png?k=a", tiles_attribution="© Warga"
    )
    async with chat.browser.get("/") as answer:
        policy = answer.headers["Content-Security-Policy"]
        page = await answer.text()

    assert "img-src 'self' blob: data: https://tiles.example:8443;" in policy
    assert policy.count("tiles.example") == 1
    assert page_settings(page)["credit"] == "© Warga"


@pytest.mark.parametrize(
    "url",
    [
        "tiles.example/{z}/{x}/{y}.png",
        "https://tiles.example/{z}/{x}.png",
        "https://{s}.tiles.example/{z}/{x}/{y}.png",
        "https://tiles.example/{z}/{x}/{y}.png; script-src *",
        "javascript:{z}{x}{y}",
    ],
)
def test_an_address_that_is_none_of_tiles_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="tiles_url"):
        Settings(tiles_url=url)


@pytest.mark.parametrize(
    "origin",
    [
        "lapor.example", "https://lapor.example/", "*", "null", "https://*",
        "https://a.example; script-src *", "https://a.example,https://b.example",
    ],
)  # fmt: skip
def test_an_origin_that_is_none_is_refused(origin: str) -> None:
    with pytest.raises(ValidationError, match="allowed_origins"):
        Settings(allowed_origins=[origin])


async def test_the_page_may_be_framed_by_nobody_and_the_widget_by_the_sites_named(
    site: Site,
) -> None:
    chat = await site(allowed_origins=["https://balaiwarga.example", "https://kota.example:8443"])
    async with chat.browser.get("/") as answer:
        assert answer.headers["Content-Security-Policy"].endswith("; frame-ancestors 'none'")
    async with chat.browser.get("/channels/webchat/widget?lang=en") as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert policy.endswith(
            "; frame-ancestors https://balaiwarga.example https://kota.example:8443"
        )
        settings = page_settings(await answer.text())
        (cookie,) = answer.headers.getall("Set-Cookie")
    assert settings["store"] == "kanal-widget"
    assert cookie.startswith(f"kanal_frame={settings['session']};")
    for kept in ("Partitioned", "Secure", "HttpOnly", "SameSite=None"):
        assert kept in cookie  # by that site's frames alone


async def test_where_no_site_is_named_nobody_frames_the_widget(chat: Chat) -> None:
    async with chat.browser.get("/channels/webchat/widget") as answer:
        assert answer.headers["Content-Security-Policy"].endswith("; frame-ancestors 'none'")


async def test_the_widgets_script_brings_its_words_and_is_kept_for_a_while(chat: Chat) -> None:
    async with chat.browser.get("/channels/webchat/widget.js") as answer:
        assert answer.content_type == "text/javascript"
        assert answer.headers["Cache-Control"] == "public, max-age=300"
        script = await answer.text()

    assert "Lapor lewat obrolan" in script
    assert "Report in a chat" in script
    assert "{{" not in script
    assert re.findall(r"https?://[^\s`\"']+", script) == ["http://www.w3.org/2000/svg"] * 2


async def test_files_travel_packed(chat: Chat) -> None:
    page = await chat.page()
    links = re.findall(r'(?:src|href)="(/channels/webchat/static/[^"]+)"', page)
    for link in links:
        async with chat.browser.get(link, headers={"Accept-Encoding": "gzip"}) as answer:
            assert answer.headers["Content-Encoding"] == "gzip"
            packed = await answer.read()
        async with chat.browser.get(link, headers={"Accept-Encoding": "identity"}) as answer:
            assert "Content-Encoding" not in answer.headers
            assert await answer.read() == packed


async def test_settings_cannot_break_out_of_the_page(site: Site) -> None:
    chat = await site(tiles_attribution="</script><b>© & Warga")
    page = await chat.page()

    assert "</script><b>" not in page
    assert page_settings(page)["credit"] == "</script><b>© & Warga"


async def test_files_are_kept_by_browsers_as_long_as_they_are_the_same(chat: Chat) -> None:
    page = await chat.page()
    script = re.search(r'src="(/channels/webchat/static/[0-9a-f]{16}/chat\.js)"', page)
    assert script is not None
    async with chat.browser.get(script[1]) as answer:
        assert answer.status == 200
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.content_type == "text/javascript"
    async with chat.browser.get(re.sub("[0-9a-f]{16}", "0" * 16, script[1])) as answer:
        assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "name", ["../adapter.py", "%2e%2e/adapter.py", "nothing.js", "vendor", "/etc/passwd"]
)
async def test_no_path_leads_elsewhere(chat: Chat, name: str) -> None:
    async with chat.browser.get(f"/channels/webchat/static/x/{name}") as answer:
        assert answer.status == 404


def test_the_page_is_small() -> None:
    sizes = {path.name: path.stat().st_size for path in OWN}

    assert sum(sizes.values()) < 60_000, sizes


def test_no_text_becomes_markup() -> None:
    markup = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|Function\(")

    assert [path.name for path in OWN if markup.search(path.read_text())] == []


def test_the_outline_of_the_city_lies_in_jakarta() -> None:
    city = json.loads((SHARED / "city.json").read_text())
    points = [point for area in city["areas"] for point in area["outline"]]
    points += [point for line in city["roads"] + city["rivers"] for point in line]
    points += [name[1:] for name in city["districts"] + city["landmarks"]]

    assert [p for p in points if not (-6.38 < p[0] < -6.08 and 106.68 < p[1] < 106.98)] == []
    assert len(city["districts"]) == 42  # without the two of the Thousand Islands


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
