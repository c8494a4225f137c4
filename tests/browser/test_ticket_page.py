"""A complaint that is done, in a real Chromium: told in the chat, seen by everybody on its page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect
from sqlalchemy import select

from console.answer.acts import change_status
from dialogs.conversation import Status
from gateway.app import limits_of
from gateway.progress import keep_photos
from nlu.ticket import make
from store import publishing
from store.ids import Ids
from store.publishing import Publication
from store.tables import Complaint, Media, table
from tests.browser.chat import Chat, House, jpeg
from tests.browser.conftest import PHONE
from tests.browser.contrast import AA, CONTRASTS
from tests.browser.test_webchat import report

IDS = Ids()
NOTE = "Saluran sudah dikeruk, air mengalir lagi."


async def done(house: House, ticket: str) -> None:
    """An officer settles a complaint, with a photo."""
    assert house.gateway is not None
    settings = house.gateway.settings
    photos = await keep_photos([jpeg()["buffer"]], settings.var / "media", limits_of(settings))
    await change_status(
        house.gateway.database, IDS, ticket, Status.DONE,
        actor="rudi", note=NOTE, now=datetime.now(UTC), photos=photos,
    )  # fmt: skip


async def published(house: House, ticket: str) -> None:
    """A moderator publishes all photos, and words that he has read."""
    assert house.gateway is not None
    media = table(Media)
    async with house.gateway.database.begin() as connection:
        photos = (await connection.execute(select(media.c.id))).scalars().all()
        words = "Air got depan SD meluap ke jalan. Tolong dikeruk."
        decision = Publication(actor="rudi", photos=tuple(photos), text=words)
        await publishing.publish(connection, IDS, ticket, decision, datetime.now(UTC))


@pytest.fixture
async def visitor(browser: Browser) -> AsyncIterator[Page]:
    """Somebody else's phone, at night, without scripts."""
    context = await browser.new_context(
        viewport=PHONE, locale="en-GB", color_scheme="dark", java_script_enabled=False
    )
    page = await context.new_page()
    yield page
    await context.close()


async def test_done_is_told_with_its_photo_and_not_fixed_opens_it_again(
    chat: Chat, house: House
) -> None:
    ticket = await report(chat, "air got depan SD 03 Menteng meluap ke jalan")
    await done(house, ticket)

    await chat.hears(NOTE)
    photo = chat.last.locator("img")
    await expect(photo).to_be_visible()
    assert await photo.evaluate("image => image.naturalWidth") == 960
    await chat.page.reload()
    await expect(chat.last.locator("img")).to_be_visible()
    await chat.picture("webchat-done.png")
    await chat.press("Belum")
    await chat.hears("Apa yang masih belum beres?")
    assert await house.count(Complaint, ticket=ticket, status="reopened") == 1


async def test_the_page_shows_what_was_published(chat: Chat, house: House, visitor: Page) -> None:
    ticket = await report(chat, "air got depan SD 03 Menteng meluap ke jalan")
    await done(house, ticket)
    await chat.hears(NOTE)
    async with chat.page.context.expect_page() as opening:
        await chat.page.locator("#log li.bot a").last.click()
    page = await opening.value
    await expect(page.get_by_role("heading", level=1)).to_have_text(ticket)
    assert await page.locator("img").count() == 0
    await published(house, ticket)
    await page.reload()
    await expect(page.locator("blockquote")).to_contain_text("Tolong dikeruk.")
    await looks_right(page)
    await page.evaluate("scrollTo(0, 0)")
    await Chat(page, house.url).picture("ticket.png")

    await visitor.goto(f"{house.url}/t/{ticket}")
    await expect(visitor.locator("html")).to_have_attribute("lang", "en")
    await expect(visitor.locator("dl")).to_contain_text("done")
    await visitor.get_by_role("link", name="Bahasa Indonesia").click()
    await expect(visitor.locator("dl")).to_contain_text("selesai")


async def looks_right(page: Page) -> None:
    """Every photo is loaded, nothing is wider than the screen, every text can be read, all day."""
    for photo in await page.locator("img").all():
        await photo.scroll_into_view_if_needed()
        await expect(photo).to_have_js_property("complete", value=True)
        assert await photo.evaluate("image => image.naturalWidth") > 0
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    contrasts: list[Any] = []
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        contrasts += await page.evaluate(CONTRASTS)
    await page.emulate_media(color_scheme="light")
    assert len(contrasts) > 20
    assert [(text, round(ratio, 2)) for text, ratio in contrasts if ratio < AA] == []
    heights = [await one.bounding_box() for one in await page.locator("input, button, a").all()]
    assert [box for box in heights if box and box["height"] < 24] == []


async def test_a_number_is_looked_up_by_form_with_the_keyboard_alone(
    house: House, visitor: Page
) -> None:
    answer = await visitor.goto(f"{house.url}/t/{make(Random(7))}")
    assert answer is not None
    assert answer.status == 404
    await expect(visitor.get_by_role("heading", level=1)).to_have_text(
        "There is no such number. Please check it."
    )
    await visitor.get_by_label("Report number").fill("4k7p")
    await visitor.keyboard.press("Enter")
    await expect(visitor).to_have_url(f"{house.url}/t/?number=4k7p&lang=en")
    await expect(visitor.get_by_role("heading", level=1)).to_contain_text("no such number")
