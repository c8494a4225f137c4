"""One complaint with all that is known of it; personal data masked until it is asked for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from console.api import shapes
from console.api.operation import Call, Operation
from console.api.photos import Photo
from console.api.problem import ProblemError
from console.api.refusing import refused
from console.api.utterances import Line, lines
from console.report import acts, beside, veil
from console.report.acts import By
from console.report.veil import Veil
from console.rights import Right
from store import dossier
from store.corrections import Kept
from store.dossier import Dossier
from store.transcript import Utterance


class Candidate(shapes.Shape):
    """What the machine thought that it might be."""

    category: str
    confidence: float


class Event(shapes.Shape):
    """Something that happened to a complaint, a colleague's note too."""

    id: shapes.Id
    at: datetime
    kind: str
    actor: str
    body: dict[str, Any]


class Word(shapes.Shape):
    """A moderator's word on it; `undoes` names the one that it takes back."""

    correction: shapes.Id
    at: datetime
    actor: str
    categories: list[str]
    language: str | None
    batch: shapes.Id | None
    undoes: shapes.Id | None
    duplicate: bool
    split: bool


class Joined(shapes.Shape):
    """Somebody who joined it, with his own words."""

    conversation: shapes.Id
    channel: str
    at: datetime
    text: str


class Todo(shapes.Shape):
    """A task about it, done or not."""

    id: shapes.Number
    reason: str
    at: datetime
    done_at: datetime | None
    done_by: str


class Complaint(shapes.Shape):
    """A complaint as it stands."""

    ticket: str
    revision: shapes.Id
    status: str
    category: str
    confidence: float
    candidates: list[Candidate]
    agency: str
    text: str
    published_text: str
    lat: float | None
    lon: float | None
    place_words: str
    place_source: str
    kelurahan: str
    kecamatan: str
    kota: str
    slots: dict[str, Any]
    channel: str
    address: str
    language: str
    conversation: shapes.Id
    anonymous: bool
    emergency: bool
    complete: bool
    escalated: int
    merged_into: str
    merged: list[str] = Field(description="tickets that were merged into this one")
    filed_at: datetime
    updated_at: datetime
    photos: list[Photo]
    joined: list[Joined]
    tasks: list[Todo]
    corrections: list[Word]
    history: list[Event]


class Conversation(shapes.Shape):
    """What was said of a complaint, oldest first."""

    items: list[Line]


class Revealed(shapes.Shape):
    """A complaint and its conversation with personal data: that it was asked for is kept."""

    complaint: Complaint
    conversation: list[Line]


async def found_of(call: Call) -> Dossier:
    """The complaint that the path names, not veiled. Raises: ProblemError."""
    async with call.desk.database.read() as connection:
        found = await dossier.of(connection, call.path["ticket"], call.scope)
    if found is None:
        raise ProblemError(404, "not-found", "No complaint of that number")
    return found


async def _said(call: Call, found: Dossier) -> list[Utterance]:
    async with call.desk.database.read() as connection:
        return await beside.said(connection, found, call.scope)


async def complaint(call: Call) -> Complaint:
    """One complaint, personal data masked."""
    found = await found_of(call)
    return _complaint(found, veil.veil(call, anonymous=found.anonymous))


def _complaint(found: Dossier, over: Veil) -> Complaint:
    one = veil.complaint(found, over)
    same = (
        "ticket", "status", "category", "confidence", "agency", "text", "published_text", "lat",
        "lon", "place_words", "place_source", "kelurahan", "kecamatan", "kota", "channel",
        "address", "anonymous", "emergency", "complete", "escalated", "merged_into", "filed_at",
        "updated_at",
    )  # fmt: skip
    candidates = one.predicted.candidates if one.predicted else ()
    return Complaint(
        **{name: getattr(one, name) for name in same},
        revision=str(one.rev),
        language=one.locale,
        conversation=str(one.conversation_id),
        candidates=[
            Candidate.made_of(each) for each in candidates
        ],
        slots=_plain(one.slots),
        merged=list(one.merged),
        photos=[Photo.made_of(each) for each in one.photos],
        joined=[
            Joined(
                conversation=str(each.conversation_id),
                channel=each.channel,
                at=each.at,
                text=each.text,
            )
            for each in one.joined
        ],
        tasks=[
            Todo.made_of(each)
            for each in one.tasks
        ],
        corrections=[_word(each) for each in one.corrections],
        history=[
            Event(
                id=str(each.id), at=each.at, kind=each.kind, actor=each.actor,
                body=_plain(each.body),
            )
            for each in one.history
        ],
    )  # fmt: skip


def _word(one: Kept) -> Word:
    return Word(
        correction=str(one.id),
        at=one.at,
        actor=one.actor,
        categories=list(one.said.categories),
        language=one.said.language,
        batch=str(one.batch) if one.batch else None,
        undoes=str(one.undoes) if one.undoes else None,
        duplicate=one.duplicate,
        split=one.split,
    )


_EXACT = 2**53  # from here on JavaScript rounds


def _plain(value: Any) -> Any:
    """The same with the numbers of rows written out."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, int) and abs(value) >= _EXACT else value


async def conversation(call: Call) -> Conversation:
    """What was said of it; nothing where that would tell who wished to stay unknown."""
    found = await found_of(call)
    over = veil.veil(call, anonymous=found.anonymous)
    return Conversation(items=lines(veil.talk(await _said(call, found), over)))


async def reveal(call: Call) -> Revealed:
    """The same once with personal data; who asked stands in the audit log."""
    found = await found_of(call)
    by = By(actor=call.actor, scope=call.scope)
    with refused():
        over = await acts.lift(call.desk, call, found.ticket, anonymous=found.anonymous, by=by)
    said = veil.talk(await _said(call, found), over)
    return Revealed(complaint=_complaint(found, over), conversation=lines(said))


def looked(
    path: str,
    name: str,
    summary: str,
    act: Callable[[Call], Awaitable[BaseModel]],
    answers: type[BaseModel],
    **more: Any,
) -> Operation:
    """An operation on one complaint that changes nothing of it."""
    wanted = {"method": "GET", "right": Right.LOOK, **more}
    return Operation(
        path=f"/complaints/{{ticket}}{path}",
        name=name,
        summary=summary,
        act=act,
        answers=answers,
        tag="complaints",
        **wanted,
    )


OPERATIONS = (
    looked("", "complaint", "One complaint with all that is known of it", complaint, Complaint),
    looked(
        "/conversation", "conversation", "What was said of a complaint", conversation, Conversation
    ),
    looked(
        "/reveal",
        "reveal",
        "A complaint once with personal data; that it was asked for is kept",
        reveal,
        Revealed,
        method="POST",
        right=Right.ACT,
    ),
)
