"""The chat on the city's own site: another origin, styles of its own, one script tag."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import (
    Browser,
    BrowserContext,
    FrameLocator,
    Page,
    async_playwright,
    expect,
)

from gateway.settings import Settings
from store.tables import Complaint, ConversationRow, Inbox, Media
from tests.browser.axe import wrong
from tests.browser.chat import IMAGES, TICKET, House, jpeg
from tests.browser.conftest import CHROMIUM, PHONE, QUIET
from tests.browser.test_webchat import ABOUT_A_PHOTO, DRAINS, ON_MAP, REPORT, SD_03, SEND, SKIP
from tests.peers.peers import peer

DESKTOP = {"width": 1280, "height": 800}
# A site as there are: rules for every element, a strict policy, text below the fold.
SITE = """<!doctype html><html lang="id"><head><title>Balai Warga</title>
<meta name="viewport" content="width=device-width">
<style>* {{ font-family: serif; letter-spacing: 3px; }}
button {{ background: hotpink; display: none; }}
div {{ display: none; }} section {{ float: left; width: 9px; }} iframe {{ width: 1px; }}
main {{ max-width: 50rem; margin: 2rem auto; padding: 0 1rem; letter-spacing: 0; }}</style></head>
<body><main><h1>Balai Warga</h1><p><a href="#layanan">Layanan</a> <a href="#kabar">Kabar</a></p>
<p>Situs warga kota. Layanan kependudukan, kabar kampung, dan jadwal musyawarah.</p>
<h2 id="layanan">Layanan</h2><p>Surat pengantar, iuran, dan pinjam balai.</p>
<h2 id="kabar">Kabar</h2><p>Kerja bakti hari Minggu pukul tujuh, mulai dari pos RW.</p></main>
<script src="{gateway}/channels/webchat/widget.js" {more}></script></body></html>"""
NOTHING_KEPT = """if (self !== top) for (const name of ["localStorage", "indexedDB"]) {
  Object.defineProperty(self, name, { get() { throw new DOMException("no", "SecurityError"); } });
}"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src {gateway}; frame-src {gateway}"


class Site:
    """The city's site, and a browser before it."""

    def __init__(self, origin: str, page: Page, house: House) -> None:
        self.origin = origin
        self.page = page
        self.house = house
        self.asked: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))

    @property
    def button(self) -> Any:
        return self.page.get_by_role("button", name="Lapor lewat obrolan")

    @property
    def panel(self) -> Any:
        return self.page.get_by_role("dialog", name="Kanal Warga")

    @property
    def chat(self) -> FrameLocator:
        return self.page.frame_locator("#kanal-warga iframe")

    async def opens(self) -> None:
        """Press the button and wait until one can write."""
        await self.button.click()
        await expect(self.chat.locator("html")).to_have_attribute("data-line", "open")
        await expect(self.chat.locator("#message")).to_be_focused()

    async def say(self, text: str) -> None:
        await self.chat.locator("#message").fill(text)
        await self.chat.locator("#message").press("Enter")

    async def hears_more_than(self, said: int) -> str:
        heard = self.chat.locator("#log li.bot")
        await expect(heard.nth(said)).to_be_visible(timeout=20_000)
        return await heard.last.inner_text()

    async def said(self) -> int:
        return await self.chat.locator("#log li.bot").count()

    def answer(self, label: Any) -> Any:
        return self.chat.locator("#answers").get_by_role("button", name=label)


@pytest.fixture
async def city(port: int) -> AsyncIterator[str]:
    """Balai Warga, at a site that is not ours: localhost, where the gateway is 127.0.0.1."""
    gateway = f"http://127.0.0.1:{port}"

    async def page(request: web.Request) -> web.Response:
        more = 'data-lang="en"' if "en" in request.query else ""
        text = SITE.format(gateway=gateway, more=more)
        policy = {"Content-Security-Policy": POLICY.format(gateway=gateway)}
        return web.Response(text=text, content_type="text/html", headers=policy)

    app = web.Application()
    app.router.add_get("/", page)
    async with TestServer(app, host="127.0.0.1") as server:
        yield f"http://localhost:{server.port}"


@pytest.fixture
async def house(var: Path, port: int, city: str) -> AsyncIterator[House]:
    """A gateway whose chat the city's site may show."""
    webchat = {"messages_per_minute": 600, "allowed_origins": [city]}
    settings = Settings(
        var=var,
        public={"port": port, "url": f"http://127.0.0.1:{port}"},
        metrics={"port": 0},
        channels={"webchat": webchat},
    )
    house = House(settings)
    await house.open()
    yield house
    await house.close()


@asynccontextmanager
async def visited(
    browser: Browser, house: House, city: str, *, path: str = "/", **wishes: Any
) -> AsyncIterator[Site]:
    """Somebody on the city's site; at the end, nobody else was asked for anything."""
    wishes = {"viewport": DESKTOP, "locale": "id-ID", **wishes}
    context = await browser.new_context(**wishes)
    site = Site(city, await context.new_page(), house)
    await site.page.goto(city + path)
    yield site
    await context.close()
    ours = (city, house.url, house.url.replace("http", "ws"), "data:", "blob:")
    assert [url for url in site.asked if not url.startswith(ours)] == []


