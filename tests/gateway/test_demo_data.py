"""The invented city: whole, plausible, nobody's, and never among real people."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import func, select, update

from dialogs.conversation import Status
from gateway.cli.invented import spoken
from gateway.invented import year
from gateway.invented.filling import RealPeopleError, fill
from gateway.invented.life import ACCOUNT
from nlu.places.city import inside_city
from store import complaints, desk, tasks
from store.database import Database
from store.desk import ANY, Filter
from store.scope import EVERYTHING
from store.tables import Complaint, ConversationRow, Inbox, Outbox, Prediction, table
from store.workflow import NEXT

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
COMPLAINT = table(Complaint)


async def invent(database: Database, count: int = 60, **more) -> None:
    wanted = {"seed": 7, "channels": ["post", "pigeon"], "now": NOW, **more}
    await fill(database, count, **wanted)


async def count(database: Database, of) -> int:
    async with database.read() as connection:
        found = await connection.execute(select(func.count()).select_from(table(of)))
        return found.scalar_one()


async def test_a_year_of_complaints_with_all_that_belongs_to_them(database: Database) -> None:
    await invent(database)
    async with database.read() as connection:
        rows = (await connection.execute(select(COMPLAINT))).all()
        for row in rows:
            history = await complaints.history(connection, row.ticket)
            assert history[0]["kind"] == "filed"
            assert max(one["at"] for one in history) <= NOW
            now = Status.OPEN
            for one in history:
                if to := one["body"].get("to") if one["kind"] in ("status", "dispute") else None:
                    assert Status(to) in NEXT[now]
                    now = Status(to)
            assert row.status == now
        page = await desk.search(connection, Filter(status=ANY), EVERYTHING, now=NOW, most=99)
        weights = {ticket: row.waits for row in rows for ticket in [row.ticket]}
        for one in await tasks.waiting(connection):
            assert not one.ticket or weights[one.ticket] > 0
    assert len(rows) == 60
    assert len([item for item in page.items if item.ticket]) == 60
    assert all(inside_city(row.lat, row.lon) for row in rows)
    assert all(NOW - timedelta(days=year.DAYS + 1) < row.filed_at < NOW for row in rows)
    assert {row.channel for row in rows} == {"post", "pigeon"}
    assert len({row.kelurahan for row in rows}) > 20
    assert len({row.category for row in rows}) > 8
    assert await count(database, Prediction) == 60
    assert await count(database, Inbox) >= 60
    assert await count(database, Outbox) >= 60


async def test_nothing_of_it_is_ever_sent(database: Database) -> None:
    await invent(database, 300)
    async with database.read() as connection:
        out = (await connection.execute(select(table(Outbox)))).all()
        talks = (await connection.execute(select(table(ConversationRow)))).all()
    assert {row.account for row in (*out, *talks)} == {ACCOUNT}
    assert {row.state for row in out} <= {"delivered", "dead"}


async def test_real_people_are_left_alone(database: Database) -> None:
    await invent(database, 3)
    await invent(database, 3)  # others
    assert await count(database, Complaint) == 6
    async with database.begin() as connection:
        await connection.execute(update(table(ConversationRow)).values(account="main"))
    with pytest.raises(RealPeopleError, match=rf"--force {database.name}$"):
        await invent(database, 3)
    with pytest.raises(RealPeopleError):
        await invent(database, 3, force="another")
    await invent(database, 3, seed=8, force=database.name)
    assert await count(database, Complaint) == 9


def test_most_of_what_is_old_is_settled() -> None:
    random, filed = Random(1), NOW - timedelta(days=100)
    last = Counter(
        moved[-1][0] if (moved := year.moves(random, filed, NOW)) else Status.OPEN
        for _ in range(2000)
    )
    assert 0.88 < sum(last[one] for one in ("done", "rejected", "duplicate")) / 2000 < 0.97
    assert min(last["open"], last["reopened"]) > 0


def test_cards_are_no_channel_to_report_on() -> None:
    channels = spoken()
    assert "webchat" in channels
    assert not {"card", "_template"} & set(channels)
