"""The queue: what waits for a person, how much of what, what looks alike, what has changed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from console.api import shapes
from console.api.filters import Filtered
from console.api.operation import Call, Operation
from console.api.refusing import refused
from console.correct import selecting
from console.queue import acts
from console.rights import Right
from nlu.slots.personal import masked
from store import counts as counting
from store import desk, pulse
from store.desk import ANY, Cursor, Filter, Item
from store.urgency import Need


class QueueAsked(Filtered, shapes.PageAsked):
    """Which complaints; an empty field asks for nothing."""


class Row(shapes.Shape):
    """Something in the queue: a complaint, or what waits for a person and is none."""

    kind: str = Field(description="complaint, or what else waits: talk, message, mo, mt, raw")
    id: shapes.Id
    ticket: str
    urgency: int = Field(description="5 danger to 1 dead letter; 0 open; -1 settled")
    why: list[str] = Field(description="reasons of open tasks, or of a dead letter")
    at: datetime
    channel: str
    conversation: shapes.Id | None
    status: str | None
    category: str
    confidence: float | None
    agency: str
    kota: str
    kecamatan: str
    kelurahan: str
    place: str
    text: str = Field(description="the beginning, personal data masked")
    emergency: bool
    revision: shapes.Id


class Page(shapes.Shape):
    """Some of what was asked for, in the queue's order."""

    items: list[Row]
    next: str | None = Field(description="`after` of the next page; null when this is the last")


class Count(shapes.Shape):
    """How many there are of what: `by` names what is counted, `value` which of it."""

    by: str = Field(description="need, status, category, channel, agency, kota")
    value: str
    count: int


class Counts(shapes.Shape):
    """How many the filter holds."""

    total: int
    capped: bool = Field(description="there are more, and the counts are of the first ones found")
    items: list[Count]


class AlikeRow(shapes.Shape):
    """A complaint, and how like another it is in words, 0 to 1."""

    like: float
    row: Row


class Alike(shapes.Shape):
    """Those that look alike, the complaint itself first."""

    items: list[AlikeRow]
    more: bool = Field(description="the filter holds more than were compared")


class ChangesAsked(shapes.Shape):
    """After which change; without: the newest alone is told, to begin from."""

    after: Annotated[str, Field(pattern=r"^([0-9]{1,18})?$")] = ""


class Beat(shapes.Shape):
    """A complaint that has changed, or somebody who waits and has none (no ticket)."""

    id: shapes.Number
    ticket: str
    new: bool


class Changes(shapes.Shape):
    """What has changed, oldest first."""

    items: list[Beat]
    next: shapes.Id = Field(description="`after` of the next request")


class Looked(shapes.Shape):
    """It waits no longer."""

    kind: str
    id: shapes.Id


async def queue(call: Call) -> Page:
    """A page of the queue, within the account's scope."""
    asked: QueueAsked = call.query
    after = Cursor.read(asked.after) if asked.after else None
    now = call.desk.clock()
    async with call.desk.database.read() as connection:
        page = await desk.search(
            connection, asked.filter(now), call.scope, now=now, after=after, most=asked.most
        )
    return Page(items=[row(one) for one in page.items], next=str(page.next) if page.next else None)


def row(one: Item) -> Row:
    """An item as it is answered."""
    return Row(
        kind=one.kind,
        id=str(one.id),
        ticket=one.ticket,
        urgency=one.urgency,
        why=[masked(why) for why in one.why],
        at=one.at,
        channel=one.channel,
        conversation=str(one.conversation_id) if one.conversation_id else None,
        status=one.status,
        category=one.category,
        confidence=one.confidence,
        agency=one.agency,
        kota=one.kota,
        kecamatan=one.kecamatan,
        kelurahan=one.kelurahan,
        place=masked(one.place),
        text=masked(one.text),
        emergency=one.emergency,
        revision=str(one.revision),
    )


async def counts(call: Call) -> Counts:
    """How many the filter holds, of each kind."""
    asked: Filtered = call.query
    now = call.desk.clock()
    wanted = asked.filter(now)
    async with call.desk.database.read() as connection:
        _, tally = await counting.look(connection, wanted, call.scope, now=now)
    names = {need.value: need.name.lower() for need in Need}
    found = [
        Count(by="need", value=names[value], count=count)
        for value, count in tally.by["urgency"].items()
        if value in names
    ]
    found += [
        Count(by=name, value=str(value), count=count)
        for name in counting.FACETS
        if name != "urgency"
        for value, count in tally.by[name].items()
        if value
    ]
    return Counts(total=tally.total, capped=tally.capped, items=found)


async def alike(call: Call) -> Alike:
    """Those of the filter that are like one complaint in words, the likest first."""
    asked: Filtered = call.query
    with refused():
        near, more = await selecting.alike(
            call.desk, call.path["ticket"], asked.filter(call.desk.clock()), call.scope
        )
    return Alike(items=[AlikeRow(like=like, row=row(one)) for one, like in near], more=more)


async def changes(call: Call) -> Changes:
    """What has changed since, within the account's scope: to be asked again and again."""
    asked: ChangesAsked = call.query
    async with call.desk.database.read() as connection:
        if not asked.after:
            return Changes(items=[], next=str(await pulse.newest(connection)))
        beats = await pulse.since(connection, int(asked.after))
        tickets = {one.ticket for one in beats if one.ticket}
        mine = await desk.among(connection, tickets, Filter(status=ANY), call.scope)
    held = {one.ticket for one in mine} | ({""} if call.scope.whole else set())
    return Changes(
        items=[Beat.made_of(one) for one in beats if one.ticket in held],
        next=str(beats[-1].id) if beats else asked.after,
    )


async def seen(call: Call) -> Looked:
    """Somebody has looked at what is no complaint: it waits no longer."""
    kind, number = call.path["kind"], call.whole("id")
    with refused():
        await acts.seen(call.desk, kind, number, actor=call.actor)
    return Looked(kind=kind, id=str(number))


OPERATIONS = (
    Operation(
        method="GET",
        path="/complaints",
        name="queue",
        summary="What needs a person first, then the newest",
        right=Right.LOOK,
        act=queue,
        query=QueueAsked,
        answers=Page,
        tag="queue",
    ),
    Operation(
        method="GET",
        path="/counts",
        name="counts",
        summary="How many complaints the filter holds, of each kind",
        right=Right.LOOK,
        act=counts,
        query=Filtered,
        answers=Counts,
        tag="queue",
    ),
    Operation(
        method="GET",
        path="/changes",
        name="changes",
        summary="What has changed since one asked last",
        right=Right.LOOK,
        act=changes,
        query=ChangesAsked,
        answers=Changes,
        tag="queue",
    ),
    Operation(
        method="GET",
        path="/complaints/{ticket}/alike",
        name="alike",
        summary="Complaints that look alike: what may be corrected together",
        right=Right.CORRECT,
        act=alike,
        query=Filtered,
        answers=Alike,
        tag="queue",
    ),
    Operation(
        method="POST",
        path="/queue/{kind}/{id}/seen",
        name="seen",
        summary="What is no complaint has been looked at",
        right=Right.CORRECT,
        act=seen,
        answers=Looked,
        tag="queue",
    ),
)
