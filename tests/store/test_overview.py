"""Figures of the city, counted alike by both databases."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import insert

from console.overview import counting
from store import bursts, overview, waits
from store.codec import dump
from store.database import Database
from store.facts import Area
from store.overview import Corrected, Delivered, Period
from store.scope import Scope, within
from store.tables import (
    Complaint,
    ComplaintEvent,
    ConversationEvent,
    ConversationRow,
    Correction,
    Inbox,
    Outbox,
    Supporter,
    table,
)
from store.waits import Waited
from tests.paper import message

NOW = datetime(2026, 11, 25, 5, 30, tzinfo=UTC)
MONTH = Period(start=NOW - timedelta(days=30), end=NOW)
CIKINI = Area("Cikini", "Menteng", "Jakarta Pusat")
TEBET = Area("Tebet Timur", "Tebet", "Jakarta Selatan")
NOWHERE = Area("", "", "")
SDA = Scope(agency="dinas_sda")


class City:
    """Writes what happened, with its times."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._ids = count(1)

    async def put(self, of: Any, **values: Any) -> int:
        number = next(self._ids)
        async with self.database.begin() as connection:
            await connection.execute(insert(table(of)), [{"id": number, **values}])
        return number

    async def citizen(self) -> tuple[int, int]:
        talk = await self.put(
            ConversationRow, channel="paper", account="main", address=str(next(self._ids)),
            state="", stopped=False, handed_over=False, updated_at=NOW,
        )  # fmt: skip
        said = dump(message(str(talk)))
        inbox = await self.put(
            Inbox, channel="paper", external_id=str(talk), conversation_id=talk, message=said,
            due_at=NOW, state="done", attempts=0,
        )  # fmt: skip
        return talk, inbox

    async def filed(
        self, at: datetime, category: str = "banjir", area: Area = CIKINI, **more: Any
    ) -> int:
        talk, inbox = await self.citizen()
        where = {"kelurahan": area.kelurahan or None, "kecamatan": area.kecamatan or None,
                 "kota": area.kota or None}  # fmt: skip
        plain = {
            "ticket": f"JKT-{talk}", "status": "open", "category": category, "engine": "test",
            "confidence": 0.9, "text": "banjir selutut", "place_words": "depan sekolah",
            "place_source": "words", "slots": "{}", "emergency": False, "complete": True,
            "escalated": 0, "anonymous": False, "channel": "paper", "conversation_id": talk,
            "filed_by": inbox, "filed_at": at, "updated_at": at, "agency": "dinas_sda",
            "waits": 0, "checked": False,
        }  # fmt: skip
        return await self.put(Complaint, **{**plain, **where, **more})

    async def moved(self, complaint: int, to: str, at: datetime) -> None:
        await self.put(
            ComplaintEvent, complaint_id=complaint, at=at, kind="status", actor="rudi",
            body=json.dumps({"from": "open", "to": to}),
        )  # fmt: skip


@pytest.fixture
async def city(database: Database) -> City:
    return City(database)


async def test_volume_by_hour_channel_category_and_area(city: City) -> None:
    for minutes in (1, 40, 61):
        await city.filed(NOW - timedelta(minutes=minutes))
    await city.filed(NOW - timedelta(minutes=40), "sampah", TEBET, channel="email")
    await city.filed(NOW - timedelta(days=3), "macet", NOWHERE, agency="dishub")
    await city.filed(NOW - timedelta(days=31))  # before
    await city.filed(NOW)  # after: the end is not part of it
    async with city.database.read() as connection:
        shown = await overview.rows(connection, MONTH, most=2)
        others = await overview.rows(connection, MONTH, after=shown[-1].id)
    found = overview.volume(await counting.facts(city.database, MONTH))
    mine = overview.volume(await counting.facts(city.database, MONTH, SDA))
    assert found.total == 5
    assert found.hours == {
        datetime(2026, 11, 25, 5, tzinfo=UTC): 1,
        datetime(2026, 11, 25, 4, tzinfo=UTC): 3,
        datetime(2026, 11, 22, 5, tzinfo=UTC): 1,
    }
    assert found.channels == {"paper": 4, "email": 1}
    assert list(found.categories.items()) == [("banjir", 3), ("macet", 1), ("sampah", 1)]
    assert found.areas == {CIKINI: 3, TEBET: 1, NOWHERE: 1}
    assert mine.total == 4
    assert [len(shown), len(others)] == [2, 3]


