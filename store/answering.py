"""What one must know to answer: whom, how the complaint stands, what was said before."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.conversation import Status
from store import handover, revisions
from store.complaints import COMPLAINT, EVENT, NOTE, SUPPORTER, event_row
from store.handover import DOING, NOTED, SAID
from store.ids import Ids
from store.inbox import CLOCK, CONVERSATION, INBOX
from store.outbox import OUTBOX
from store.revisions import Change, ConflictError
from store.scope import EVERYTHING, Scope, within


@dataclass(frozen=True, kw_only=True, slots=True)
class Addressee:
    """Whom an answer reaches, and whether he may be written to."""

    conversation_id: int
    channel: str
    account: str
    address: str = field(repr=False)  # personal data: never on a page
    stopped: bool  # he wants nothing unasked, or has blocked us
    handed_over: bool  # a person answers
    erased: bool  # forgotten: nothing goes here
    heard_at: datetime | None  # when he last wrote
    state: str = field(repr=False)  # the conversation's, for its language
    thread: Mapping[str, str] = field(repr=False)  # where the talk goes on
    revision: int  # the id of the last thing that a person did here; 0 for nothing


async def addressee(connection: AsyncConnection, conversation_id: int) -> Addressee | None:
    """Whom a conversation is held with; None when there is no such conversation."""
    found = await connection.execute(
        select(CONVERSATION).where(CONVERSATION.c.id == conversation_id)
    )
    row = found.one_or_none()
    if row is None:
        return None
    done = await connection.execute(
        select(func.max(DOING.c.id)).where(DOING.c.conversation_id == conversation_id)
    )
    return Addressee(
        conversation_id=row.id,
        channel=row.channel,
        account=row.account,
        address=row.address,
        stopped=row.stopped,
        handed_over=row.handed_over,
        erased=row.erasure_id is not None,
        heard_at=row.heard_at,
        state=row.state,
        thread=await handover.thread_of(connection, conversation_id),
        revision=done.scalar() or 0,
    )


async def hold(connection: AsyncConnection, conversation_id: int, seen: int | None) -> Addressee:
    """The same for a change; `seen` is the revision that was looked at.

    Raises: LookupError when there is no such conversation; ConflictError when a colleague has
    done something there since.
    """
    await connection.execute(
        select(CONVERSATION.c.id).where(CONVERSATION.c.id == conversation_id).with_for_update()
    )
    found = await addressee(connection, conversation_id)
    if found is None:
        raise LookupError(f"no conversation has the number {conversation_id}")
    if seen is not None and found.revision > seen:
        since = await _since(connection, conversation_id, seen)
        raise ConflictError(str(conversation_id), found.revision, since)
    return found


async def _since(
    connection: AsyncConnection, conversation_id: int, seen: int
) -> tuple[Change, ...]:
    rows = await connection.execute(
        select(DOING)
        .where(DOING.c.conversation_id == conversation_id, DOING.c.id > seen)
        .order_by(DOING.c.id)
    )
    return tuple(
        Change(id=row.id, at=row.at, kind=row.kind, actor=row.actor, body={"text": row.text})
        for row in rows
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What a colleague wrote to the citizen, and how far it came."""

    id: int
    at: datetime
    actor: str
    text: str
    channel: str  # that it went out on; "" before it is known
    state: str  # waiting | unsent | as in store/outbox.py: queued, sent, delivered, read, ...


async def replies(
    connection: AsyncConnection, conversation_id: int, most: int = 8
) -> tuple[Reply, ...]:
    """What people wrote in a conversation last, oldest first."""
    rows = (
        await connection.execute(
            select(DOING)
            .where(DOING.c.conversation_id == conversation_id, DOING.c.kind == SAID)
            .order_by(DOING.c.id.desc())
            .limit(most)
        )
    ).all()
    keys = {f"{SAID}:{row.id}": row.id for row in rows}
    sent = await connection.execute(
        select(OUTBOX.c.key, OUTBOX.c.channel, OUTBOX.c.state).where(OUTBOX.c.key.in_(keys))
    )
    out = {keys[row.key]: (row.channel, row.state) for row in sent}
    turns = {f"{conversation_id}:{key}": number for key, number in keys.items()}
    pending = await connection.execute(
        select(INBOX.c.external_id).where(
            INBOX.c.channel == CLOCK,
            INBOX.c.external_id.in_(turns),
            INBOX.c.state == "pending",
        )
    )
    waiting = {turns[one] for one in pending.scalars()}
    return tuple(
        Reply(
            id=row.id,
            at=row.at,
            actor=row.actor,
            text=row.text,
            channel=out.get(row.id, ("", ""))[0],
            state=out[row.id][1] if row.id in out else _unsent(row.id, waiting),
        )
        for row in reversed(rows)
    )


