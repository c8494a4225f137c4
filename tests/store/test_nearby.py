"""Looking around: near, recent, open, of the kind; one query for many points, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from store import conversations, journal, nearby
from store.database import Database
from store.ids import Ids
from store.nearby import Point, near
from store.tables import Complaint, Inbox, Supporter, table
from tests.paper import NOON, message

IDS = Ids(node=1)
METRE = 1 / 111_200  # degrees of latitude
HERE = {"lat": -6.2, "lon": 106.8}


def point(**more) -> Point:
    plain = {"category": "banjir", **HERE, "radius_m": 300, "since": NOON - timedelta(days=2)}
    return Point(**{**plain, **more})


async def keep(database: Database, *rows: dict) -> None:
    """Complaints, each by its differences from a plain one; `people` have joined."""
    async with database.begin() as connection:
        raw = journal.Raw(body=b"", received_at=NOON)
        senders = ["ani", *(f"warga{at}" for at in range(5))]
        for sender in senders:
            received = journal.Received(messages=(message(sender, address=sender),))
            arrival = journal.Arrival(channel="paper", account="main", raw=raw, received=received)
            await journal.write(connection, IDS, [arrival])
        talks = [
            await conversations.find(connection, ("paper", "main", sender)) for sender in senders
        ]
        by = (await connection.execute(select(table(Inbox).c.id))).scalars().first()
        for row in rows:
            people = row.pop("people", 0)
            made = _row(row, talks[0], by)
            await connection.execute(insert(table(Complaint)), [made])
            for talk in talks[1 : 1 + people]:
                joined = {"complaint_id": made["id"], "conversation_id": talk, "inbox_id": by}
                rest = {"id": IDS.next(), "at": NOON, "text": "", "slots": "{}"}
                more = {"place_words": "", "anonymous": False}
                await connection.execute(insert(table(Supporter)), [{**joined, **rest, **more}])


def _row(row: dict, talk: int | None, by: int | None) -> dict:
    return {
        "id": IDS.next(),
        "status": "open",
        "category": "banjir",
        "confidence": 0.9,
        "engine": "",
        "text": "banjir " * 99,
        **HERE,
        "place_words": "",
        "place_source": "pin",
        "place_radius_m": 50,
        "slots": "{}",
        "emergency": False,
        "complete": True,
        "anonymous": False,
        "channel": "paper",
        "conversation_id": talk,
        "filed_by": by,
        "filed_at": NOON,
        "updated_at": NOON,
        **row,
    }


@pytest.mark.parametrize(
    ("other", "found"),
    [
        ({"lat": -6.2 + 299 * METRE}, True),
        ({"lat": -6.2 + 301 * METRE}, False),
        ({"lat": -6.2 + 290 * METRE, "lon": 106.8 + 290 * METRE}, False),  # a corner of the box
        ({"filed_at": NOON - timedelta(days=2)}, True),
        ({"filed_at": NOON - timedelta(days=2, microseconds=1)}, False),
        ({"category": "macet"}, False),
        ({"status": "reopened"}, True),
        ({"status": "in_progress"}, True),
        ({"status": "done"}, False),
        ({"status": "duplicate"}, False),
        ({"place_radius_m": 300}, True),
        ({"place_radius_m": 301}, False),
        ({"place_radius_m": None}, True),
        ({"lat": None, "lon": None}, False),
    ],
)
async def test_what_is_near(database: Database, other: dict, found: bool) -> None:  # noqa: FBT001
    await keep(database, {"ticket": "JKT-A", **other})
    async with database.read() as connection:
        around = await near(connection, [point()])
    assert [one.ticket.number for one in around.get(point(), ())] == (["JKT-A"] if found else [])


async def test_many_points_are_one_question(database: Database) -> None:
    await keep(
        database,
        {"ticket": "JKT-A", "people": 3},
        {"ticket": "JKT-B", "lat": -6.2 + 50 * METRE},
        {"ticket": "JKT-C", "category": "macet"},
        {"ticket": "JKT-D", "lat": -6.3},
    )
    flood, jam, far = point(), point(category="macet"), point(lat=-6.3)
    async with database.read() as connection:
        around = await near(connection, [flood, jam, far, flood, point(lat=-6.1)])
        assert await near(connection, []) == {}
    numbers = {at: [one.ticket.number for one in ones] for at, ones in around.items()}
    assert numbers == {flood: ["JKT-A", "JKT-B"], jam: ["JKT-C"], far: ["JKT-D"]}
    first = around[flood][0]
    assert first.people == 4
    assert len(first.words) == 200
    assert (first.ticket.mine, first.ticket.filed_at) == (False, NOON)


async def test_a_crowd_is_cut_short(database: Database, monkeypatch) -> None:
    monkeypatch.setattr(nearby, "_MOST_FOUND", 2)
    await keep(
        database,
        *({"ticket": f"JKT-{at}", "lat": -6.2 + at * METRE} for at in (5, 3, 1, 4)),
    )
    async with database.read() as connection:
        around = await near(connection, [point()])
    assert [one.ticket.number for one in around[point()]] == ["JKT-1", "JKT-3"]
