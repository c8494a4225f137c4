"""The way of a message, from delivery to recorded send, on both databases."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from channels.adapter import Outcome, Parked, Refused, Retry, Unknown
from console.answer.acts import change_status
from dialogs.conversation import Status
from gateway import worker
from store import complaints
from store.ids import Ids
from store.tables import (
    Complaint,
    Inbox,
    Outbox,
    Prediction,
    table,
)
from tests.gateway.conftest import PIN, REPORT, Talk, file, rows
from tests.paper import line


async def test_a_report_becomes_a_complaint_and_an_answer(talk: Talk) -> None:
    number = await file(talk)
    (complaint,) = await rows(talk.gateway, Complaint)
    assert complaint.ticket == number
    assert complaint.status == "open"
    assert REPORT in complaint.text
    assert (complaint.lat, complaint.lon) == tuple(PIN)
    assert complaint.kota is not None
    assert complaint.engine
    async with talk.gateway.database.read() as connection:
        history = await complaints.history(connection, number)
    assert [event["kind"] for event in history] == ["filed"]
    assert {row.state for row in await rows(talk.gateway, Outbox)} == {"sent"}
    assert {row.state for row in await rows(talk.gateway, Inbox)} <= {"done", "pending"}


async def test_the_prediction_is_kept(talk: Talk) -> None:
    await talk.say(REPORT)
    (prediction,) = await rows(talk.gateway, Prediction)
    assert (prediction.intent, prediction.category) == ("report", "saluran_air")
    assert prediction.engine.startswith("embedded ")


async def test_ten_times_the_same_is_answered_once(talk: Talk) -> None:
    outcomes = [(await talk.deliver(line("same", REPORT))).outcomes for _ in range(10)]
    await talk.settle()
    assert outcomes == [(Outcome.WRITTEN,)] + [(Outcome.DUPLICATE,)] * 9
    assert len(talk.paper.sent) == 1


async def test_the_status_is_told_and_its_change_comes_by_itself(talk: Talk) -> None:
    number = await file(talk)
    assert number in await talk.say("laporan saya sampai mana?")
    assert number in await talk.say(f"status {number}", sender="budi")
    await change_status(
        talk.gateway.database,
        Ids(),
        number,
        Status.IN_PROGRESS,
        actor="test",
        note="Petugas sedang ke lokasi.",
        now=datetime.now(UTC),
    )
    before = len(talk.paper.sent)
    await talk.settle()
    (told,) = talk.paper.sent[before:]
    assert number in str(told)
    assert "Petugas sedang ke lokasi." in str(told)
    async with talk.gateway.database.read() as connection:
        kinds = [one["kind"] for one in await complaints.history(connection, number)]
    assert kinds == ["filed", "status"]


async def test_a_status_that_the_table_forbids_changes_nothing(talk: Talk) -> None:
    number = await file(talk)
    with pytest.raises(ValueError, match="cannot become reopened; allowed: assigned"):
        await change_status(
            talk.gateway.database,
            Ids(),
            number,
            Status.REOPENED,
            actor="test",
            note="",
            now=datetime.now(UTC),
        )
    assert (await rows(talk.gateway, Complaint))[0].status == "open"
    with pytest.raises(LookupError, match="JKT-NONE"):
        await change_status(
            talk.gateway.database,
            Ids(),
            "JKT-NONE-0000",
            Status.DONE,
            actor="test",
            note="",
            now=datetime.now(UTC),
        )


async def test_an_edit_that_comes_before_its_message_loses_nothing(talk: Talk) -> None:
    await talk.say("lampu jalan mati di depan pasar", edited=True)
    await talk.say("lampu jln mti")
    await talk.settle()
    assert {row.state for row in await rows(talk.gateway, Inbox) if row.channel == "paper"} == {
        "done"
    }
    assert len(talk.paper.sent) >= 1
    assert len(await rows(talk.gateway, Prediction)) == 2


@pytest.mark.parametrize(
    ("outcome", "state", "attempts"),
    [
        (Retry(detail="500", after=timedelta(seconds=30)), "queued", 1),
        (Unknown(detail="connection lost"), "unknown", 1),
        (Refused(detail="blocked", blocked=True), "dead", 1),
        (Parked(), "parked", 0),
        (RuntimeError("adapter"), "unknown", 1),
    ],
)
async def test_every_outcome_of_a_send_is_recorded(talk, outcome, state, attempts) -> None:
    talk.paper.script = [outcome]
    await talk.say("halo")
    (row,) = await rows(talk.gateway, Outbox)
    assert (row.state, row.attempts) == (state, attempts)
    assert row.lease_until is None


async def test_a_retry_resumes_at_the_part_that_failed(talk: Talk) -> None:
    from channels.adapter import Sent

    talk.paper.pieces = 3
    talk.paper.script = [Sent(provider_id="p"), Retry(detail="429", after=timedelta(0))]
    await talk.say("halo")
    (row,) = await rows(talk.gateway, Outbox)
    assert (row.state, row.part) == ("sent", 3)
    assert len(talk.paper.sent) == 3  # no part twice


async def test_parked_messages_go_out_when_the_address_is_back(talk: Talk) -> None:
    talk.paper.script = [Parked()]
    assert await talk.say("halo") == ""
    await talk.gateway.doors["paper", "main"].awake("ani")
    await talk.send_due()
    assert len(talk.paper.sent) == 1


async def test_conversations_do_not_mix(talk: Talk) -> None:
    names = [f"warga{number}" for number in range(8)]
    for name in names:
        await talk.deliver(line(f"{name}-a", REPORT, name))
    await talk.settle()
    numbers = {await file(talk, f"x{name}") for name in names}
    assert len(numbers) == len(names)


async def test_two_workers_share_the_work_and_answer_once(talk: Talk) -> None:
    rooms = talk.gateway.worker._rooms
    second = worker.Worker(rooms, batch=4, lease=timedelta(seconds=60))
    for number in range(30):
        await talk.deliver(line(f"m{number}", "halo", f"warga{number}"))
    while sum(await asyncio.gather(talk.gateway.worker.once(), second.once())):
        pass
    await talk.send_due()
    assert len(talk.paper.sent) == 30
    async with talk.gateway.database.read() as connection:
        done = select(func.count()).where(table(Inbox).c.state == "done")
        assert (await connection.execute(done)).scalar_one() == 30


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "😀",
        "a" * 100_000,
        "\u202egnp.exe\u200b",
        "كيف الحال",
        "<script>alert(1)</script>",
    ],
)
async def test_strange_texts_get_an_answer(talk: Talk, text: str) -> None:
    assert await talk.say(text)


@pytest.mark.parametrize("pin", [[48.85, 2.35], [0.0, 0.0], [-6.9, 107.6]])
async def test_a_pin_outside_the_city_is_told_kindly(talk: Talk, pin) -> None:
    await talk.say("lampu jalan mati")
    heard = await talk.say(pin=pin)
    assert "Jakarta" in heard
    assert not await rows(talk.gateway, Complaint)
