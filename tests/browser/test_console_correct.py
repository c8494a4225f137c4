"""Twenty reports corrected by keys alone, two at one report, many at once: in a real Chromium."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Request, expect
from sqlalchemy import insert, select, update

from console.door import cookie_name
from store import accounts, conversations, corrections, journal
from store.codec import dump
from store.tables import Complaint, ComplaintEvent, Inbox, Prediction, table
from tests.browser.axe import wrong
from tests.browser.chat import Chat, House
from tests.browser.conftest import PHONE
from tests.browser.desk import WIDE, picture
from tests.paper import message

TOLD = [  # what citizens wrote, and what the moderator presses
    ("lampu jalan mati total di depan gang kelinci, gelap sekali", "Enter"),
    ("got mampet dari kemarin, airnya bau", "Enter"),
    ("sampah menumpuk tidak diangkut seminggu", "Enter"),
    ("selamat pagi min, semoga sehat selalu", "n"),
    ("jalan berlubang besar bikin motor jatuh", "1"),
    ("pohon miring mau tumbang ke rumah warga", "2"),
    ("parkir liar di bahu jalan bikin macet", "2"),
    ("kabel menjuntai rendah di gang", "3"),
    ("banjir selutut di perumahan", "9"),
    ("ada galian belum ditutup", "k"),
    ("trotoar dipakai dagang", "p"),
    ("air pam mati dari pagi", "t"),
    ("spanduk caleg masih terpasang", "Enter"),
    ("anjing liar di taman", "4"),
    ("halte bocor kalau hujan", "5"),
    ("listrik padam satu rt", "Enter"),
    ("ada pungli di kelurahan", "1"),
    ("asap pabrik bikin sesak", "Enter"),
    ("coretan di tembok sekolah", "1"),
    ("angkot ngetem di pertigaan", "Enter"),
]


async def fill(house: House, texts: Sequence[str], **more: Any) -> list[str]:
    """Reports with what the machine said of them, filed a minute apart; the last is the newest."""
    assert house.gateway is not None
    desk = house.gateway.desk
    read = await desk.engine.understand(texts)
    begin = desk.clock() - timedelta(hours=3)
    tickets = []
    for at, (text, said) in enumerate(zip(texts, read, strict=True)):
        key, when = secrets.token_hex(6), begin + timedelta(minutes=at)
        ticket = f"JKT-{at:04d}-{key[:4].upper()}"
        told = message(key, address=key, text=text, sent_at=when)
        arrival = journal.Arrival(
            channel="paper",
            account="main",
            raw=journal.Raw(body=b"", received_at=when),
            received=journal.Received(messages=(told,)),
        )
        async with desk.database.begin() as connection:
            await journal.write(connection, desk.ids, [arrival])
            talk = await conversations.find(connection, ("paper", "main", key))
            of = table(Inbox)
            await connection.execute(
                update(of).where(of.c.conversation_id == talk).values(state="done")
            )
            by = (
                await connection.execute(select(of.c.id).where(of.c.conversation_id == talk))
            ).scalar_one()
            prediction = {
                "inbox_id": by, "engine": said.engine, "intent": said.intent,
                "category": said.category, "confidence": said.confidence,
                "understanding": dump(said),
            }  # fmt: skip
            await connection.execute(insert(table(Prediction)), [prediction])
            number = desk.ids.next()
            row = {
                "id": number, "ticket": ticket, "status": "open", "category": said.category,
                "confidence": max(said.confidence, 0.6), "engine": said.engine, "text": text,
                "lat": -6.1957 - at / 1000, "lon": 106.8322,
                "place_words": "", "place_source": "pin", "place_radius_m": 20,
                "slots": "{}", "emergency": False, "complete": True, "anonymous": False,
                "channel": "paper", "conversation_id": talk, "filed_by": by, "filed_at": when,
                "updated_at": when, **more,
            }  # fmt: skip
            await connection.execute(insert(table(Complaint)), [row])
            event = {"id": desk.ids.next(), "complaint_id": number, "at": when, "kind": "filed"}
            await connection.execute(
                insert(table(ComplaintEvent)), [{**event, "actor": "citizen", "body": "{}"}]
            )
        tickets.append(ticket)
    return tickets


async def sign_in(house: House, context: BrowserContext, name: str, **more: Any) -> str:
    """A moderator whose browser has a session."""
    assert house.gateway is not None
    desk, secret = house.gateway.desk, secrets.token_urlsafe(32)
    now = desk.clock()
    async with desk.database.begin() as connection:
        account = await accounts.add(connection, desk.ids, name, "moderator", now=now, **more)
        await accounts.start(connection, account, secret, now=now, lifetime=desk.lifetime)
    await context.add_cookies([{"name": cookie_name(desk), "value": secret, "url": house.url}])
    return secret


@asynccontextmanager
async def moderator(
    browser: Browser, house: House, name: str = "ani", *, locale: str = "id", **wishes: Any
) -> AsyncIterator[Page]:
    """Somebody at the desk; at the end, his browser has complained of refusals alone."""
    context = await browser.new_context(**{"viewport": WIDE, **wishes})
    await sign_in(house, context, name, locale=locale)
    page = await context.new_page()
    heard = Chat(page, house.url)
    yield page
    await context.close()
    refusals = ("status of 401", "status of 403", "status of 409", "status of 422")
    assert heard.elsewhere == []
    assert [one for one in heard.complaints if not any(word in one for word in refusals)] == []


@pytest.fixture
async def desk(browser: Browser, house: House) -> AsyncIterator[Page]:
    async with moderator(browser, house) as page:
        yield page


async def shown(page: Page) -> str:
    """The ticket of the report that is shown."""
    return str(await page.locator("#correct").get_attribute("data-ticket"))


async def moved_on(page: Page, ticket: str) -> None:
    await expect(page.locator(f'#correct[data-ticket="{ticket}"]')).to_have_count(0)


async def stands(house: House, ticket: str) -> str:
    assert house.gateway is not None
    async with house.gateway.database.read() as connection:
        of = table(Complaint)
        return str(
            (
                await connection.execute(select(of.c.category).where(of.c.ticket == ticket))
            ).scalar_one()
        )


async def test_twenty_reports_by_keys_alone(desk: Page, house: House) -> None:
    tickets = await fill(house, [text for text, _ in TOLD])
    keys = dict(zip(tickets, [key for _, key in TOLD], strict=True))
    await desk.goto(f"{house.url}/console/reports/{tickets[-1]}")
    loads: list[Request] = []
    desk.on("request", lambda one: loads.append(one) if one.resource_type == "document" else None)
    pressed, said = 0, {}
    for left in range(len(tickets), 0, -1):
        ticket = await shown(desk)
        key = keys.pop(ticket)
        await expect(desk.locator("h1")).to_be_focused() if left < len(tickets) else None
        button = desk.locator(f'#correct [data-key="{key}"]')
        said[ticket] = (
            await button.get_attribute("value") if len(key) == 1 and key.isdigit() else key
        )
        await desk.keyboard.press(key)
        pressed += 1
        if key in ("k", "p", "t"):
            await expect(desk.locator("#named")).to_be_focused()
            chosen = desk.locator('#names [aria-selected="true"]')
            said[ticket] = await chosen.get_attribute("data-slug")
            await desk.keyboard.press("Enter")
            pressed += 1
        if left > 1:
            await moved_on(desk, ticket)
            await expect(desk.locator("#toasts")).to_contain_text(ticket)
    await expect(desk.locator("h1")).to_have_text("Tidak ada yang menunggu")
    assert loads == []
    assert pressed <= 2 * len(tickets)
    assert pressed == len(tickets) + 3
    for ticket, slug in said.items():
        wanted = {"n": "bukan_aduan", "Enter": None}.get(str(slug), slug)
        assert wanted in (None, await stands(house, ticket))
    assert house.gateway is not None
    async with house.gateway.database.read() as connection:
        assert len(await corrections.since(connection)) == len(tickets)


async def report(page: Page, house: House, ticket: str) -> None:
    await page.goto(f"{house.url}/console/reports/{ticket}")
    await expect(page.locator("#named")).to_have_attribute("role", "combobox")


async def test_a_duplicate_a_split_and_back(desk: Page, house: House) -> None:
    tickets = await fill(house, ["got mampet dan lampu jalan mati", "got mampet sekali di sini"])
    first, last = tickets
    await report(desk, house, last)
    assert await wrong(desk) == []
    await picture(desk, "console-correct.png")
    await desk.keyboard.press("d")
    dialog = desk.locator("dialog#act[open]")
    await expect(dialog).to_contain_text(first)
    assert await wrong(desk) == []
    await desk.keyboard.press("1")
    await moved_on(desk, last)
    assert await status_of(house, last) == "duplicate"

    await desk.keyboard.press("u")
    await expect(desk.locator(f'#correct[data-ticket="{last}"]')).to_have_count(1)
    assert await status_of(house, last) == "open"

    await report(desk, house, first)
    await desk.keyboard.press("s")
    await expect(dialog).to_contain_text("laporan kedua")
    assert await wrong(desk) == []
    await desk.locator("#half").fill("lampu jalan mati")
    await desk.keyboard.press("Escape")  # out of the field; the dialog stays
    await desk.keyboard.press("1")
    await moved_on(desk, first)
    assert house.gateway is not None
    assert await house.count(Complaint, text="lampu jalan mati") == 1
    await desk.keyboard.press("?")
    await expect(desk.locator("dialog#help")).to_contain_text("Bukan aduan")


async def status_of(house: House, ticket: str) -> str:
    assert house.gateway is not None
    async with house.gateway.database.read() as connection:
        of = table(Complaint)
        found = await connection.execute(select(of.c.status).where(of.c.ticket == ticket))
        return str(found.scalar_one())


async def test_two_at_one_report(desk: Page, browser: Browser, house: House) -> None:
    tickets = await fill(house, ["got mampet", "sampah menumpuk"])
    await report(desk, house, tickets[0])
    async with moderator(browser, house, "budi", locale="en") as other:
        await report(other, house, tickets[0])
        await other.keyboard.press("9")
        await moved_on(other, tickets[0])
    before = await stands(house, tickets[0])
    await desk.keyboard.press("8")
    dialog = desk.locator("dialog#act[open]")
    await expect(dialog).to_contain_text("budi")
    assert await wrong(desk) == []
    await picture(desk, "console-correct-changed.png")
    assert await stands(house, tickets[0]) == before
    await desk.keyboard.press("Enter")
    await moved_on(desk, tickets[0])
    assert await stands(house, tickets[0]) != before


async def test_a_session_that_ends_in_between(desk: Page, house: House) -> None:
    tickets = await fill(house, ["got mampet", "sampah menumpuk"])
    await report(desk, house, tickets[1])
    await desk.context.clear_cookies()
    await desk.keyboard.type("cpohon")
    await desk.keyboard.press("Enter")
    await expect(desk.locator("#toasts a")).to_have_attribute("target", "_blank")
    await expect(desk.locator("#named")).to_have_value("pohon")
    await sign_in(house, desk.context, "ani-again", locale="id")  # in another tab
    await desk.keyboard.press("Enter")
    await moved_on(desk, tickets[1])
    assert await stands(house, tickets[1]) == "pohon"


async def test_those_that_look_alike_and_back(desk: Page, house: House) -> None:
    same = [f"got depan rumah nomor {at} mampet dan bau" for at in range(1, 41)]
    tickets = await fill(house, ["pohon tumbang menutup jalan raya", *same])
    await report(desk, house, tickets[-1])
    await desk.keyboard.press("l")
    await expect(desk.locator("#ticked")).to_have_text("40")
    assert await wrong(desk) == []
    await picture(desk, "console-correct-many.png")
    await desk.keyboard.press("x")
    await expect(desk.locator("#ticked")).to_have_text("0")
    await desk.keyboard.press("a")
    await desk.keyboard.press("c")
    await desk.keyboard.type("galian")
    await desk.keyboard.press("Enter")
    await expect(desk.locator("#steps [role=status]")).to_contain_text("40 dari 40")
    assert await wrong(desk) == []
    assert await house.count(Complaint, category="galian_proyek") == 40
    await desk.keyboard.press("u")
    await expect(desk.locator("#steps [role=status]")).to_contain_text("40 dari 40 diurungkan")
    assert await house.count(Complaint, category="galian_proyek") == 0


async def test_on_a_phone_at_night_without_a_script(browser: Browser, house: House) -> None:
    tickets = await fill(house, ["got mampet", "sampah menumpuk"])
    night = {"viewport": PHONE, "color_scheme": "dark"}
    async with moderator(browser, house, "siti", locale="en", **night) as page:
        await report(page, house, tickets[0])
        assert await wrong(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    async with moderator(
        browser, house, "rudi", locale="en", java_script_enabled=False, **night
    ) as page:
        await page.goto(f"{house.url}/console/reports/{tickets[1]}")
        await page.get_by_role("textbox", name="Another category").fill("tree")
        await page.get_by_role("button", name="Take it").click()
        await expect(page.locator(f'#correct[data-ticket="{tickets[0]}"]')).to_have_count(1)
        assert await stands(house, tickets[1]) == "pohon"
        await page.get_by_role("button", name="Undo").click()
        await expect(page.locator(f'#correct[data-ticket="{tickets[1]}"]')).to_have_count(1)
        await page.get_by_role("link", name="Same as another").click()
        await page.get_by_label("Its number").fill(tickets[0])
        await page.get_by_role("button", name="Take it").click()
        assert await status_of(house, tickets[1]) == "duplicate"
