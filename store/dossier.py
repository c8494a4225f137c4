"""One complaint with all that is known of it: what the page of a report shows.

Words are as they are kept, unmasked: whoever shows them masks them (nlu/slots/personal.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.conversation import Status
from nlu.understanding import Candidate, Understanding
from store import corrections, legible, pictures
from store.codec import load
from store.complaints import COMPLAINT, EVENT, SUPPORTER
from store.inbox import CLOCK, CONVERSATION, INBOX
from store.pictures import Picture
from store.scope import Scope, within
from store.tables import Prediction, table
from store.tasks import TASK
from store.transcript import MOST

PREDICTION = table(Prediction)
_UNCLEAR = "tidak_jelas"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What an engine said of one message that told of the complaint."""

    inbox_id: int
    engine: str
    intent: str
    category: str | None
    confidence: float
    candidates: tuple[Candidate, ...]  # best first; () once the message was emptied
    text: str  # what was read


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """Something that happened to the complaint, and who did it."""

    id: int
    at: datetime
    kind: str
    actor: str  # citizen | bot | a moderator's account
    body: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Joined:
    """Somebody who joined it, with his own words."""

    conversation_id: int
    channel: str
    at: datetime
    text: str
    place_words: str
    anonymous: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Todo:
    """A task about it."""

    id: int
    reason: str
    at: datetime
    done_at: datetime | None
    done_by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Dossier:
    """A complaint as it stands, and how it came to stand so."""

    id: int
    ticket: str
    rev: int  # id of its newest event: what a form that changes it names
    status: Status
    category: str
    confidence: float
    engine: str
    text: str  # as written, or masked where he wished to stay unknown
    lat: float | None
    lon: float | None
    place_words: str
    place_source: str
    place_radius_m: int | None
    kelurahan: str
    kecamatan: str
    kota: str
    slots: Mapping[str, Any]
    emergency: bool
    complete: bool
    escalated: int
    published_text: str
    anonymous: bool  # officials must not learn who reports
    agency: str
    urgency: int  # its place in the queue: see store/urgency.py
    merged_into: str  # the ticket that it is a duplicate of, or ""
    merged: tuple[str, ...]  # the tickets that are duplicates of it
    channel: str
    account: str
    address: str  # personal data
    conversation_id: int
    locale: str
    handed_over: bool
    stopped: bool
    gone: bool  # he had himself forgotten
    filed_at: datetime
    updated_at: datetime
    telling: tuple[int, int]  # see `transcript.about`
    photos: tuple[Picture, ...]
    readings: tuple[Reading, ...]  # oldest first
    history: tuple[Event, ...]  # oldest first
    corrections: tuple[corrections.Kept, ...]
    joined: tuple[Joined, ...]
    tasks: tuple[Todo, ...]

    @property
    def predicted(self) -> Reading | None:
        """The reading that decided its category; None where none is left."""
        before = self.corrections[0].before.get("category") if self.corrections else self.category
        named = [one for one in self.readings if one.category and one.category != _UNCLEAR]
        agreed = [one for one in named if one.category == before]
        return max(agreed or named or self.readings, key=lambda one: one.confidence, default=None)

    @property
    def told_later(self) -> frozenset[int]:
        """Messages that told more of it after it was filed."""
        heard = (event.body.get("message") for event in self.history)
        return frozenset(int(one) for one in heard if one)


@dataclass(frozen=True, kw_only=True, slots=True)
class Talk:
    """A conversation, whether or not a complaint came of it."""

    id: int
    channel: str
    account: str
    address: str  # personal data
    locale: str
    handed_over: bool
    stopped: bool
    gone: bool  # he had himself forgotten
    anonymous: bool  # he wished to stay unknown, for one of his complaints at least
    tickets: tuple[tuple[str, str, Status], ...]  # number, category, status; the newest first
    readings: tuple[Reading, ...]  # oldest first
    tasks: tuple[Todo, ...]


