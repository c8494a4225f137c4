"""The way of a message, from delivery to recorded send, on both databases."""

from __future__ import annotations

import asyncio
import io
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError

from channels.adapter import Outcome, Parked, Raw, Refused, Retry, StoreAway, Unknown
from channels.errors import Unreachable
from console.answer.acts import change_status
from dialogs.conversation import Status
from dialogs.phrasebook import say
from gateway import media, worker
from gateway.running import Gateway
from nlu.ticket import find
from store import complaints, dead, decisions, journal
from store.database import StoreError
from store.ids import Ids
from store.tables import (
    Complaint,
    ConversationRow,
    Delivery,
    Inbox,
    Media,
    Outbox,
    Prediction,
    Task,
    table,
)
from tests.gateway.conftest import Talk
from tests.paper import line

PIN = [-6.1957, 106.8322]  # Menteng
REPORT = "air got depan SD 03 Menteng meluap ke jalan, tolong dibersihkan salurannya"


async def rows(gateway: Gateway, of) -> list:
    async with gateway.database.read() as connection:
        return (await connection.execute(select(table(of)))).all()


async def file(talk: Talk, sender: str = "ani") -> str:
    """Report with a pin, pass over what may be passed over, confirm; returns the ticket number."""
    heard = await talk.say(REPORT, sender, pin=PIN)
    while not find(heard):
        ends = (":no", ":skip") if "join:no" in talk.paper.choices else (":yes", ":skip")
        choice = next(one for one in talk.paper.choices if one.endswith(ends))
        heard = await talk.say(sender=sender, choice=choice)
    return find(heard)[0][0]


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


def photo() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((320, 240), 50).convert("RGB").save(out, "JPEG")
    return out.getvalue()


async def test_a_photo_is_kept_and_joins_the_complaint(running: Talk) -> None:
    running.paper.files["foto"] = photo()
    await running.deliver(line("1", REPORT, pin=PIN, photos=["foto"]))
    await until(lambda: running.paper.sent)
    for number in range(4):
        choice = next(one for one in running.paper.choices if one.endswith((":yes", ":skip")))
        told = len(running.paper.sent)
        await running.deliver(line(f"answer-{number}", choice=choice))
        await until(lambda told=told: len(running.paper.sent) > told)
        if find(str(running.paper.sent[-1])):
            break
    await until(lambda: any(find(str(one)) for one in running.paper.sent))
    (kept,) = await rows(running.gateway, Media)
    (complaint,) = await rows(running.gateway, Complaint)
    assert (kept.state, kept.complaint_id) == ("kept", complaint.id)
    folder = running.gateway.settings.var / "media"
    assert (folder / kept.sha256[:2] / f"{kept.sha256}.jpg").exists()


async def test_what_is_no_photo_is_told_in_a_sentence(running: Talk) -> None:
    running.paper.files["foto"] = b"PK\x03\x04 an archive named .jpg"
    await running.deliver(line("1", REPORT, photos=["foto"]))
    await until(lambda: running.paper.sent)
    (kept,) = await rows(running.gateway, Media)
    assert (kept.state, kept.reason) == ("refused", "media_not_a_photo")
    assert "foto" in str(running.paper.sent[0]).lower()


async def test_media_that_never_end_are_cut_off_and_told(running: Talk, monkeypatch) -> None:
    read, ended = [], []

    async def endless(*_):
        try:
            while True:
                read.append(1_000_000)
                yield bytes(1_000_000)
        finally:
            ended.append(True)

    monkeypatch.setattr(running.paper, "fetch", endless)
    await running.deliver(line("1", REPORT, photos=["foto"]))
    await until(lambda: running.paper.sent)
    (refused,) = await rows(running.gateway, Media)
    assert (refused.state, refused.reason) == ("refused", "media_too_large")
    assert ended  # the connection is let go at once
    assert sum(read) <= running.gateway.settings.media.max_bytes + 1_000_000


async def test_media_that_stop_in_the_middle_hold_up_nothing_for_ever(
    running: Talk, monkeypatch
) -> None:
    ended = []

    async def stalls(*_):
        try:
            yield photo()[:100]
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    monkeypatch.setattr(media, "LEASE", timedelta(seconds=0.1))
    with monkeypatch.context() as slow:
        slow.setattr(running.paper, "fetch", stalls)
        await running.deliver(line("1", REPORT, pin=PIN, photos=["foto"]))
        await until(lambda: ended)
    running.paper.files["foto"] = photo()
    async with asyncio.timeout(20):
        while (await rows(running.gateway, Media))[0].state != "kept":
            async with running.gateway.database.begin() as connection:  # the wait is over
                await connection.execute(
                    update(table(Media))
                    .where(table(Media).c.state == "pending")
                    .values(due_at=datetime.now(UTC))
                )
            await asyncio.sleep(0.05)


async def until(condition) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.02)


async def test_a_photo_refused_after_its_turn_is_told_too(running: Talk) -> None:
    running.paper.files["foto"] = Unreachable("slow")
    await running.deliver(line("1", REPORT, pin=PIN, photos=["foto"]))
    async with running.gateway.database.begin() as connection:  # patience is over
        await connection.execute(update(table(Inbox)).values(due_at=datetime.now(UTC)))
    await until(lambda: running.paper.sent)
    running.paper.files["foto"] = b"no photo"
    async with running.gateway.database.begin() as connection:
        await connection.execute(update(table(Media)).values(due_at=datetime.now(UTC)))
    await until(lambda: len(running.paper.sent) == 2)
    assert running.paper.sent[1] == say("id", "media_not_a_photo", {})


async def test_an_edit_that_comes_before_its_message_loses_nothing(talk: Talk) -> None:
    await talk.say("lampu jalan mati di depan pasar", edited=True)
    await talk.say("lampu jln mti")
    await talk.settle()
    assert {row.state for row in await rows(talk.gateway, Inbox) if row.channel == "paper"} == {
        "done"
    }
    assert len(talk.paper.sent) >= 1
    assert len(await rows(talk.gateway, Prediction)) == 2


async def test_an_album_is_one_report(running: Talk) -> None:
    running.paper.files |= {"a": photo(), "b": photo()}
    for index, name in enumerate("ab"):
        await running.deliver(
            line(
                f"al-{name}",
                REPORT if index == 0 else "",
                photos=[name],
                album="g",
                index=index,
                total=2,
            )
        )
    await until(lambda: running.paper.sent)
    assert len(running.paper.sent) == 1
    assert len(await rows(running.gateway, Media)) == 2


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