@pytest.fixture
async def site(browser: Browser, house: House, city: str) -> AsyncIterator[Site]:
    async with visited(browser, house, city) as opened:
        yield opened


async def picture(page: Page, name: str) -> None:
    import os

    if os.environ.get("KANAL_SCREENSHOTS") == "1":
        IMAGES.mkdir(parents=True, exist_ok=True)
        await page.screenshot(path=IMAGES / name)


async def test_a_report_on_the_citys_site_from_the_first_word_to_the_ticket(site: Site) -> None:
    assert [url for url in site.asked if "127.0.0.1" in url] == [
        f"{site.house.url}/channels/webchat/widget.js"
    ]  # before the button is pressed the page costs one small script
    await site.opens()
    asked, photo_sent = 0, False
    await site.say(REPORT)
    for _ in range(10):
        question = await site.hears_more_than(asked)
        if ticket := TICKET.search(question):
            break
        asked = await site.said()
        if await site.answer(ON_MAP).count():
            await site.answer(ON_MAP).click()
            await expect(site.chat.locator("#map .here")).to_be_visible()
            await site.chat.locator("#coordinates").fill(SD_03)
            await site.chat.locator("#pin").click()
        elif ABOUT_A_PHOTO.search(question) and not photo_sent:
            await site.chat.locator("#photos").set_input_files(jpeg())
            photo_sent = True
        elif await site.answer(SEND).count():
            await site.answer(SEND).click()
        elif await site.answer(DRAINS).count():
            await site.answer(DRAINS).click()
        else:
            await site.answer(SKIP).click()
    assert ticket is not None
    assert await site.house.count(Complaint, ticket=ticket[0]) == 1
    assert await site.house.count(Media, state="kept") == 1
    await picture(site.page, "widget.png")


@pytest.fixture
async def usual(tmp_path: Path, house: House, city: str) -> AsyncIterator[Site]:
    """The city's site in a profile as citizens have one; elsewhere it is a private window."""
    peer("chromium", available=bool(CHROMIUM), install="apt-get install -y chromium")
    async with async_playwright() as playwright:
        profile = tmp_path / "profile"
        # Playwright's own arguments switch off what gives such frames a storage of their own.
        own = ("--headless=new", "--remote-debugging-pipe", f"--user-data-dir={profile}")
        context = await playwright.chromium.launch_persistent_context(
            profile,
            executable_path=CHROMIUM,
            ignore_default_args=True,
            args=[*QUIET, *own, "about:blank"],
            locale="id-ID",
        )
        site = Site(city, await context.new_page(), house)
        await site.page.goto(city)
        yield site
        await context.close()


async def test_a_reload_of_the_citys_page_keeps_the_conversation(usual: Site) -> None:
    await usual.opens()
    await usual.say("sampah menumpuk")
    question = await usual.hears_more_than(0)
    await usual.page.reload()
    await usual.opens()

    assert await usual.hears_more_than(0) == question
    await usual.say("di Menteng")
    await usual.hears_more_than(1)
    assert await usual.house.count(ConversationRow, channel="webchat") == 1


async def test_the_conversation_is_this_sites_own(usual: Site) -> None:
    await usual.opens()
    await usual.say("sampah menumpuk")
    await usual.hears_more_than(0)
    page = await usual.page.context.new_page()
    await page.goto(usual.house.url)
    await expect(page.locator("html")).to_have_attribute("data-line", "open")

    await expect(page.locator("#log li")).to_have_count(0)


async def test_in_a_private_window_a_reload_goes_on_where_the_dialog_was(site: Site) -> None:
    """Chromium lets such frames keep nothing but a cookie that is partitioned."""
    await site.opens()
    await site.say("sampah menumpuk")
    await site.hears_more_than(0)
    await site.page.reload()
    await site.opens()
    await site.say("di Menteng")
    await site.hears_more_than(0)

    assert await site.house.count(ConversationRow, channel="webchat") == 1
    (cookie,) = await site.page.context.cookies()
    assert (cookie["name"], cookie["httpOnly"], cookie["secure"]) == ("kanal_frame", True, True)


async def test_leaving_ends_it(site: Site) -> None:
    await site.opens()
    await site.say("sampah menumpuk")
    await site.hears_more_than(0)
    (before,) = await site.page.context.cookies()
    await site.chat.locator("#leave").click()
    await site.chat.locator("#sure").get_by_role("button", name="Hapus").click()
    await expect(site.chat.locator("#log li")).to_have_count(0)
    (after,) = await site.page.context.cookies()

    assert after["value"] != before["value"]


async def test_where_a_browser_keeps_nothing_for_frames_the_chat_works_all_the_same(
    browser: Browser, house: House, city: str
) -> None:
    async with visited(browser, house, city) as site:
        await site.page.context.add_init_script(NOTHING_KEPT)
        await site.page.reload()
        await site.opens()
        await site.say("sampah menumpuk")
        await site.hears_more_than(0)
        await site.chat.locator("#photos").set_input_files(jpeg())
        await expect(site.chat.locator("#log li.me.sent")).to_have_count(2)


