"""Corrected, taken back, split, merged, a thousand at once: on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select

from channels.message import InboundMessage
from dialogs.conversation import Spot
from store import correcting, corrections, progress, publishing, splitting, undoing
from store.codec import load
from store.complaints import history
from store.correcting import Mark
from store.database import Database
from store.revisions import ConflictError
from store.said import Said
from store.splitting import Half, NotHisWordsError
from store.tables import Complaint, ComplaintEvent, Inbox, Supporter, table
from store.taking import REGRET
from store.undoing import NothingToUndoError
from store.workflow import IllegalMoveError
from tests.paper import NOON
from tests.store.test_nearby import IDS, keep

TEXT = "lampu jalan mati, dan sampah menumpuk di depan gang"
TODAY = {"now": NOON, "actor": "ani"}
NO_COMPLAINT = Said(categories=("bukan_aduan",))


@pytest.fixture
async def ticket(database: Database) -> str:
    """A report that the machine took for a flood."""
    await keep(database, {"ticket": "JKT-A", "text": TEXT})
    await filed(database)
    return "JKT-A"


async def filed(database: Database) -> None:
    """Every complaint has a history that begins."""
    async with database.begin() as connection:
        for number in (await connection.execute(select(table(Complaint).c.id))).scalars().all():
            event = {"id": IDS.next(), "complaint_id": number, "at": NOON, "kind": "filed"}
            await connection.execute(
                insert(table(ComplaintEvent)), [{**event, "actor": "citizen", "body": "{}"}]
            )


async def row(database: Database, ticket: str = "JKT-A"):
    async with database.read() as connection:
        of = table(Complaint)
        return (await connection.execute(select(of).where(of.c.ticket == ticket))).one()


async def rev(database: Database, ticket: str = "JKT-A") -> int:
    async with database.read() as connection:
        of = table(ComplaintEvent)
        mine = (await row(database, ticket)).id
        newest = select(func.max(of.c.id)).where(of.c.complaint_id == mine)
        return (await connection.execute(newest)).scalar_one()


async def kinds(database: Database, ticket: str = "JKT-A") -> list[str]:
    async with database.read() as connection:
        return [event["kind"] for event in await history(connection, ticket)]


async def say(database: Database, said: Said | None, *marks: Mark, **more):
    async with database.begin() as connection:
        return await correcting.correct(
            connection, IDS, marks or [Mark(ticket="JKT-A")], said, **{**TODAY, **more}
        )


async def take_back(database: Database, number: int, **more):
    async with database.begin() as connection:
        return await undoing.undo(connection, IDS, number, **{**TODAY, **more})


async def stand(database: Database) -> list[int]:
    async with database.read() as connection:
        return [one.id for one in await corrections.since(connection)]


async def waking(database: Database) -> list[tuple[str, str]]:
    """What the clock brings to citizens: the timer's name, and the row's state."""
    async with database.read() as connection:
        of = table(Inbox)
        rows = await connection.execute(select(of).where(of.c.channel == "clock").order_by(of.c.id))
        return [(load(InboundMessage, one.message).choice, one.state) for one in rows]


async def told(database: Database) -> list:
    """The news that citizens are to hear."""
    events = [int(name.split(":")[1]) for name, state in await waking(database)
              if name.startswith("news:") and state == "pending"]  # fmt: skip
    async with database.read() as connection:
        found = await progress.news(connection, events)
    return [found[event] for event in events]


async def heard(database: Database) -> None:
    """The clock has rung, and citizens were told."""
    async with database.begin() as connection:
        await connection.execute(table(Inbox).update().values(state="done"))


async def test_several_labels_and_the_first_leads(database: Database, ticket: str) -> None:
    said = Said(categories=("lampu_jalan", "sampah"))
    outcome = await say(database, said, Mark(ticket=ticket, rev=await rev(database)))
    (done,) = outcome.done
    assert (done.ticket, done.changed) == (ticket, True)
    assert (await row(database)).category == "lampu_jalan"
    async with database.read() as connection:
        (kept,) = await corrections.since(connection)
    assert (kept.said.categories, kept.before["category"]) == (said.categories, "banjir")
    assert await kinds(database) == ["filed", "corrected"]
    assert (await say(database, None)).done[0].changed is False  # right as it is
    assert await kinds(database) == ["filed", "corrected", "confirmed"]


async def test_what_somebody_changed_is_not_overwritten(database: Database, ticket: str) -> None:
    seen = Mark(ticket=ticket, rev=await rev(database))
    await say(database, Said(categories=("sampah",)), actor="budi")
    outcome = await say(database, Said(categories=("lampu_jalan",)), seen)
    assert outcome.done == ()
    (conflict,) = outcome.conflicts
    assert [(one.actor, one.kind, one.body["to"]) for one in conflict.changes] == [
        ("budi", "corrected", "sampah")
    ]
    assert (await row(database)).category == "sampah"
    again = await say(
        database, Said(categories=("lampu_jalan",)), Mark(ticket=ticket, rev=conflict.rev)
    )
    assert again.done[0].changed
    assert (await say(database, None, Mark(ticket="JKT-NONE"))).unknown == ("JKT-NONE",)


async def test_taken_back_it_stands_as_before_and_teaches_nothing(
    database: Database, ticket: str
) -> None:
    before = await row(database)
    spot = Spot(lat=-6.21, lon=106.81, words="Jl. Sabang 12", source="pin")
    said = Said(categories=("lampu_jalan",), spot=spot)
    (done,) = (await say(database, said)).done
    assert (await row(database)).place_words == "Jl. Sabang 12"
    assert await stand(database) == [done.correction]

    undone = await take_back(database, done.correction)
    assert (undone.ticket, undone.told) == (ticket, False)
    assert await row(database) == before
    assert await stand(database) == []
    async with database.read() as connection:
        all_of_it = await corrections.of_complaint(connection, ticket)
    assert [one.undoes for one in all_of_it] == [None, done.correction]
    assert await kinds(database) == ["filed", "corrected", "undone"]
    for number in (done.correction, undone.correction, 4711):
        with pytest.raises(NothingToUndoError):
            await take_back(database, number)


async def test_what_another_said_since_is_not_taken_back(database: Database, ticket: str) -> None:
    (mine,) = (await say(database, Said(categories=("sampah",)))).done
    await say(database, None, actor="budi")
    with pytest.raises(ConflictError) as refused:
        await take_back(database, mine.correction)
    assert [(one.actor, one.kind) for one in refused.value.changes] == [("budi", "confirmed")]
    assert (await row(database)).category == "sampah"


async def test_no_complaint_is_closed_kindly_unless_it_is_taken_back_in_time(
    database: Database, ticket: str
) -> None:
    (done,) = (await say(database, NO_COMPLAINT)).done
    closed = await row(database)
    assert (closed.category, closed.status) == ("bukan_aduan", "rejected")
    assert [(one.reason, one.status) for one in await told(database)] == [
        ("no_complaint", "rejected")
    ]
    async with database.read() as connection:
        of = table(Inbox)
        due = (await connection.execute(select(of.c.due_at).where(of.c.channel == "clock"))).one()
        public = await publishing.public(connection, ticket)
    assert due == (NOON + REGRET,)
    assert [step.status for step in public.steps] == ["open", "rejected"]

    assert not (await take_back(database, done.correction)).told
    assert await told(database) == []
    assert ((await row(database)).category, (await row(database)).status) == ("banjir", "open")
    async with database.read() as connection:
        public = await publishing.public(connection, ticket)
    assert [step.status for step in public.steps] == ["open"]

    (done,) = (await say(database, NO_COMPLAINT)).done
    await heard(database)
    assert (await take_back(database, done.correction)).told
    assert (await row(database)).status == "reopened"
    assert [one.status for one in await told(database)] == ["reopened"]


async def test_a_complaint_after_all_is_opened_again(database: Database, ticket: str) -> None:
    await say(database, NO_COMPLAINT)
    await say(database, Said(categories=("sampah",)), actor="budi")
    assert ((await row(database)).category, (await row(database)).status) == ("sampah", "reopened")


async def test_a_duplicate_and_back(database: Database, ticket: str) -> None:
    await keep(database, {"ticket": "JKT-B"})
    async with database.begin() as connection:
        await connection.execute(  # another citizen's
            table(Complaint).update().where(table(Complaint).c.ticket == "JKT-B")
            .values(conversation_id=select(func.max(table(Inbox).c.conversation_id)).scalar_subquery())
        )  # fmt: skip
        done = await correcting.duplicate(connection, IDS, Mark(ticket="JKT-B"), ticket, **TODAY)
    one = await row(database, "JKT-B")
    assert (one.status, one.merged_into) == ("duplicate", (await row(database)).id)
    assert [(news.reason, news.other) for news in await told(database)] == [("duplicate", ticket)]
    async with database.begin() as connection:
        with pytest.raises(IllegalMoveError):
            await correcting.duplicate(connection, IDS, Mark(ticket="JKT-B"), ticket, **TODAY)

    await take_back(database, done.correction)
    one = await row(database, "JKT-B")
    assert (one.status, one.merged_into) == ("open", None)
    assert await told(database) == []
    async with database.read() as connection:
        assert (await connection.execute(select(table(Supporter)))).all() == []
    assert (await kinds(database))[-2:] == ["merged", "unmerged"]


async def test_split_in_two(database: Database, ticket: str) -> None:
    await say(database, Said(categories=("lampu_jalan",)))
    half = Half(ticket="JKT-2", category="sampah", text="sampah  menumpuk di depan gang")
    async with database.begin() as connection:
        for wrong in (Half(ticket="JKT-2", category="sampah", text="sampah kota"),
                      Half(ticket="JKT-2", category="lampu_jalan")):  # fmt: skip
            with pytest.raises((NotHisWordsError, ValueError)):
                await splitting.split(connection, IDS, Mark(ticket=ticket), wrong, **TODAY)
        done = await splitting.split(
            connection, IDS, Mark(ticket=ticket, rev=await rev(database)), half, **TODAY
        )
    first, second = await row(database), await row(database, "JKT-2")
    assert (second.category, second.status, second.lat) == ("sampah", "open", first.lat)
    assert second.text == half.text
    assert second.filed_at == first.filed_at
    assert (await kinds(database), await kinds(database, "JKT-2")) == (
        ["filed", "corrected", "split"],
        ["split_from"],
    )
    (news,) = await told(database)
    assert (news.ticket.number, news.reason, news.other) == ("JKT-2", "split", ticket)
    async with database.read() as connection:
        learnt = (await corrections.since(connection))[-1]
    assert learnt.said.categories == ("lampu_jalan", "sampah")

    await take_back(database, done.correction)
    assert (await row(database, "JKT-2")).merged_into == first.id
    assert await told(database) == []


async def test_the_language_of_an_answer(database: Database, ticket: str) -> None:
    (done,) = (await say(database, Said(language="en"))).done
    assert done.changed
    assert await waking(database) == [("speak:en", "pending")]
    await take_back(database, done.correction)
    assert await waking(database) == [("speak:en", "pending"), ("speak:id", "pending")]


async def test_a_thousand_at_once(database: Database) -> None:
    numbers = [f"JKT-{at}" for at in range(1000)]
    await keep(database, *({"ticket": number} for number in numbers))
    await filed(database)
    marks = [Mark(ticket=number, rev=await rev(database, number)) for number in numbers[:1]]
    marks += [Mark(ticket=number) for number in numbers[1:]]
    outcome = await say(database, Said(categories=("macet",)), *marks, batch=7)
    assert len(outcome.done) == 1000
    async with database.read() as connection:
        of = table(Complaint)
        alike = select(func.count()).select_from(of).where(of.c.category == "macet")
        assert (await connection.execute(alike)).scalar() == 1000
        kept = await corrections.since(connection)
    assert {one.batch for one in kept} == {7}
    for one in kept[:3]:
        await take_back(database, one.id, now=NOON + timedelta(seconds=9))
    assert len(await stand(database)) == 997