def _unsent(reply: int, waiting: set[int]) -> str:
    return "waiting" if reply in waiting else "unsent"


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """What a colleague wrote for colleagues."""

    at: datetime
    actor: str
    text: str  # "" once its subject was forgotten


async def notes_of_talk(connection: AsyncConnection, conversation_id: int) -> tuple[Note, ...]:
    """The notes of a conversation, oldest first."""
    rows = await connection.execute(
        select(DOING.c.at, DOING.c.actor, DOING.c.text)
        .where(DOING.c.conversation_id == conversation_id, DOING.c.kind == NOTED)
        .order_by(DOING.c.id)
    )
    return tuple(Note(at=row.at, actor=row.actor, text=row.text) for row in rows)


async def notes_of_complaint(connection: AsyncConnection, complaint_id: int) -> tuple[Note, ...]:
    """The notes of a complaint, oldest first."""
    rows = await connection.execute(
        select(EVENT.c.at, EVENT.c.actor, EVENT.c.body)
        .where(EVENT.c.complaint_id == complaint_id, EVENT.c.kind == NOTE)
        .order_by(EVENT.c.id)
    )
    return tuple(
        Note(at=row.at, actor=row.actor, text=json.loads(row.body)["text"]) for row in rows
    )


async def note(
    connection: AsyncConnection,
    ids: Ids,
    complaint_id: int,
    text: str,
    *,
    actor: str,
    now: datetime,
) -> None:
    """Keep a note with a complaint."""
    event = event_row(ids, complaint_id, NOTE, actor, now, {"text": text})
    await connection.execute(insert(EVENT), [event])


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How a complaint stands, for whoever acts on it."""

    id: int
    ticket: str
    status: Status
    category: str
    area: str  # kelurahan or kecamatan; "" when unknown
    agency: str | None
    agency_rule: str
    conversation_id: int
    merged_into: str  # a ticket; "" when it stands alone
    supporters: int
    revision: int


async def standing(
    connection: AsyncConnection, ticket: str, scope: Scope = EVERYTHING
) -> Standing | None:
    """A complaint; None when there is none, or it lies outside the scope."""
    into = COMPLAINT.alias("into")
    joined = select(func.count()).where(SUPPORTER.c.complaint_id == COMPLAINT.c.id)
    newest = select(func.max(EVENT.c.id)).where(EVENT.c.complaint_id == COMPLAINT.c.id)
    found = await connection.execute(
        select(
            COMPLAINT,
            into.c.ticket.label("into"),
            joined.scalar_subquery().label("supporters"),
            newest.scalar_subquery().label("revision"),
        )
        .outerjoin(into, into.c.id == COMPLAINT.c.merged_into)
        .where(COMPLAINT.c.ticket == ticket, *within(scope))
    )
    row = found.one_or_none()
    return _standing(row) if row else None


def _standing(row: Any) -> Standing:
    status = Status(row.status)
    return Standing(
        id=row.id,
        ticket=row.ticket,
        status=status,
        category=row.category,
        area=row.kelurahan or row.kecamatan or "",
        agency=row.agency,
        agency_rule=row.agency_rule,
        conversation_id=row.conversation_id,
        merged_into=(row.into or "") if status is Status.DUPLICATE else "",
        supporters=row.supporters,
        revision=row.revision or 0,
    )


async def lock(
    connection: AsyncConnection, ticket: str, seen: int | None, scope: Scope = EVERYTHING
) -> int:
    """Hold a complaint for a change; returns its id. `seen` is the revision that was looked at.

    Raises: LookupError outside the scope as for one that is not there; ConflictError.
    """
    found = await connection.execute(
        select(COMPLAINT.c.id).where(COMPLAINT.c.ticket == ticket, *within(scope))
    )
    if found.scalar() is None:
        raise LookupError(f"no complaint has the number {ticket}")
    row = await revisions.unchanged(connection, ticket, seen)
    return int(row.id)
