"""Answering in a real Chromium: what is written at the desk is read in the citizen's web chat."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from console.door import cookie_name
from store import accounts
from store.tables import Complaint
from tests.browser.axe import wrong
from tests.browser.chat import Chat, House, jpeg
from tests.browser.conftest import PHONE
from tests.browser.test_webchat import report
from tests.gateway.conftest import pass_the_minute

REPORT = "air got depan SD 03 Menteng meluap ke jalan"
WIDER = """document.documentElement.scrollWidth <= innerWidth ? []
  : [...document.querySelectorAll("*")]
    .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
    .map((one) => `${one.tagName}.${one.className} ${one.textContent.slice(0, 40)}`)"""
WIDE = {"width": 1280, "height": 900}


async def signed_in(house: House, role: str, **more: Any) -> dict[str, str]:
    """The cookie of somebody who has signed in."""
    assert house.gateway is not None
    desk, secret = house.gateway.desk, secrets.token_urlsafe(32)
    now = desk.clock()
    async with desk.database.begin() as connection:
        account = await accounts.add(connection, desk.ids, role, role, now=now, locale="en", **more)
        await accounts.start(connection, account, secret, now=now, lifetime=desk.lifetime)
    return {"name": cookie_name(desk), "value": secret, "url": house.url}


@pytest.fixture
async def desk(browser: Browser, house: House) -> AsyncIterator[Chat]:
    """A moderator's screen; at the end its browser had nothing to say."""
    context = await browser.new_context(viewport=WIDE, locale="en-GB")
    await context.add_cookies([await signed_in(house, "moderator")])
    desk = Chat(await context.new_page(), house.url)
    yield desk
    await context.close()
    assert desk.elsewhere == []
    assert [one for one in desk.complaints if "status of 422" not in one] == []


async def test_a_moderator_answers_tells_progress_and_merges(
    chat: Chat, desk: Chat, house: House
) -> None:
    ticket = await report(chat, REPORT)
    page = desk.page
    await page.goto(f"{house.url}/console/reports/{ticket}")
    await replied(chat, page)
    await told_with_a_photo(chat, page)
    assert await house.count(Complaint, ticket=ticket, status="done") == 1
    await noted(page)
    await looks_right(page)
    await desk.picture("console-answer.png", page.locator("#answer"))
    await merged(chat, page, ticket, house)


async def replied(chat: Chat, page: Page) -> None:
    """A reply is seen as it will be sent, outlives a reload, is sent and read."""
    box = page.get_by_label("Message to the citizen")
    await page.keyboard.press("r")
    await expect(box).to_be_focused()
    await page.get_by_label("Sentences at hand").select_option(label="Ask for a photo")
    await page.get_by_role("button", name="Insert").click()
    await expect(box).to_have_value("If you have one, could you send a photo of the place, so that "
                                    "it is found quickly?")  # fmt: skip
    await box.fill("Petugas datang besok pagi <b>pukul 9</b>.")
    parts = page.get_by_role("list", name="What the citizen will read")
    await expect(parts).to_contain_text("Petugas: Petugas datang besok pagi <b>pukul 9</b>.")
    await page.reload()
    await expect(box).to_have_value("Petugas datang besok pagi <b>pukul 9</b>.")
    await box.press("Control+Enter")
    await expect(page.get_by_role("status").filter(has_text="On its way")).to_be_visible()
    await expect(box).to_have_value("")
    await chat.hears("Petugas datang besok pagi <b>pukul 9</b>.")
    await expect(page.locator("#answer-replies .chip.good")).to_be_visible(timeout=20_000)


async def told_with_a_photo(chat: Chat, page: Page) -> None:
    """What stands in another form stays there."""
    await page.get_by_label("Message to the citizen").press_sequentially("Nanti dulu")
    await page.get_by_label("New status").select_option("done")
    await page.get_by_label("Words for the citizen").fill("Saluran sudah dikeruk.")
    await page.get_by_label("Photos of the result").set_input_files(jpeg())
    await page.get_by_role("button", name="Change and tell").click()
    await expect(page.get_by_text("The status is changed; the citizen is told.")).to_be_visible()
    await chat.hears("Saluran sudah dikeruk.")
    photo = chat.last.locator("img")
    await expect(photo).to_be_visible()
    assert await photo.evaluate("image => image.naturalWidth") == 960
    await expect(page.get_by_label("Message to the citizen")).to_have_value("Nanti dulu")
    parts = page.get_by_role("list", name="What the citizen will read")
    await expect(parts).to_have_text("Petugas: Nanti dulu")
    await expect(page.get_by_label("New status")).to_have_value("reopened")
    await expect(page.locator("#standing")).to_contain_text("done")
    await expect(page.locator(".talk")).to_contain_text("Saluran sudah dikeruk.")


async def noted(page: Page) -> None:
    await page.get_by_label("Note for colleagues").fill("Lurah sudah tahu.")
    await page.get_by_role("button", name="Keep the note").click()
    await expect(page.locator(".replies .told").last).to_have_text("Lurah sudah tahu.")
    stale = "all => new Set(all.map((one) => one.value)).size"
    assert await page.locator("form[action*=reports] input[name=rev]").evaluate_all(stale) == 1


async def looks_right(page: Page) -> None:
    """Nothing for axe-core to find, by day and by night, and on a phone."""
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        assert await wrong(page) == []
    await page.set_viewport_size(PHONE)
    assert await page.evaluate(WIDER) == []
    assert await wrong(page) == []
    await page.set_viewport_size(WIDE)
    await page.emulate_media(color_scheme="light")


async def merged(chat: Chat, page: Page, ticket: str, house: House) -> None:
    """A second report becomes one with the first; by a wrong number nothing does."""
    await page.get_by_label("New status").select_option("reopened")
    await page.get_by_role("button", name="Change and tell").click()
    await chat.hears("dibuka kembali")
    await page.get_by_role("button", name="Hand back to the machine").click()
    await chat.hears("Sekarang saya, pencatat otomatis, yang membalas lagi")
    second = await report(chat, "pohon tumbang di Jalan Kemang Raya, menutup jalan")
    await page.goto(f"{house.url}/console/reports/{second}")
    number = page.get_by_label("Number of the same report")
    await number.fill("JKT-4K7P-2Q9X")
    await page.get_by_role("button", name="Merge").click()
    await expect(page.get_by_role("alert")).to_have_text("No report has that number.")
    await number.fill(ticket.removeprefix("JKT-"))
    await page.get_by_role("button", name="Merge").click()
    link = page.locator("#answer").get_by_role("link", name=ticket)
    await expect(link).to_be_visible()
    await expect(page.locator("#answer").get_by_role("status")).to_contain_text("told in a minute")
    await page.get_by_role("button", name=f"Undo {second}").click()  # nobody hears of it
    await expect(number).to_be_visible()
    assert await house.count(Complaint, ticket=second, status="open") == 1
    await number.fill(ticket)
    await page.get_by_role("button", name="Merge").click()
    await expect(link).to_be_visible()
    assert house.gateway is not None
    await pass_the_minute(house.gateway.database)
    await chat.hears(ticket)
    assert await house.count(Complaint, ticket=second, status="duplicate") == 1