async def test_the_first_word_of_a_person_and_the_last_done_count(city: City) -> None:
    start = NOW - timedelta(days=2)
    minutes = (10, 20, 30, 40, 100)
    for took in minutes:
        one = await city.filed(start, status="done")
        await city.moved(one, "in_progress", start + timedelta(minutes=took))
        await city.moved(one, "done", start + timedelta(minutes=took * 2))
        await city.moved(one, "reopened", start + timedelta(minutes=took * 3))
        await city.moved(one, "done", start + timedelta(minutes=took * 4))
    open_again = await city.filed(start, "sampah", TEBET, status="reopened", agency="dinas_lh")
    await city.moved(open_again, "done", start + timedelta(hours=1))
    await city.filed(start)  # nobody has answered
    facts = await counting.facts(city.database, MONTH)
    answered, done = waits.to_answer(facts), waits.to_done(facts)
    mine = waits.to_answer(await counting.facts(city.database, MONTH, SDA))
    assert _rounded(answered.all) == Waited(n=6, median=30 * 60, ninth=100 * 60)
    assert {name: _rounded(one) for name, one in answered.agencies.items()} == {
        "dinas_sda": Waited(n=5, median=30 * 60, ninth=100 * 60),
        "dinas_lh": Waited(n=1, median=3600, ninth=3600),
    }
    assert list(answered.areas) == [CIKINI, TEBET]
    assert _rounded(done.all) == Waited(n=5, median=120 * 60, ninth=400 * 60)
    assert list(done.areas) == [CIKINI]
    assert list(mine.agencies) == ["dinas_sda"]


def _rounded(one: Waited | None) -> Waited | None:
    return one and Waited(n=one.n, median=round(one.median), ninth=round(one.ninth))


async def test_a_moderators_message_answers_but_not_the_one_before(city: City) -> None:
    start = NOW - timedelta(days=1)
    await city.filed(start)
    async with city.database.read() as connection:
        talk = (await connection.execute(table(Complaint).select())).one().conversation_id
    for at, kind in ((-5, "said"), (3, "taken"), (7, "said"), (9, "said")):
        await city.put(
            ConversationEvent, conversation_id=talk, at=start + timedelta(minutes=at), kind=kind,
            actor="ani", text="",
        )  # fmt: skip
    facts = await counting.facts(city.database, MONTH)
    answered, done = waits.to_answer(facts), waits.to_done(facts)
    assert _rounded(answered.all) == Waited(n=1, median=420, ninth=420)
    assert (done.all, done.agencies, done.areas) == (None, {}, {})


async def test_what_was_predicted_is_counted_as_it_was_predicted(city: City) -> None:
    at = NOW - timedelta(days=1)
    for said in (("sampah", "banjir"), ("sampah",), ("banjir",)):
        one = await city.filed(at, said[-1])
        before = "banjir"
        for category in said:
            await city.put(
                Correction, complaint_id=one, actor="ani", at=at, engine="test",
                before=json.dumps({"category": before}), category=category, categories="[]",
            )  # fmt: skip
            before = category
    placed = await city.filed(at, "macet")
    await city.put(
        Correction, complaint_id=placed, actor="ani", at=at, engine="test", before="{}",
        category=None, categories="[]",
    )  # fmt: skip
    found = overview.corrected(await counting.facts(city.database, MONTH))
    # Three were predicted banjir; the first word on two of them was another.
    assert found == [
        Corrected(category="banjir", predicted=3, corrected=2),
        Corrected(category="macet", predicted=1, corrected=0),
    ]


async def test_deliveries_by_channel(city: City) -> None:
    talk, _ = await city.citizen()
    states = ["sent", "delivered", "read", "failed", "dead", "queued", "parked"]
    for channel, which in (("paper", states), ("email", ["sent"])):
        for state in which:
            await city.put(
                Outbox, key=f"{channel}-{state}", conversation_id=talk, channel=channel,
                account="main", message="{}", priority=0, state=state, part=0, attempts=0,
                due_at=NOW, created_at=NOW - timedelta(hours=1),
            )  # fmt: skip
    async with city.database.read() as connection:
        found = await overview.deliveries(connection, MONTH)
    assert found == [
        Delivered(channel="paper", messages=7, failed=2, waiting=2),
        Delivered(channel="email", messages=1, failed=0, waiting=0),
    ]


async def test_what_is_told_now_and_in_the_same_hours_of_past_weeks(city: City) -> None:
    week, window = timedelta(days=7), timedelta(hours=3)
    first = await city.filed(NOW - timedelta(hours=1))
    talk, inbox = await city.citizen()
    await city.put(
        Supporter, complaint_id=first, conversation_id=talk, inbox_id=inbox,
        at=NOW - timedelta(minutes=5), text="", slots="{}", place_words="", anonymous=False,
    )  # fmt: skip
    await city.filed(NOW - timedelta(hours=4))  # today, and not in the window
    await city.filed(NOW - week - timedelta(hours=2))
    await city.filed(NOW - 8 * week - timedelta(minutes=1))
    await city.filed(NOW - 9 * week - timedelta(minutes=1))  # too long ago
    await city.filed(NOW - week - timedelta(hours=2), area=TEBET)  # silent now
    await city.filed(NOW - timedelta(hours=2), area=NOWHERE)
    await city.filed(NOW - timedelta(hours=2), "sampah", CIKINI, agency="dinas_lh")
    async with city.database.read() as connection:
        (found,) = await bursts.told(connection, NOW, window, 8)
        (mine,) = await bursts.told(connection, NOW, window, 8, within(SDA))
        about = await bursts.of_what(connection, (NOW - window, NOW), CIKINI)
        since = await bursts.first(connection)
    assert (found.area, found.now, found.usual) == (CIKINI, 3, 2)
    assert mine.now == 2
    assert list(about) == ["banjir", "sampah"]
    assert since == NOW - 9 * week - timedelta(minutes=1)
