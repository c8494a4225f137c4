"""The queue in a real Chromium: it is read with the keyboard while it changes, and on a phone."""

from __future__ import annotations

import re

from playwright.async_api import Browser, Locator, Page, expect
from sqlalchemy import update

from dialogs.conversation import Status
from store import complaints, progress, tasks
from store.progress import Result
from store.tables import Complaint, ConversationRow, table
from tests.browser.axe import wrong
from tests.browser.chat import Chat, House
from tests.browser.conftest import PHONE
from tests.browser.contrast import AA, CONTRASTS
from tests.browser.desk import at_desk, picture
from tests.browser.test_webchat import REPORT, report

WORDS = "pohon tumbang menutup jalan, tolong segera"


async def fits(page: Page) -> None:
    """Nothing is wider than the screen; every text can be read; axe finds nothing."""
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    contrasts = await page.evaluate(CONTRASTS)
    assert len(contrasts) > 20
    assert [(text, round(ratio, 2)) for text, ratio in contrasts if ratio < AA] == []
    assert await wrong(page) == []


async def file(house: House, like: str, ticket: str, words: str) -> None:
    """Another complaint, as T2 writes it, and whoever looks at the queue is woken."""
    gateway = house.gateway
    assert gateway is not None
    async with gateway.database.begin() as connection:
        row = (
            await connection.execute(
                table(Complaint).select().where(table(Complaint).c.ticket == like)
            )
        ).one()
        made = {**row._mapping, "id": gateway.desk.ids.next(), "ticket": ticket, "text": words}
        made.pop("urgency")
        made["filed_at"] = gateway.desk.clock()
        await connection.execute(table(Complaint).insert(), [made])
        await _happens(house, connection, ticket, "filed")
    gateway.desk.news.tell()


async def _happens(house: House, connection, ticket: str, kind: str) -> None:
    gateway = house.gateway
    assert gateway is not None
    happening = complaints.Happening(
        ticket=ticket, kind=kind, actor="citizen", at=gateway.desk.clock(), body={}
    )
    await complaints.append(connection, gateway.desk.ids, [happening])


async def test_it_is_read_by_keyboard_while_it_changes(
    browser: Browser, house: House, chat: Chat
) -> None:
    first = await report(chat, REPORT)
    gateway = house.gateway
    assert gateway is not None
    async with gateway.database.begin() as connection:
        talk = (await connection.execute(table(ConversationRow).select())).first()
        assert talk is not None
        now = gateway.desk.clock()
        row = tasks.row(gateway.desk.ids, "asked_for_human", now, conversation_id=talk.id)
        await tasks.put(connection, [row])
    async with at_desk(browser, house) as page:
        await page.goto(f"{house.url}/console/")
        rows = page.locator("#rows .item")
        await expect(rows).to_have_count(2)
        await page.keyboard.press("j")
        await expect(rows.first.locator("a.open")).to_be_focused()
        await page.keyboard.press("j")
        focused = page.locator(f"#open-{first}")
        await expect(focused).to_be_focused()

        await file(house, first, "JKT-NEW1-AAAA", WORDS)
        await expect(page.get_by_role("link", name="1 new: show")).to_be_visible()
        await file(house, first, "JKT-NEW2-AAAA", WORDS)
        await expect(page.get_by_role("link", name="2 new: show")).to_be_visible()
        await expect(rows).to_have_count(2)  # the reader's place is his
        async with gateway.database.begin() as connection:
            result = Result(status=Status.IN_PROGRESS, actor="ani")
            await progress.move(connection, gateway.desk.ids, first, result, gateway.desk.clock())
        gateway.desk.news.tell()
        await expect(page.locator(f"#row-{first}")).to_contain_text("being worked on")
        await expect(focused).to_be_focused()

        await page.keyboard.press("n")
        await expect(rows).to_have_count(4)
        await picture(page, "console-queue.png")
        await fits(page)

        await page.keyboard.press("/")
        await page.keyboard.type("pohon tumbang")
        await expect(rows).to_have_count(2)
        await expect(page).to_have_url(f"{house.url}/console/?q=pohon+tumbang")
        assert await page.locator("#q").input_value() == "pohon tumbang"
        await page.get_by_label("Category").select_option("macet")
        await expect(page.get_by_text("Nothing here")).to_be_visible()
        await page.get_by_role("link", name="Clear all").click()
        await page.get_by_role("button", name="Seen: Conversation").click()
        await expect(rows).to_have_count(3)
        await page.keyboard.press("j")
        await page.keyboard.press("Enter")
        await expect(page).to_have_url(re.compile(r"/console/reports/JKT-NEW2-AAAA\?"))


