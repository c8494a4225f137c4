"""A slow phone on a slow net: what the page weighs, and how soon one can write."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, expect

from tests.browser.axe import wrong
from tests.browser.chat import Chat, House
from tests.browser.conftest import on_a_phone
from tests.browser.test_webchat import ON_MAP

# Chromium's "Slow 3G", and a processor four times slower than this one.
SLOW = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
SLOWER = 4
PAGE_BYTES = 30_000  # on the wire, headers included, until one can write
MAP_BYTES = 60_000  # more, when somebody first asks for the map


class Weighed:
    """A chat and the bytes that it has cost so far."""

    def __init__(self, chat: Chat) -> None:
        self.chat = chat
        self.bytes = 0

    async def begin(self) -> None:
        session = await self.chat.page.context.new_cdp_session(self.chat.page)
        await session.send("Network.enable")
        await session.send("Network.emulateNetworkConditions", SLOW)
        await session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        session.on("Network.loadingFinished", self._came)

    def _came(self, event: dict) -> None:
        self.bytes += int(event["encodedDataLength"])


@pytest.fixture
async def weighed(browser: Browser, house: House) -> AsyncIterator[Weighed]:
    async with on_a_phone(browser, house, locale="id-ID") as chat:
        weighed = Weighed(chat)
        await weighed.begin()
        yield weighed


async def test_on_a_slow_phone_one_can_write_soon_and_the_map_comes_when_asked_for(
    weighed: Weighed,
) -> None:
    chat = weighed.chat
    await chat.page.goto(chat.url + "/?lang=en")  # another page, the same files: from the cache
    await chat.line_is("open")
    again, weighed.bytes = weighed.bytes, 0
    session = await chat.page.context.new_cdp_session(chat.page)
    await session.send("Network.clearBrowserCache")
    began = time.monotonic()
    await chat.page.goto(chat.url + "/?lang=id")
    await chat.line_is("open")
    seconds, page = time.monotonic() - began, weighed.bytes

    await chat.say("sampah menumpuk")
    await chat.hears_more_than(0)
    await chat.page.locator("#answers").get_by_role("button", name=ON_MAP).click()
    await expect(chat.page.locator("#map .here")).to_be_visible(timeout=20_000)
    whole = weighed.bytes - page
    print(f"first visit {page} bytes, {seconds:.1f} s until one can write;"  # noqa: T201
          f" again {again} bytes; the map {whole} bytes more")  # fmt: skip
    assert 0 < again < page
    assert page < PAGE_BYTES
    assert whole < MAP_BYTES


async def test_axe_finds_nothing_wrong_with_the_page(chat: Chat) -> None:
    assert await wrong(chat.page) == []
    await chat.say("sampah menumpuk")
    await chat.hears_more_than(0)
    assert await wrong(chat.page) == []
    await chat.page.locator("#place").click()
    await expect(chat.page.locator("#map .here")).to_be_visible()
    assert await wrong(chat.page) == []


async def test_what_the_bot_says_is_read_out_and_a_mark_that_changes_is_not(chat: Chat) -> None:
    log = chat.page.get_by_role("log")
    await expect(log).to_have_attribute("aria-live", "polite")
    await chat.say("sampah menumpuk")
    heard = await chat.hears_more_than(0)
    tree = await log.aria_snapshot()

    assert "Anda:" in tree
    assert "Kanal Warga:" in tree
    assert re.sub(r"\s+", " ", heard).split(": ")[-1][:20] in re.sub(r"\s+", " ", tree)
    await expect(chat.page.locator("#typing")).to_be_hidden()
