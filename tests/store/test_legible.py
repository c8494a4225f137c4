"""A row that nobody can read is a dead letter, and holds up nobody."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from store import blanks, dead, handover, inbox, journal, legible, loose, parts, transcript
from store.database import Database
from store.tables import Delivery, Inbox, Outbox, PartRow, table
from tests.paper import later, message
from tests.store import test_gathering as gathering
from tests.store.test_inbox import IDS, LEASE, claim, ids, put
from tests.store.test_journal import album, write
from tests.store.test_outbox import claim as to_send
from tests.store.test_outbox import queue

DELIVERY, INBOX, OUTBOX, PART = table(Delivery), table(Inbox), table(Outbox), table(PartRow)


async def spoil(database: Database, of, where, written: str = '{"text": 7}') -> None:
    async with database.begin() as connection:
        changed = await connection.execute(update(of).where(where).values(message=written))
        assert changed.rowcount == 1


async def read(database: Database, statement) -> list:
    async with database.read() as connection:
        return (await connection.execute(statement)).all()


@pytest.mark.parametrize("written", ["", "{", '{"text": 7}', "[]"])
async def test_a_message_that_cannot_be_read_is_left_to_a_person(database, written) -> None:
    await put(database, message("1"), message("2"), message("3", sender="budi", address="budi"))
    await spoil(database, INBOX, INBOX.c.external_id == "1", written)
    assert ids(await claim(database)) == ["3"]
    assert ids(await claim(database)) == ["2"]  # its own conversation goes on
    (row,) = await read(database, select(INBOX).where(INBOX.c.external_id == "1"))
    assert (row.state, row.error, row.message) == ("dead", legible.UNREADABLE, written)
    async with database.begin() as connection:
        (waits,) = await loose.waiting(connection, later(1))
        assert (waits.kind, waits.id, waits.why) == ("mo", row.id, (legible.UNREADABLE,))
        assert [one.content for one in await dead.letters(connection, 9)] == [written]
        assert len(await handover.lines(connection, row.conversation_id)) == 2
        assert len(await transcript.utterances(connection, row.conversation_id)) == 2
        assert await blanks.blank(connection, INBOX, [row.id], blanks.nobodys) == 1


async def test_a_turn_ends_before_what_cannot_be_read(database: Database) -> None:
    for at, text in enumerate(("pak", "ada banjir", "di Kemang")):
        await gathering.put(database, message(text, text=text), at=at)
    await spoil(database, INBOX, INBOX.c.external_id == "ada banjir")
    turns = []
    for at in (9, 10, 11):
        for turn in await gathering.claim(database, at=at):
            turns.append(turn.message.text)
            await gathering.answered(database, turn)
    assert turns == ["pak", "di Kemang"]


async def test_an_answer_that_cannot_be_read_is_left_to_a_person(database: Database) -> None:
    await queue(database, "a1", "a2")
    await queue(database, "b1", address="budi")
    await spoil(database, OUTBOX, OUTBOX.c.key == "a1")
    assert [one.message.key for one in await to_send(database)] == ["b1"]
    assert [one.message.key for one in await to_send(database, at=1)] == ["a2"]
    (row,) = await read(database, select(OUTBOX).where(OUTBOX.c.key == "a1"))
    assert (row.state, row.detail, row.lease_until) == ("dead", legible.UNREADABLE, None)
    async with database.begin() as connection:
        (waits,) = await loose.waiting(connection, later(1))
        assert (waits.kind, waits.id, waits.why) == ("mt", row.id, (legible.UNREADABLE,))
        assert {one.text for one in await handover.lines(connection, row.conversation_id)} == {
            "",
            "a2",
        }
        assert len(await transcript.utterances(connection, row.conversation_id)) == 2
        assert await blanks.blank(connection, OUTBOX, [row.id], blanks.to_nobody) == 1


async def test_of_an_album_with_a_part_that_cannot_be_read_the_rest_is_kept(database) -> None:
    for arrival in album("a", "b", "c"):
        await write(database, arrival)
    await spoil(database, PART, PART.c.index == 1)
    async with database.begin() as connection:
        assert await parts.join_due(connection, IDS, later(3)) == 1
        (whole,) = await inbox.claim(connection, owner="me", now=later(20), lease_for=LEASE, most=1)
        assert [one.ref for one in whole.message.media] == ["a", "c"]
        assert await parts.join_due(connection, IDS, later(3)) == 0
        ((lost,),) = (
            await connection.execute(select(DELIVERY.c.id).where(DELIVERY.c.dead.is_not(None)))
        ).all()
        assert (await journal.raw(connection, lost)).body