async def test_a_slow_click_after_a_search_is_not_lost(
    browser: Browser, house: House, chat: Chat
) -> None:
    """Leaving the field asks for nothing: an answer would take away what is being pressed."""
    ticket = await report(chat, REPORT)
    async with at_desk(browser, house) as page:
        await page.goto(f"{house.url}/console/")
        await page.locator("#q").fill("no such words")  # as pasted: no key is pressed
        await expect(page.get_by_text("Nothing here")).to_be_visible()
        await page.get_by_label("Category").select_option("macet")
        await expect(page).to_have_url(re.compile("category=macet"))
        await press_slowly(page, page.get_by_role("link", name="Clear all"))
        await expect(page).to_have_url(f"{house.url}/console/")
        await page.locator("#q").press_sequentially("depan")
        await expect(page).to_have_url(f"{house.url}/console/?q=depan")
        await press_slowly(page, page.locator(f"#open-{ticket}"))
        await expect(page).to_have_url(re.compile(rf"/console/reports/{ticket}\?"))


async def press_slowly(page: Page, link: Locator) -> None:
    """As a hand does, which holds the button for longer than an answer takes."""
    await link.hover()
    await page.mouse.down()
    await page.wait_for_timeout(400)
    await page.mouse.up()


async def test_a_lost_connection_comes_back_and_tells_what_was_missed(
    browser: Browser, house: House, chat: Chat
) -> None:
    first = await report(chat, REPORT)
    await chat.page.close()
    async with at_desk(browser, house, bears=("net::ERR", "[object Event]")) as page:
        await page.goto(f"{house.url}/console/")
        await expect(page.locator(f"#row-{first}")).to_be_visible()
        await house.close()
        await house.open()
        await file(house, first, "JKT-NEW1-AAAA", WORDS)
        await expect(page.get_by_role("link", name="1 new: show")).to_be_visible(timeout=15_000)


async def test_without_a_script_on_a_phone_at_night(
    browser: Browser, house: House, chat: Chat
) -> None:
    ticket = await report(chat, REPORT)
    gateway = house.gateway
    assert gateway is not None
    async with gateway.database.begin() as connection:
        await connection.execute(update(table(Complaint)).values(emergency=True, waits=5))
    async with at_desk(
        browser, house, viewport=PHONE, color_scheme="dark", java_script_enabled=False, locale="id"
    ) as page:
        await page.goto(f"{house.url}/console/")
        await expect(page.locator(f"#row-{ticket}")).to_contain_text("darurat")
        await page.get_by_label("Kata, nomor laporan, atau tempat").fill("tidakadakata")
        await page.get_by_role("button", name="Tampilkan").click()
        await expect(page.get_by_text("Tidak ada apa-apa di sini")).to_be_visible()
        await page.get_by_text("Simpan tampilan ini").click()
        await page.get_by_label("Nama").fill("Kosong")
        await page.get_by_role("button", name="Simpan", exact=True).click()
        await page.goto(f"{house.url}/console/")
        await page.get_by_role("link", name="Kosong").click()
        await expect(page.get_by_text("Tidak ada apa-apa di sini")).to_be_visible()
        await page.get_by_role("button", name="Hapus tampilan Kosong").click()
        await expect(page.get_by_role("link", name="Kosong")).to_have_count(0)
    async with at_desk(browser, house, viewport=PHONE, color_scheme="dark", locale="id") as page:
        await page.goto(f"{house.url}/console/")
        await fits(page)
        await picture(page, "console-queue-phone.png")
