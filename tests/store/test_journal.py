"""T1: kept once, whatever comes how often, in whatever company."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from channels.adapter import Outcome, Raw, Received
from channels.message import MediaKind, MediaRef, Part
from store import inbox, journal, parts
from store.database import Database
from store.ids import Ids
from store.tables import Delivery, Media, table
from tests.paper import NOON, later, message

IDS = Ids(node=1)


def arrival(*messages, parts=(), malformed=(), body=b"{}") -> journal.Arrival:
    return journal.Arrival(
        channel="paper",
        account="main",
        raw=Raw(body=body, received_at=NOON),
        received=Received(messages=messages, parts=parts, malformed=malformed),
    )


async def write(database: Database, *arrivals: journal.Arrival):
    async with database.begin() as connection:
        return await journal.write(connection, IDS, arrivals)


async def count(database: Database, row) -> int:
    async with database.read() as connection:
        return (await connection.execute(select(func.count()).select_from(table(row)))).scalar_one()


async def test_the_same_update_ten_times_is_one_message(database: Database) -> None:
    outcomes = [await write(database, arrival(message("7"))) for _ in range(10)]
    assert outcomes == [[(Outcome.WRITTEN,)]] + [[(Outcome.DUPLICATE,)]] * 9
    assert await count(database, Delivery) == 1


async def test_duplicates_in_one_commit_are_seen(database: Database) -> None:
    outcomes = await write(database, *[arrival(message("7")) for _ in range(5)])
    assert sorted(outcomes) == [(Outcome.DUPLICATE,)] * 4 + [(Outcome.WRITTEN,)]
    async with database.read() as connection:
        assert await inbox.count(connection, "pending") == 1


async def test_the_same_id_on_another_channel_is_another_message(database: Database) -> None:
    outcomes = await write(database, arrival(message("7")), arrival(message("7", channel="other")))
    assert outcomes == [(Outcome.WRITTEN,), (Outcome.WRITTEN,)]


async def test_one_delivery_may_hold_many(database: Database) -> None:
    await write(database, arrival(message("1")))
    (outcomes,) = await write(
        database, arrival(message("1"), message("2"), malformed=("third is no JSON",))
    )
    assert outcomes == (Outcome.DUPLICATE, Outcome.WRITTEN, Outcome.DEAD)


async def test_what_cannot_be_read_is_kept_raw(database: Database) -> None:
    bytes_ = b"\xff\x00 not a message"
    await write(database, arrival(malformed=("not JSON",), body=bytes_))
    async with database.read() as connection:
        row = (await connection.execute(select(table(Delivery)))).one()
        assert (row.body, row.dead) == (bytes_, "not JSON")
        assert (await journal.raw(connection, row.id)).body == bytes_


async def test_a_cursor_moves(database: Database) -> None:
    async with database.begin() as connection:
        assert await journal.cursor(connection, "paper", "main") is None
        await journal.move_cursor(connection, "paper", "main", "10")
        await journal.move_cursor(connection, "paper", "main", "11")
        assert await journal.cursor(connection, "paper", "main") == "11"


def album(*names: str, total: int | None = None) -> list[journal.Arrival]:
    return [
        arrival(
            parts=(
                Part(
                    key="album",
                    index=index,
                    total=total,
                    message=message(
                        name,
                        text="caption" if index == 0 else "",
                        media=(MediaRef(ref=name, kind=MediaKind.PHOTO),),
                    ),
                ),
            )
        )
        for index, name in enumerate(names)
    ]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1)])
async def test_an_album_is_one_message_when_it_has_been_quiet(database, order) -> None:
    deliveries = album("a", "b", "c")
    for index in order:
        await write(database, deliveries[index])
    async with database.begin() as connection:
        assert await parts.join_due(connection, IDS, later(1)) == 0  # still quiet_s to go
        assert await parts.join_due(connection, IDS, later(3)) == 1
        assert await parts.join_due(connection, IDS, later(9)) == 0
        (whole,) = await inbox.claim(
            connection, owner="me", now=later(20), lease_for=later(60) - NOON, most=9
        )
    assert whole.message.text == "caption"
    assert [ref.ref for ref in whole.message.media] == ["a", "b", "c"]
    assert len(whole.media) == 3
    assert await count(database, Media) == 3


async def test_a_message_in_parts_is_whole_when_the_last_has_come(database: Database) -> None:
    first, second = album("a", "b", total=2)
    await write(database, second)
    async with database.begin() as connection:
        assert await parts.join_due(connection, IDS, NOON) == 0
    await write(database, first)
    async with database.begin() as connection:
        assert await parts.join_due(connection, IDS, NOON) == 1


async def test_a_part_that_comes_twice_counts_once(database: Database) -> None:
    first, _ = album("a", "b", total=2)
    await write(database, first)
    assert await write(database, first) == [(Outcome.DUPLICATE,)]
    async with database.begin() as connection:
        assert await parts.join_due(connection, IDS, NOON) == 0


def test_ids_grow_even_when_many_are_drawn_at_once() -> None:
    ids = Ids(node=3)
    drawn = [ids.next() for _ in range(20_000)]
    assert drawn == sorted(set(drawn))
    assert drawn[-1] < 2**63
