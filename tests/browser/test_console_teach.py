"""The machine learns and the city is seen, in a real Chromium before a real gateway."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from playwright.async_api import Browser, expect
from sqlalchemy import insert, select

from gateway.app import open_gateway
from gateway.settings import Settings
from nlu import shelf, training
from nlu.places.gazetteer import gazetteer
from store import corrections
from store.corrections import Said
from store.tables import (
    Complaint,
    ComplaintEvent,
    ConversationRow,
    Inbox,
    Outbox,
    Prediction,
    table,
)
from tests import small_kanal
from tests.browser.axe import wrong
from tests.browser.chat import House
from tests.browser.conftest import PHONE, on_a_phone
from tests.browser.desk import at_desk, picture

ROOT = Path(__file__).resolve().parents[2]
TEXT = "asbak penuh abu di ruang tunggu anak"
LABEL = "joki_3in1"
_TRAINED_MS = 120_000
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


class School(House):
    """A gateway whose machine learns a small corpus fast."""

    async def open(self) -> None:
        gateway = await self._stack.enter_async_context(open_gateway(self._settings))
        command = (sys.executable, str(ROOT / "tests" / "small_kanal.py"))
        gateway.desk = replace(gateway.desk, kanal=command)
        self.gateway = gateway
        await self._stack.enter_async_context(gateway.running())

    async def read_as(self) -> list[str]:
        """What each message was taken for, in order."""
        assert self.gateway is not None
        prediction = table(Prediction)
        async with self.gateway.database.read() as connection:
            rows = await connection.execute(
                select(prediction.c.category).order_by(prediction.c.inbox_id)
            )
            return list(rows.scalars())

    async def corrected(self, label: str) -> None:
        """A moderator says what the newest message is."""
        assert self.gateway is not None
        desk = self.gateway.desk
        newest = select(table(Prediction).c.inbox_id).order_by(table(Prediction).c.inbox_id.desc())
        async with desk.database.begin() as connection:
            number = (await connection.execute(newest)).scalars().first()
            await corrections.append(
                connection, desk.ids, Said(categories=(label,)), inbox_id=number, actor="ani",
                now=desk.clock(),
            )  # fmt: skip


@pytest.fixture
async def school(
    tmp_path: Path, sqlite: Path, port: int, monkeypatch: Any
) -> AsyncIterator[School]:
    var = tmp_path / "var"
    texts = small_kanal.small()
    training.train(var, examples=texts)
    lines = [json.dumps({"text": one.text, "label": one.categories[0]})
             for one in texts if one.categories]  # fmt: skip
    shutil.copy(sqlite, var)
    (var / "frozen").mkdir()
    (var / "frozen" / "texts.jsonl").write_text("\n".join(lines * 6), encoding="utf-8")
    said = {"schema_version": 1, "var": str(var), "nlu": {"frozen": str(var / "frozen")}}
    (tmp_path / "config.yml").write_text(json.dumps(said))
    monkeypatch.setenv("KANAL_CONFIG", str(tmp_path / "config.yml"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    settings = Settings(
        var=var,
        public={"port": port, "url": f"http://127.0.0.1:{port}"},
        metrics={"port": 0},
        dialogs={"gather_s": 0},
        channels={"webchat": {"messages_per_minute": 600}},
    )
    school = School(settings)
    await school.open()
    yield school
    await school.close()
    shutil.rmtree(var, ignore_errors=True)


async def test_a_model_is_promoted_on_the_page_and_reads_the_next_message_better(
    browser: Browser, school: School
) -> None:
    first = shelf.current_version(school.gateway.settings.var)
    await writes(browser, school)
    assert await school.read_as() != [LABEL]
    await school.corrected(LABEL)
    async with at_desk(browser, school, "moderator") as page:
        await page.goto(f"{school.url}/console/teach")
        await expect(page.get_by_text("Admins train and promote")).to_be_visible()
        assert await page.get_by_role("button", name="Train a candidate").count() == 0
        assert await wrong(page) == []
    async with at_desk(browser, school, "admin") as page:
        await page.goto(f"{school.url}/console/teach")
        await page.get_by_role("button", name="Train a candidate").click()
        await expect(page.locator("progress")).to_be_visible()
        promote = page.get_by_role("button", name="Promote this candidate")
        await expect(promote).to_be_visible(timeout=_TRAINED_MS)
        await expect(page.get_by_text("measures better", exact=True)).to_be_visible()
        assert await wrong(page) == []
        await picture(page, "console-teach.png")
        await promote.click()
        back = page.get_by_role("button", name=f"Go back to this one {first}")
        await expect(back).to_be_visible()
        await expect(promote).to_have_count(0)
    second = shelf.current_version(school.gateway.settings.var)
    assert second != first
    async with asyncio.timeout(30):  # the gateway takes it by itself
        while school.gateway.engine.version != f"embedded {second}":
            await asyncio.sleep(0.05)
    await writes(browser, school)
    assert (await school.read_as())[-1] == LABEL


async def writes(browser: Browser, house: House) -> None:
    """Somebody new tells it in the web chat."""
    async with on_a_phone(browser, house, locale="id-ID") as chat:
        await chat.say(TEXT)
        await chat.hears_more_than(0)


async def test_the_overview_wide_and_on_a_phone_by_day_and_by_night(
    browser: Browser, house: House
) -> None:
    await filled(house)
    async with at_desk(browser, house, "viewer") as page:
        await page.goto(f"{house.url}/console/overview")
        await expect(page.get_by_role("img", name="Reports by kelurahan")).to_be_visible()
        await expect(page.locator(".alarm")).to_contain_text("Cikini, Menteng")
        assert await wrong(page) == []
        await picture(page, "console-overview.png")
        await page.get_by_role("link", name="7 days").click()
        await expect(page.get_by_role("link", name="7 days")).to_have_attribute(
            "aria-current", "true"
        )
        await page.get_by_text("As a table").first.click()
        await expect(page.get_by_role("columnheader", name="When")).to_be_visible()
        await page.goto(f"{house.url}/console/")
        await expect(page.locator(".alarm")).to_contain_text("Cikini, Menteng")
    night = {"viewport": PHONE, "color_scheme": "dark"}
    async with at_desk(browser, house, "officer", locale="id", **night) as page:
        await page.goto(f"{house.url}/console/overview")
        await expect(page.get_by_text("Tidak ada apa-apa").first).to_be_visible()
        assert await page.get_by_text("Pesan yang tidak sampai").count() == 0
        assert await page.evaluate(WIDER) <= 0
        assert await wrong(page) == []
        assert (await page.context.request.get(f"{house.url}/console/teach")).status == 403
    async with at_desk(browser, house, "admin", locale="id", **night) as page:
        for path in ("teach", "overview"):
            await page.goto(f"{house.url}/console/{path}")
            assert await page.evaluate(WIDER) <= 0, path
            assert await wrong(page) == [], path
    async with at_desk(browser, house, "moderator", java_script_enabled=False) as page:
        await page.goto(f"{house.url}/console/overview?from=2026-11-01&to=2026-10-01")
        await expect(page.get_by_role("alert")).to_contain_text("no period")


async def filled(house: House) -> None:
    """Two months of an invented city, and a flood in Cikini within the hour."""
    assert house.gateway is not None
    desk, chance = house.gateway.desk, Random(1)
    now = desk.clock()
    ages = [timedelta(hours=chance.random() * 24 * 62) for _ in range(700)]
    spots = [chance.choice(gazetteer().kelurahan) for _ in ages]
    flood = next(one for one in gazetteer().kelurahan if one.name == "Cikini")
    ages += [timedelta(minutes=3 * at) for at in range(1, 15)]
    spots += [flood] * 14
    kinds = [("banjir", "dinas_sda"), ("sampah", "dinas_lh"), ("jalan_rusak", "bina_marga"),
             ("macet", "dishub"), ("pohon", "distamhut")]  # fmt: skip
    rows: dict[Any, list[dict[str, Any]]] = {
        one: [] for one in (ConversationRow, Inbox, Complaint, ComplaintEvent, Outbox)
    }
    for age, spot in zip(ages, spots, strict=True):
        number, at = desk.ids.next(), now - age
        category, agency = kinds[0] if spot is flood else chance.choice(kinds)
        channel = chance.choice(["webchat", "telegram", "email"])
        done = age > timedelta(days=4) and chance.random() < 0.8
        rows[ConversationRow].append({"id": number, "channel": channel, "account": "main",
            "address": str(number), "state": "", "stopped": False, "handed_over": False,
            "updated_at": at})  # fmt: skip
        rows[Inbox].append({"id": number, "channel": channel, "external_id": str(number),
            "conversation_id": number, "message": "{}", "due_at": at, "state": "done",
            "attempts": 0})  # fmt: skip
        rows[Complaint].append({"id": number, "ticket": f"JKT-{number}",
            "status": "done" if done else "open", "category": category, "engine": "test",
            "confidence": 0.9, "text": "", "place_words": "", "place_source": "pin",
            "slots": "{}", "emergency": False, "complete": True, "escalated": 0,
            "anonymous": False, "channel": channel, "conversation_id": number,
            "filed_by": number, "filed_at": at, "updated_at": at, "agency": agency, "waits": 0,
            "checked": False, "kelurahan": spot.name, "kecamatan": spot.kecamatan,
            "kota": spot.kota, "lat": spot.lat, "lon": spot.lon})  # fmt: skip
        if done:
            first = timedelta(hours=chance.expovariate(1 / 4))
            rows[ComplaintEvent].append({"id": desk.ids.next(), "complaint_id": number,
                "at": at + first, "kind": "status", "actor": "rudi", "body": "{}"})  # fmt: skip
            took = first + timedelta(hours=1 + chance.expovariate(1 / 20))
            rows[ComplaintEvent].append({"id": number, "complaint_id": number, "at": at + took,
                "kind": "status", "actor": "rudi", "body": "{}"})  # fmt: skip
        state = "failed" if chance.random() < 0.04 else "delivered"
        rows[Outbox].append({"id": number, "key": str(number), "conversation_id": number,
            "channel": channel, "account": "main", "message": "{}", "priority": 0,
            "state": state, "part": 1, "attempts": 1, "due_at": at, "created_at": at})  # fmt: skip
    async with desk.database.begin() as connection:
        for of, values in rows.items():
            await connection.execute(insert(table(of)), values)
