"""The web chat in a real Chromium: what a citizen can do, from the first word to the status."""

from __future__ import annotations

import re

from playwright.async_api import expect

from store.tables import Complaint, Inbox, Media
from tests.browser.chat import TICKET, Chat, House, jpeg

REPORT = "air got depan SD 03 Menteng meluap ke jalan"
SD_03 = "-6.19550, 106.83420"
ON_MAP = re.compile(r"Pilih di peta|Choose on the map")
SEND = re.compile(r"^(Kirim|Send)")
DRAINS = re.compile(r"^(Saluran|Drains)")  # REPORT tells of a flood too: it is asked which it is
SKIP = re.compile(r"^(Lewati|Skip)")
ABOUT_A_PHOTO = re.compile(r"\b(foto|photo)\b", re.IGNORECASE)


async def report(chat: Chat, text: str) -> str:
    """Report, and answer whatever is asked until there is a ticket; returns its number."""
    asked = await chat.said()
    await chat.say(text)
    photo_sent = False
    for _ in range(10):
        question = await chat.hears_more_than(asked)
        if ticket := TICKET.search(question):
            return ticket[0]
        asked = await chat.said()
        if await chat.offers(ON_MAP):
            await chat.choose_point(SD_03)
        elif ABOUT_A_PHOTO.search(question) and not photo_sent:
            await chat.choose_photo(jpeg())
            photo_sent = True
        elif await chat.offers(SEND):
            await chat.press(SEND)
        elif await chat.offers(DRAINS):
            await chat.press(DRAINS)
        else:
            await chat.press(SKIP)
    raise AssertionError(f"no ticket after ten answers; the last question was: {question}")


async def test_a_report_from_the_first_word_to_the_ticket(chat: Chat, house: House) -> None:
    ticket = await report(chat, REPORT)

    assert await house.count(Complaint, ticket=ticket) == 1
    assert await house.count(Media, state="kept") == 1
    await expect(chat.mine(REPORT)).to_contain_text("terkirim")
    await expect(chat.page.locator("#log li.me img")).to_be_visible()
    await chat.picture("webchat.png")

    await chat.say("laporan saya sampai mana?")
    await chat.hears(ticket)
    await chat.page.set_viewport_size({"width": 1200, "height": 800})
    await chat.picture("webchat-wide.png")


async def test_a_report_in_english(english_chat: Chat, house: House) -> None:
    chat = english_chat
    await expect(chat.page.locator("html")).to_have_attribute("lang", "en")
    await expect(chat.page.locator("header")).to_contain_text("Report to Jakarta")
    ticket = await report(chat, "the street light in front of my house has been dead for a week")

    assert "Terima kasih" not in await chat.last.inner_text()
    await chat.say("what is the status of my report?")
    await chat.hears(ticket)


async def test_who_writes_english_on_the_indonesian_page_is_answered_in_english(
    chat: Chat,
) -> None:
    await chat.say("there is a big pothole in front of the bus stop, please fix it")

    await chat.hears(re.compile(r"\b(where|which|what|about|photo)\b", re.IGNORECASE))


async def test_a_reload_keeps_the_conversation(chat: Chat) -> None:
    await chat.say("sampah menumpuk")
    question = await chat.hears_more_than(0)
    offered = await chat.page.locator("#answers").inner_text()
    await chat.page.locator("#message").fill("belum selesai menu")
    await chat.page.reload()
    await chat.line_is("open")

    await expect(chat.mine("sampah menumpuk")).to_contain_text("terkirim")
    assert await chat.last.inner_text() == question
    assert await chat.page.locator("#answers").inner_text() == offered
    await expect(chat.page.locator("#message")).to_have_value("belum selesai menu")


async def test_tabs_share_one_conversation(chat: Chat) -> None:
    other = Chat(await chat.page.context.new_page(), chat.url)
    await other.open()
    await chat.say("halo")
    answer = await chat.hears_more_than(0)

    await expect(other.mine("halo")).to_contain_text("terkirim")
    assert await other.hears_more_than(0) == answer
    await other.say("lampu jalan mati di Cikini")
    await expect(chat.mine("lampu jalan mati")).to_contain_text("terkirim")
    assert await chat.hears_more_than(1) == await other.hears_more_than(1)
    assert [await chat.said(), await other.said()] == [2, 2]  # nothing is shown twice


async def test_a_message_typed_while_the_gateway_is_away_arrives_once(
    chat: Chat, house: House
) -> None:
    await house.close()
    await chat.line_is("waiting")
    await chat.say("lampu jalan mati di Cikini")
    await chat.choose_photo(jpeg())
    await expect(chat.mine("lampu jalan mati")).to_contain_text("mengirim…")
    await expect(chat.page.locator("#line")).to_contain_text("Pesan Anda aman")
    await house.open()

    await expect(chat.mine("lampu jalan mati")).to_contain_text("terkirim", timeout=30_000)
    await expect(chat.page.locator("#log li.me.sent")).to_have_count(2, timeout=10_000)
    await expect(chat.page.locator("#line")).to_be_hidden()
    assert await chat.hears_more_than(0)
    assert await house.count(Inbox, channel="webchat") == 2  # the text and the photo, once each


async def test_a_message_unsent_at_a_reload_goes_out_after_it(chat: Chat, house: House) -> None:
    await chat.page.evaluate("WebSocket.prototype.send = () => {}")  # a line that swallows all
    await chat.say("pohon tumbang di Tebet")
    await expect(chat.mine("pohon tumbang")).to_contain_text("mengirim…")
    await chat.page.reload()

    await expect(chat.mine("pohon tumbang")).to_contain_text("terkirim")
    assert await house.count(Inbox, channel="webchat") == 1


async def test_an_answer_waits_for_a_page_that_was_closed(chat: Chat) -> None:
    context = chat.page.context
    await chat.say("sampah menumpuk di Tebet")
    await expect(chat.mine("sampah")).to_contain_text("terkirim")
    await chat.page.close()
    chat.page = await context.new_page()
    await chat.open()

    assert await chat.hears_more_than(0)
    assert await chat.said() == 1


async def test_leaving_erases_the_conversation(chat: Chat) -> None:
    await chat.say("halo")
    await chat.hears_more_than(0)
    before = await chat.page.context.cookies()
    await chat.page.locator("#leave").click()
    await chat.page.locator("#sure").get_by_role("button", name="Jangan").click()
    await expect(chat.mine("halo")).to_be_visible()
    await chat.page.locator("#leave").click()
    await chat.page.locator("#sure").get_by_role("button", name="Hapus").click()
    await expect(chat.page.locator("#log li")).to_have_count(0)
    await chat.line_is("open")

    assert await chat.page.context.cookies() != before
    assert await chat.page.evaluate("localStorage.length") <= 1  # an empty draft