async def talk(connection: AsyncConnection, conversation_id: int) -> Talk | None:
    """A conversation with what it is about; None where it is not there."""
    found = await connection.execute(
        select(CONVERSATION).where(CONVERSATION.c.id == conversation_id)
    )
    row = found.one_or_none()
    if row is None:
        return None
    filed = (
        await connection.execute(
            select(COMPLAINT)
            .where(COMPLAINT.c.conversation_id == conversation_id)
            .order_by(COMPLAINT.c.id.desc())
        )
    ).all()
    state = json.loads(row.state or "{}")
    return Talk(
        id=row.id,
        channel=row.channel,
        account=row.account,
        address=row.address,
        locale=state.get("locale", "id"),
        handed_over=row.handed_over,
        stopped=row.stopped,
        gone=row.erasure_id is not None,
        anonymous=bool(state.get("anonymous")) or any(one.anonymous for one in filed),
        tickets=tuple((one.ticket, one.category, Status(one.status)) for one in filed),
        readings=await _read(connection, INBOX.c.conversation_id == conversation_id),
        tasks=await _tasks(connection, TASK.c.conversation_id == conversation_id),
    )


async def of(connection: AsyncConnection, ticket: str, scope: Scope) -> Dossier | None:
    """All that is known of a complaint; None where it is not there, or beyond the scope."""
    found = await connection.execute(
        select(
            COMPLAINT,
            CONVERSATION.c.account,
            CONVERSATION.c.address,
            CONVERSATION.c.state,
            CONVERSATION.c.handed_over,
            CONVERSATION.c.stopped,
            CONVERSATION.c.erasure_id,
        )
        .join(CONVERSATION, CONVERSATION.c.id == COMPLAINT.c.conversation_id)
        .where(COMPLAINT.c.ticket == ticket, *within(scope))
    )
    row = found.one_or_none()
    if row is None:
        return None
    history = await _history(connection, row.id)
    telling = (await _begun_after(connection, row), row.filed_by)
    state = json.loads(row.state or "{}")
    return Dossier(
        **_columns(row),
        rev=history[-1].id if history else 0,
        locale=state.get("locale", "id"),
        handed_over=row.handed_over,
        stopped=row.stopped,
        gone=row.erasure_id is not None,
        merged_into=await _repeated(connection, row),
        merged=await _duplicates(connection, row.id, history),
        telling=telling,
        photos=await pictures.of_complaint(connection, row.id),
        readings=await _readings(connection, row, telling, history),
        history=history,
        corrections=tuple(await corrections.of_complaint(connection, ticket)),
        joined=await _joined(connection, row.id),
        tasks=await _tasks(connection, TASK.c.ticket == ticket),
    )


def _columns(row: Any) -> dict[str, Any]:
    """What stands in the complaint's own row."""
    plain = (
        "id", "ticket", "category", "confidence", "engine", "text", "lat", "lon", "place_words",
        "place_source", "place_radius_m", "emergency", "complete", "escalated", "anonymous",
        "channel", "account", "address", "conversation_id", "filed_at", "updated_at", "urgency",
    )  # fmt: skip
    perhaps = ("kelurahan", "kecamatan", "kota", "published_text", "agency")
    return {
        **{name: getattr(row, name) for name in plain},
        **{name: getattr(row, name) or "" for name in perhaps},
        "status": Status(row.status),
        "slots": json.loads(row.slots),
    }


async def _history(connection: AsyncConnection, complaint_id: int) -> tuple[Event, ...]:
    rows = await connection.execute(
        select(EVENT).where(EVENT.c.complaint_id == complaint_id).order_by(EVENT.c.id)
    )
    return tuple(
        Event(
            id=row.id,
            at=row.at,
            kind=row.kind,
            actor=row.actor,
            body={**json.loads(row.body), **({"message": row.inbox_id} if row.inbox_id else {})},
        )
        for row in rows
    )


