"""Complaints: found, read, moved, assigned, noted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from console.answer import acts
from console.api import shapes
from console.api.operation import Call, Operation
from console.api.problem import ProblemError
from console.api.refusing import refused
from console.rights import Right
from dialogs.conversation import Status
from nlu.slots.personal import masked
from store import desk, dossier
from store.desk import Cursor, Filter, Item
from store.dossier import Dossier


class Row(shapes.Shape):
    """Something in the queue: a complaint, or what waits for a person and is none."""

    kind: str = Field(description="complaint, or what else waits: talk, message, mo, mt, raw")
    id: shapes.Id
    ticket: str
    urgency: int = Field(description="5 danger to 1 dead letter; 0 open; -1 settled")
    at: datetime
    channel: str
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


class Candidate(shapes.Shape):
    """What the machine thought that it might be."""

    category: str
    confidence: float


class Event(shapes.Shape):
    """Something that happened to a complaint."""

    id: shapes.Id
    at: datetime
    kind: str
    actor: str


class Photo(shapes.Shape):
    """A photo of a complaint; its bytes are at /console."""

    id: shapes.Id
    published: bool


class Complaint(shapes.Shape):
    """A complaint as it stands; personal data masked."""

    ticket: str
    revision: shapes.Id
    status: str
    category: str
    confidence: float
    candidates: list[Candidate]
    agency: str
    text: str
    lat: float | None
    lon: float | None
    place_words: str
    kelurahan: str
    kecamatan: str
    kota: str
    channel: str
    conversation: shapes.Id
    emergency: bool
    complete: bool
    escalated: int
    merged_into: str
    filed_at: datetime
    updated_at: datetime
    photos: list[Photo]
    history: list[Event]


class StatusChange(shapes.Change):
    """A status, and what the citizen is told with it."""

    status: Status
    note: Annotated[str, Field(max_length=4000, pattern=shapes.TEXT)] = ""


class Assignment(shapes.Change):
    """An agency by hand, or by the city's rules again."""

    agency: Annotated[str, Field(max_length=60, pattern=shapes.TEXT)] | None = Field(
        default=None, description="null: the city's rules decide"
    )


class Note(shapes.Change):
    """For colleagues alone."""

    text: Annotated[str, Field(min_length=1, max_length=4000, pattern=shapes.SAID)]


class QueueAsked(shapes.PageAsked):
    """Which complaints; an empty field asks for nothing."""

    words: Annotated[str, Field(max_length=200, pattern=shapes.TEXT)] = ""
    category: Annotated[str, Field(max_length=60, pattern=shapes.TEXT)] = ""
    channel: Annotated[str, Field(max_length=60, pattern=shapes.TEXT)] = ""
    agency: Annotated[str, Field(max_length=60, pattern=shapes.TEXT)] = ""
    area: Annotated[
        str, Field(max_length=200, pattern=shapes.AREA, description="kota/kecamatan/kelurahan")
    ] = ""
    status: Annotated[
        Literal["", "any"] | Status, Field(description="empty: all that is not settled")
    ] = ""
    below: Annotated[float | None, Field(ge=0, le=1, description="confidence")] = None
    since: shapes.Moment | None = None
    until: shapes.Moment | None = None


_TICKET = {"ticket": {"type": "string", "pattern": shapes.TICKET}}


async def queue(call: Call) -> Page:
    """A page of the queue, within the account's scope."""
    asked: QueueAsked = call.query
    wanted = Filter(
        words=asked.words,
        category=asked.category,
        channel=asked.channel,
        agency=asked.agency,
        area=asked.area,
        status=asked.status,
        below=asked.below,
        since=asked.since,
        until=asked.until,
    )
    after = Cursor.read(asked.after) if asked.after else None
    async with call.desk.database.read() as connection:
        page = await desk.search(
            connection, wanted, call.scope, now=call.desk.clock(), after=after, most=asked.most
        )
    return Page(items=[_row(one) for one in page.items], next=str(page.next) if page.next else None)


