"""Somebody has told of it already: joining, being told, merging, on both databases."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from console.answer.acts import change_status
from dialogs.conversation import Status
from nlu.ticket import find
from store import complaints, correcting
from store.correcting import Mark
from store.ids import Ids
from store.tables import Complaint, Media, Supporter, table
from store.taking import REGRET
from store.workflow import IllegalMoveError
from tests.gateway.conftest import PIN, REPORT, Talk, file, pass_the_minute, photo, rows, until
from tests.paper import line

NEXT_DOOR = [PIN[0] + 0.0003, PIN[1]]  # 33 m to the north
FAR = [PIN[0] + 0.002, PIN[1]]  # 222 m; the radius of saluran_air is 100


async def tell(talk: Talk, sender: str, pin=NEXT_DOOR, text: str = REPORT) -> str:
    """Report, pass over what may be passed over, until the summary comes; returns it."""
    heard = await talk.say(text, sender, pin=pin)
    while not any(one.startswith(("join:", "confirm:")) for one in talk.paper.choices):
        skip = next(one for one in talk.paper.choices if one.endswith(":skip"))
        heard = await talk.say(sender=sender, choice=skip)
    return heard


async def ask(talk: Talk, words: str, sender: str, **more) -> str:
    """A message to a gateway whose loops run; returns the answer."""
    before = len(talk.paper.sent)
    await talk.deliver(line(f"{sender}-{before}", words, sender, **more))
    await until(lambda: len(talk.paper.sent) > before)
    return str(talk.paper.sent[-1])


async def file_running(talk: Talk, sender: str) -> str:
    """`file`, where the loops run."""
    heard = await ask(talk, REPORT, sender, pin=PIN)
    while not find(heard):
        choice = next(one for one in talk.paper.choices if one.endswith((":yes", ":skip")))
        heard = await ask(talk, "", sender, choice=choice)
    return find(heard)[0][0]


async def history(talk: Talk, number: str) -> list[dict]:
    async with talk.gateway.database.read() as connection:
        return await complaints.history(connection, number)


async def move(talk: Talk, number: str, status: Status, note: str = "") -> list[str]:
    """An officer moves the status; returns all that is said of it."""
    now = datetime.now(UTC)
    before = len(talk.paper.sent)
    database = talk.gateway.database
    await change_status(database, Ids(), number, status, actor="test", note=note, now=now)
    await talk.settle()
    return [str(one) for one in talk.paper.sent[before:]]


async def merge(talk: Talk, number: str, *, into: str, ago: timedelta = REGRET) -> None:
    """A moderator says that two complaints are one: a minute ago, so that it is told now."""
    now = datetime.now(UTC) - ago
    async with talk.gateway.database.begin() as connection:
        await correcting.duplicate(
            connection, Ids(), Mark(ticket=number), into, actor="test", now=now
        )


async def test_a_neighbour_joins_and_is_told_like_the_first(talk: Talk) -> None:
    number = await file(talk, "ani")
    asked = await tell(talk, "budi", text=f"{REPORT}, sudah dua hari")
    assert talk.paper.choices == ["join:yes", "join:no", "join:change"]
    assert "Sudah ada 1 laporan serupa di sini (baru saja)" in asked
    assert number not in asked
    assert number in await talk.say("ya", "budi")
    (joined,) = await rows(talk.gateway, Supporter)
    assert joined.text == f"{REPORT}, sudah dua hari"
    assert (joined.lat, joined.lon) == tuple(NEXT_DOOR)
    assert len(await rows(talk.gateway, Complaint)) == 1
    assert [one["kind"] for one in await history(talk, number)] == ["filed", "joined"]
    assert number in await talk.say("laporan saya", "budi")
    told = await move(talk, number, Status.DONE, "Sudah dibersihkan.")
    assert len(told) == 2
    assert all(number in one and "Sudah dibersihkan." in one for one in told)
    assert "Sudah ada 2 laporan" not in await tell(talk, "citra")  # done is not open
    await move(talk, number, Status.REOPENED)
    await talk.say("batal", "citra")
    assert "Sudah ada 2 laporan" in await tell(talk, "citra")


async def test_a_no_files_a_new_one_and_marks_what_it_resembles(talk: Talk) -> None:
    first = await file(talk, "ani")
    await tell(talk, "budi")
    heard = await talk.say("tidak", "budi")
    second = find(heard)[0][0]
    events = await history(talk, second)
    assert [(one["kind"], one["actor"]) for one in events] == [
        ("filed", "citizen"),
        ("resembles", "bot"),
    ]
    assert events[1]["body"] == {"ticket": first}


@pytest.mark.parametrize("pin", [FAR, [-6.1205, 106.7741]])
async def test_what_is_elsewhere_is_not_offered(talk: Talk, pin: list[float]) -> None:
    await file(talk, "ani")
    await tell(talk, "budi", pin=pin)
    assert talk.paper.choices[0] == "confirm:yes"


async def test_what_is_old_closed_mine_or_anywhere_is_not_offered(talk: Talk) -> None:
    number = await file(talk, "ani")
    await tell(talk, "ani")
    assert talk.paper.choices[0] == "confirm:yes"  # his own
    await talk.say("batal", "ani")
    complaint = table(Complaint)
    changes = (
        {"filed_at": datetime.now(UTC) - timedelta(days=31)},
        {"filed_at": datetime.now(UTC), "place_radius_m": 1400},
        {"place_radius_m": 50, "status": "rejected"},
    )
    # Each by another citizen: who says the same again and again is taken for a machine.
    for citizen, change in zip(("budi", "citra", "dewi"), changes, strict=True):
        async with talk.gateway.database.begin() as connection:
            await connection.execute(update(complaint).values(**change))
        await tell(talk, citizen)
        assert talk.paper.choices[0] == "confirm:yes", change
    async with talk.gateway.database.begin() as connection:
        await connection.execute(update(complaint).values(status="open"))
    await tell(talk, "eko")
    assert talk.paper.choices[0] == "join:yes"
    assert number in await talk.say("ikut", "eko")


async def test_the_place_may_come_in_the_last_turn(talk: Talk) -> None:
    """The place is told in answer to the question: the look-up comes before that is decided."""
    await file(talk, "ani")
    heard = await talk.say(REPORT.replace("Menteng ", ""), "budi")
    while "join:yes" not in talk.paper.choices:
        skip = [one for one in talk.paper.choices if one.endswith(":skip")]
        heard = await talk.say(sender="budi", **({"choice": skip[0]} if skip else {"pin": PIN}))
    assert "Sudah ada 1 laporan" in heard


async def test_a_photo_that_comes_with_joining_is_kept_with_the_complaint(running: Talk) -> None:
    await file_running(running, "ani")
    running.paper.files["foto"] = photo()
    await ask(running, REPORT, "budi", pin=PIN, photos=["foto"])
    assert running.paper.choices[0] == "join:yes"
    await ask(running, "", "budi", choice="join:yes")
    (complaint,) = await rows(running.gateway, Complaint)
    (kept,) = await rows(running.gateway, Media)
    assert kept.complaint_id == complaint.id


async def test_merged_complaints_tell_both_sides_once(talk: Talk) -> None:
    first = await file(talk, "ani")
    await tell(talk, "budi")
    second = find(await talk.say("tidak", "budi"))[0][0]
    before = len(talk.paper.sent)
    await merge(talk, second, into=first, ago=timedelta())
    await talk.settle()
    assert talk.paper.sent[before:] == []  # a minute to think better of it
    await pass_the_minute(talk.gateway.database)
    await talk.settle()
    (told,) = talk.paper.sent[before:]
    assert first in str(told)
    assert second in str(told)
    assert len(await move(talk, first, Status.DONE)) == 2
    assert "digabung" in await talk.say(f"status {second}", "budi")
    assert first in await talk.say("laporan saya", "budi")
    events = await history(talk, second)
    assert events[-1]["body"] == {"from": "open", "to": "duplicate", "into": first}
    assert (await history(talk, first))[1]["kind"] == "merged"


async def test_a_merge_is_told_before_what_becomes_of_the_other(talk: Talk) -> None:
    first = await file(talk, "ani")
    await tell(talk, "budi")
    second = find(await talk.say("tidak", "budi"))[0][0]
    await talk.say("STOP", "ani")  # so that budi alone is told
    await merge(talk, second, into=first, ago=timedelta())
    merged, done = await move(talk, first, Status.DONE)
    assert second in merged
    assert first in done
    assert second not in done


async def test_a_merge_that_makes_no_sense_changes_nothing(talk: Talk) -> None:
    first = await file(talk, "ani")
    second = await file(talk, "budi")
    with pytest.raises(LookupError, match="JKT-NONE"):
        await merge(talk, "JKT-NONE-0000", into=first)
    with pytest.raises(ValueError, match="same"):
        await merge(talk, first, into=first)
    await merge(talk, second, into=first)
    with pytest.raises(ValueError, match="same"):  # second stands for first now
        await merge(talk, first, into=second)
    await move(talk, first, Status.DONE)
    third = await file(talk, "citra")
    await move(talk, third, Status.IN_PROGRESS)
    with pytest.raises(IllegalMoveError):
        await merge(talk, third, into=first)
    assert len(await rows(talk.gateway, Supporter)) == 1


async def test_joining_what_was_merged_meanwhile_follows_it(talk: Talk) -> None:
    first = await file(talk, "ani")
    second = await file(talk, "budi")
    await tell(talk, "citra")
    offered = json.loads(await state(talk, "citra"))["about"]
    other = second if offered == first else first
    await merge(talk, offered, into=other)
    await talk.say("ya", "citra")
    assert other in await talk.say("laporan saya", "citra")


async def state(talk: Talk, sender: str) -> str:
    from store.tables import ConversationRow

    of = table(ConversationRow)
    async with talk.gateway.database.read() as connection:
        found = await connection.execute(select(of.c.state).where(of.c.address == sender))
        return found.scalar_one()


async def test_whoever_said_stop_is_told_of_nothing(talk: Talk) -> None:
    number = await file(talk, "ani")
    await tell(talk, "budi")
    await talk.say("ya", "budi")
    await tell(talk, "citra")
    third = find(await talk.say("beda", "citra"))[0][0]
    for sender in ("ani", "budi", "citra"):
        await talk.say("STOP", sender)
    assert await move(talk, number, Status.ASSIGNED) == []
    before = len(talk.paper.sent)
    await merge(talk, third, into=number)
    await talk.settle()
    assert talk.paper.sent[before:] == []
    await talk.say("MULAI", "budi")
    (told,) = await move(talk, number, Status.DONE)
    assert number in told


async def test_an_anonymous_reporter_is_nowhere_to_be_seen(talk: Talk) -> None:
    heard = await talk.say(
        f"anonim ya. {REPORT}. nama saya Budi Santoso, 081234567890", "budi", pin=PIN
    )
    while not find(heard):
        choice = next(one for one in talk.paper.choices if one.endswith((":yes", ":skip")))
        if choice == "confirm:yes":
            assert "Anonim" in heard
        heard = await talk.say(sender="budi", choice=choice)
    (complaint,) = await rows(talk.gateway, Complaint)
    number = find(heard)[0][0]
    assert complaint.anonymous
    assert REPORT in complaint.text
    await talk.say(f"status {number}", "budi")
    shown = json.dumps([complaint.text, *map(str, await history(talk, number))])
    for secret in ("Budi Santoso", "081234567890", "budi"):
        assert secret not in shown
    assert number in await talk.say("laporan saya", "budi")  # the bot still answers him