async def test_by_keyboard_in_and_out_again(site: Site) -> None:
    page = site.page
    for _ in range(3):
        await page.keyboard.press("Tab")
    await expect(site.button).to_be_focused()
    await expect(site.button).to_have_attribute("aria-expanded", "false")
    await page.keyboard.press("Enter")
    await expect(site.chat.locator("#message")).to_be_focused()
    await expect(site.button).to_have_attribute("aria-expanded", "true")
    await page.keyboard.type("halo")
    await page.keyboard.press("Enter")
    await site.hears_more_than(0)
    await site.chat.locator("#place").press("Enter")
    await expect(site.chat.locator("#chooser")).to_be_visible()
    await page.keyboard.press("Escape")  # closes the map, and nothing else
    await expect(site.chat.locator("#chooser")).to_be_hidden()
    await expect(site.panel).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(site.panel).to_be_hidden()
    await expect(site.button).to_be_focused()


async def test_an_answer_that_comes_while_it_is_closed_is_told(site: Site) -> None:
    await site.opens()
    await site.chat.locator("#message").fill("sampah menumpuk")
    await site.chat.locator("#message").evaluate(
        "(box) => { setTimeout(() => box.form.requestSubmit(), 0);"
        " dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' })); }"
    )
    await expect(site.panel).to_be_hidden()
    status = site.page.locator("#kanal-warga").get_by_role("status")
    await expect(status).to_have_text("Ada jawaban baru", timeout=20_000)
    await site.opens()
    await expect(status).to_have_text("")


async def test_on_a_phone_it_fills_the_screen_and_closes_again(
    browser: Browser, house: House, city: str
) -> None:
    async with visited(browser, house, city, viewport=PHONE, has_touch=True) as site:
        await site.opens()
        await site.say("air got meluap ke jalan")
        await site.hears_more_than(0)
        assert await site.panel.bounding_box() == {"x": 0, "y": 0, **PHONE}
        width = await site.chat.locator("html").evaluate("(page) => page.scrollWidth")
        assert width <= PHONE["width"]
        await picture(site.page, "widget-phone.png")
        await site.page.get_by_role("button", name="Tutup obrolan").click()
        await expect(site.panel).to_be_hidden()
        await expect(site.button).to_be_focused()


async def test_the_pages_styles_do_not_reach_it(site: Site) -> None:
    box = await site.button.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    style = await site.button.evaluate(
        "(button) => ((style) => [style.backgroundColor, style.letterSpacing])"
        "(getComputedStyle(button))"
    )
    assert style == ["rgb(11, 93, 87)", "normal"]


async def test_in_english_where_the_page_asks_for_it(
    browser: Browser, house: House, city: str
) -> None:
    async with visited(browser, house, city, path="/?en") as site:
        await site.page.get_by_role("button", name="Report in a chat").click()
        await expect(site.chat.locator("#message")).to_have_attribute(
            "placeholder", "Write a message…"
        )
        await site.chat.get_by_role("link", name="Bahasa Indonesia").click()
        await expect(site.chat.locator("html")).to_have_attribute("lang", "id")


async def test_ones_own_position_is_asked_for_inside_the_frame(site: Site) -> None:
    context: BrowserContext = site.page.context
    await context.grant_permissions(["geolocation"], origin=site.origin)
    await context.grant_permissions(["geolocation"], origin=site.house.url)
    await context.set_geolocation({"latitude": -6.1754, "longitude": 106.8272, "accuracy": 15})
    await site.opens()
    await site.chat.locator("#place").click()
    await site.chat.locator("#here").click()
    await expect(site.chat.locator("#map-news")).to_contain_text("sekitar 15 meter")


async def test_a_site_that_is_not_named_gets_a_link_and_no_chat(
    browser: Browser, house: House, city: str
) -> None:
    elsewhere = city.replace("localhost", "127.0.0.1")  # the same server by another name
    async with visited(browser, house, elsewhere) as site:
        await site.page.clock.install()
        await site.page.goto(elsewhere)
        await site.button.click()
        await site.page.clock.run_for(11_000)
        link = site.page.get_by_role("link", name="Obrolan tidak dapat dibuka di sini")
        await expect(link).to_have_attribute("href", f"{house.url}/?lang=id")
        assert await house.count(Inbox) == 0


async def test_who_wants_no_motion_gets_none(browser: Browser, house: House, city: str) -> None:
    async with visited(browser, house, city, reduced_motion="reduce") as site:
        await site.opens()
        assert await site.panel.evaluate("(panel) => panel.getAnimations().length") == 0


async def test_axe_finds_nothing_wrong(site: Site) -> None:
    assert [line for line in await wrong(site.page) if "kanal-warga" in line] == []
    await site.opens()
    await site.say("sampah menumpuk")
    await site.hears_more_than(0)
    assert [line for line in await wrong(site.page) if "kanal-warga" in line] == []
    assert await wrong(site.page.frames[1]) == []
    await site.chat.locator("#leave").click()
    assert await wrong(site.page.frames[1]) == []