async def _begun_after(connection: AsyncConnection, row: Any) -> int:
    """The message that filed the conversation's complaint before this one; 0 for the first."""
    found = await connection.execute(
        select(func.max(COMPLAINT.c.filed_by)).where(
            COMPLAINT.c.conversation_id == row.conversation_id,
            COMPLAINT.c.filed_by < row.filed_by,
        )
    )
    return int(found.scalar() or 0)


async def _readings(
    connection: AsyncConnection, row: Any, telling: tuple[int, int], history: Iterable[Event]
) -> tuple[Reading, ...]:
    later = [event.body["message"] for event in history if "message" in event.body]
    after, filed = telling
    telling_it = (INBOX.c.id > after) & (INBOX.c.id <= filed)
    return await _read(
        connection,
        (telling_it | INBOX.c.id.in_(later)) & (INBOX.c.conversation_id == row.conversation_id),
    )


async def _read(connection: AsyncConnection, which: ColumnElement[bool]) -> tuple[Reading, ...]:
    rows = await connection.execute(
        select(PREDICTION, INBOX.c.message)
        .join(INBOX, INBOX.c.id == PREDICTION.c.inbox_id)
        .where(which, INBOX.c.channel != CLOCK)
        .order_by(INBOX.c.id.desc())
        .limit(MOST)
    )
    return tuple(one for one in map(_reading, reversed(rows.all())) if one.text)


def _reading(row: Any) -> Reading:
    known = load(Understanding, row.understanding) if row.understanding else None
    return Reading(
        inbox_id=row.inbox_id,
        engine=row.engine,
        intent=row.intent,
        category=row.category,
        confidence=row.confidence,
        candidates=known.candidates if known else (),
        text=row.text or legible.heard(row.message).text,
    )


async def _repeated(connection: AsyncConnection, row: Any) -> str:
    """What it was merged into; a duplicate that was opened again repeats nothing."""
    if row.status != Status.DUPLICATE.value:
        return ""
    found = await connection.execute(
        select(COMPLAINT.c.ticket).where(COMPLAINT.c.id == row.merged_into)
    )
    return found.scalar() or ""


async def _duplicates(
    connection: AsyncConnection, complaint_id: int, history: Iterable[Event]
) -> tuple[str, ...]:
    """Of all that were ever merged into it, those that are its duplicates now."""
    told = dict.fromkeys(str(one.body["from"]) for one in history if one.kind == "merged")
    if not told:
        return ()
    found = await connection.execute(
        select(COMPLAINT.c.ticket).where(
            COMPLAINT.c.ticket.in_(told),
            COMPLAINT.c.merged_into == complaint_id,
            COMPLAINT.c.status == Status.DUPLICATE.value,
        )
    )
    still = set(found.scalars())
    return tuple(one for one in told if one in still)


async def _joined(connection: AsyncConnection, complaint_id: int) -> tuple[Joined, ...]:
    rows = await connection.execute(
        select(SUPPORTER, CONVERSATION.c.channel)
        .join(CONVERSATION, CONVERSATION.c.id == SUPPORTER.c.conversation_id)
        .where(SUPPORTER.c.complaint_id == complaint_id)
        .order_by(SUPPORTER.c.id)
    )
    return tuple(
        Joined(
            conversation_id=row.conversation_id,
            channel=row.channel,
            at=row.at,
            text=row.text,
            place_words=row.place_words,
            anonymous=row.anonymous,
        )
        for row in rows
    )


async def _tasks(connection: AsyncConnection, which: ColumnElement[bool]) -> tuple[Todo, ...]:
    rows = await connection.execute(select(TASK).where(which).order_by(TASK.c.id))
    return tuple(
        Todo(
            id=row.id, reason=row.reason, at=row.at, done_at=row.done_at, done_by=row.done_by or ""
        )
        for row in rows
    )