def _row(one: Item) -> Row:
    return Row(
        kind=one.kind,
        id=str(one.id),
        ticket=one.ticket,
        urgency=one.urgency,
        at=one.at,
        channel=one.channel,
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


async def complaint(call: Call) -> Complaint:
    """One complaint."""
    async with call.desk.database.read() as connection:
        found = await dossier.of(connection, call.path["ticket"], call.scope)
    if found is None:
        raise ProblemError(404, "not-found", "No complaint of that number")
    return _complaint(found)


def _complaint(one: Dossier) -> Complaint:
    predicted = one.predicted
    return Complaint(
        ticket=one.ticket,
        revision=str(one.rev),
        status=one.status,
        category=one.category,
        confidence=one.confidence,
        candidates=[
            Candidate(category=each.category, confidence=each.confidence)
            for each in (predicted.candidates if predicted else ())
        ],
        agency=one.agency,
        text=masked(one.text),
        lat=one.lat,
        lon=one.lon,
        place_words=masked(one.place_words),
        kelurahan=one.kelurahan,
        kecamatan=one.kecamatan,
        kota=one.kota,
        channel=one.channel,
        conversation=str(one.conversation_id),
        emergency=one.emergency,
        complete=one.complete,
        escalated=one.escalated,
        merged_into=one.merged_into,
        filed_at=one.filed_at,
        updated_at=one.updated_at,
        photos=[Photo(id=str(each.id), published=each.published) for each in one.photos],
        history=[
            Event(id=str(each.id), at=each.at, kind=each.kind, actor=each.actor)
            for each in one.history
        ],
    )


async def _changed(call: Call, act: Awaitable[Any]) -> shapes.Changed:
    """What stands after an act; what it refuses becomes a problem."""
    with refused():
        await act
        call.desk.ring()
        async with call.desk.database.read() as connection:
            revision = await desk.revision(connection, call.path["ticket"])
    return shapes.Changed(ticket=call.path["ticket"], revision=str(revision))


def _with(call: Call) -> dict[str, Any]:
    """What every act takes of a call."""
    seen: str | None = call.body.revision
    return {
        "actor": call.actor,
        "now": call.desk.clock(),
        "revision": int(seen) if seen is not None else None,
    }


async def status(call: Call) -> shapes.Changed:
    """Move a complaint, and let whoever follows it be told."""
    asked: StatusChange = call.body
    act = acts.change_status(
        call.desk.database, call.desk.ids, call.path["ticket"], asked.status,
        note=asked.note, scope=call.scope, **_with(call),
    )  # fmt: skip
    return await _changed(call, act)


async def assign(call: Call) -> shapes.Changed:
    """Give a complaint to an agency, or let the rules decide again."""
    asked: Assignment = call.body
    parts = (call.desk.database, call.desk.ids, call.path["ticket"])
    if asked.agency is None:
        rules = call.desk.agencies.assign
        return await _changed(
            call, acts.assign_by_rule(*parts, rules, scope=call.scope, **_with(call))
        )
    if asked.agency not in call.desk.agencies.by_slug:
        raise ProblemError(409, "agency", "There is no such agency", "GET /agencies names them.")
    return await _changed(call, acts.assign(*parts, asked.agency, scope=call.scope, **_with(call)))


async def note(call: Call) -> shapes.Changed:
    """Keep a note for colleagues."""
    asked: Note = call.body
    act = acts.note(
        call.desk.database, call.desk.ids, call.path["ticket"], asked.text,
        scope=call.scope, **_with(call),
    )  # fmt: skip
    return await _changed(call, act)


Act = Callable[[Call], Awaitable[BaseModel]]


def _change(path: str, summary: str, right: Right, act: Act, body: type[BaseModel]) -> Operation:
    return Operation(
        method="POST",
        path=f"/complaints/{{ticket}}/{path}",
        name=path,
        summary=summary,
        right=right,
        act=act,
        body=body,
        answers=shapes.Changed,
        tag="complaints",
        problems=(404, 409),
        parameters=_TICKET,
    )


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
        tag="complaints",
    ),
    Operation(
        method="GET",
        path="/complaints/{ticket}",
        name="complaint",
        summary="One complaint with all that is known of it",
        right=Right.LOOK,
        act=complaint,
        answers=Complaint,
        tag="complaints",
        problems=(404,),
        parameters=_TICKET,
    ),
    _change("status", "Change its status", Right.ACT, status, StatusChange),
    _change("assignment", "Assign it to an agency", Right.ANSWER, assign, Assignment),
    _change("notes", "Keep a note for colleagues", Right.ACT, note, Note),
)
