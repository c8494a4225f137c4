"""What breaks on the way of a message: nothing is lost, no neighbour waits; on both databases."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError

from channels.adapter import Outcome, Raw, StoreAway
from gateway import worker
from store import complaints, dead, decisions, journal
from store.database import StoreError
from store.tables import (
    ConversationRow,
    Delivery,
    Inbox,
    Task,
    table,
)
from tests.gateway.conftest import REPORT, Talk, rows
from tests.paper import line


async def test_what_cannot_be_parsed_is_kept_as_a_dead_letter(talk: Talk) -> None:
    accepted = await talk.gateway.doors["paper", "main"](
        Raw(body=b"\xff\x00{", received_at=datetime.now(UTC))
    )
    assert accepted.outcomes == (Outcome.DEAD,)
    (kept,) = await rows(talk.gateway, Delivery)
    assert (kept.body, kept.dead) == (b"\xff\x00{", "not JSON")


async def test_a_parser_that_breaks_loses_nothing(talk: Talk, monkeypatch) -> None:
    monkeypatch.setattr(talk.paper, "parse", lambda raw: 1 / 0)
    accepted = await talk.deliver(line("1", REPORT))
    assert accepted.outcomes == (Outcome.DEAD,)
    assert "ZeroDivisionError" in (await rows(talk.gateway, Delivery))[0].dead


async def test_a_store_that_is_away_means_try_again(talk: Talk, monkeypatch) -> None:
    async def away(_):
        raise StoreError("away")

    monkeypatch.setattr(talk.gateway.intake, "_keep", away)
    with pytest.raises(StoreAway):
        await talk.deliver(line("1", REPORT))


async def test_a_deadlock_is_no_dead_letter(talk: Talk, monkeypatch) -> None:
    """PostgreSQL gives way to another process: the provider is asked to try again."""

    class Deadlock(Exception):  # noqa: N818 - as the driver tells it
        sqlstate = "40P01"

    async def clash(*_):
        raise DBAPIError("INSERT", None, Deadlock("deadlock detected"))

    with monkeypatch.context() as busy:
        busy.setattr(journal, "write", clash)
        with pytest.raises(StoreAway):
            await talk.deliver(line("1", REPORT))
    assert await rows(talk.gateway, Delivery) == []
    assert (await talk.deliver(line("1", REPORT))).outcomes == (Outcome.WRITTEN,)


async def test_a_turn_that_fails_five_times_goes_to_a_person(talk: Talk, monkeypatch) -> None:
    def broken(*_):
        raise RuntimeError("no")

    monkeypatch.setattr(worker, "step", broken)
    await talk.deliver(line("1", REPORT))
    await talk.deliver(line("2", REPORT, "budi"))
    for _ in range(5):
        await talk.gateway.worker.once()
        async with talk.gateway.database.begin() as connection:
            inbox = table(Inbox)
            await connection.execute(update(inbox).values(due_at=datetime.now(UTC)))
    await talk.send_due()
    assert {row.state for row in await rows(talk.gateway, Inbox)} == {"dead"}
    assert {row.reason for row in await rows(talk.gateway, Task)} == {"dead_letter"}
    assert len(talk.paper.sent) == 2  # each is told that a person will read it


async def test_a_turn_that_a_person_sends_back_may_die_again(talk: Talk, monkeypatch) -> None:
    def broken(*_):
        raise RuntimeError("no")

    monkeypatch.setattr(worker, "step", broken)
    await talk.deliver(line("1", REPORT))
    inbox = table(Inbox)
    for life in (1, 2):
        for _ in range(5):
            await talk.gateway.worker.once()
            async with talk.gateway.database.begin() as connection:
                await connection.execute(update(inbox).values(due_at=datetime.now(UTC)))
        (row,) = await rows(talk.gateway, Inbox)
        assert (row.state, row.attempts) == ("dead", 5)
        assert len(await rows(talk.gateway, Task)) == life
        (conversation,) = await rows(talk.gateway, ConversationRow)
        assert conversation.lease_owner is None
        async with talk.gateway.database.begin() as connection:
            assert await dead.answer_again(connection, [row.id], datetime.now(UTC)) == 1
    await talk.send_due()
    assert len(talk.paper.sent) == 1  # he is told once that a person will read it


async def test_a_failure_that_cannot_be_counted_takes_no_neighbour_with_it(
    talk: Talk, monkeypatch
) -> None:
    real = worker.step

    def picky(before, turn):
        if turn.text == "meledak":
            raise RuntimeError("no")
        return real(before, turn)

    async def away(*_, **__):
        raise KeyError("key")

    monkeypatch.setattr(worker, "step", picky)
    monkeypatch.setattr(decisions, "failed", away)
    await talk.deliver(line("1", "meledak"))
    await talk.deliver(line("2", REPORT, "budi"))
    await talk.settle()
    assert len(talk.paper.sent) == 1


async def test_a_failed_turn_whose_lease_was_lost_changes_nothing(talk: Talk, monkeypatch) -> None:
    await talk.deliver(line("1", REPORT))
    taken = []

    async def slow(one) -> None:
        """Meanwhile another process has taken the conversation and answered."""
        async with talk.gateway.database.begin() as connection:
            await connection.execute(update(table(ConversationRow)).values(lease_owner="other"))
            await connection.execute(update(table(Inbox)).values(state="done"))
        taken.append(one)
        raise RuntimeError("no")

    monkeypatch.setattr(talk.gateway.engine, "understand", slow)
    await talk.gateway.worker.once()
    assert len(taken) == 1
    (row,) = await rows(talk.gateway, Inbox)
    assert (row.state, row.attempts) == ("done", 0)
    (conversation,) = await rows(talk.gateway, ConversationRow)
    assert conversation.lease_owner == "other"


async def test_a_text_that_breaks_the_engine_fails_alone(talk: Talk, monkeypatch) -> None:
    engine = talk.gateway.engine
    real = engine.understand

    async def picky(texts):
        if any("meledak" in text for text in texts):
            raise IndexError("no")
        return await real(texts)

    monkeypatch.setattr(engine, "understand", picky)
    await talk.deliver(line("1", "meledak"))
    await talk.deliver(line("2", REPORT, "budi"))
    await talk.settle()
    assert len(talk.paper.sent) == 1
    waiting = [row for row in await rows(talk.gateway, Inbox) if row.error]
    assert [(row.external_id, row.attempts) for row in waiting] == [("1", 1)]


async def test_a_bad_decision_takes_no_neighbour_with_it(talk: Talk, monkeypatch) -> None:
    real = complaints.file

    async def picky(connection, ids, filings, assign):
        if any(filing.draft.texts == ("meledak",) for filing in filings):
            raise RuntimeError("no")
        await real(connection, ids, filings, assign)

    monkeypatch.setattr(complaints, "file", picky)
    for sender in ("ani", "budi", "citra"):
        await talk.deliver(line(sender, REPORT, sender))
    await talk.settle()
    assert len(talk.paper.sent) == 3
