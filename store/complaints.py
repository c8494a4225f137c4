"""Complaints: filed in T2, their history appended, their status moved by the table."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import cos, radians
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.message import InboundMessage
from dialogs.conversation import Draft, Spot, Status, Ticket
from store.codec import load
from store.ids import Ids
from store.tables import Complaint, ComplaintEvent, ConversationRow, Inbox, Media, table
from store.workflow import UNRESOLVED, check_move

COMPLAINT, EVENT = table(Complaint), table(ComplaintEvent)
MEDIA, CONVERSATION, INBOX = table(Media), table(ConversationRow), table(Inbox)

_METRES_A_DEGREE = 111_320.0
_MOST_LISTED = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Filing:
    """A draft that becomes a complaint, with what only the gateway knows of it."""

    ticket: str
    draft: Draft
    complete: bool
    channel: str
    conversation_id: int
    inbox_id: int
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Happening:
    """Something to append to a complaint's history."""

    ticket: str
    kind: str
    actor: str
    at: datetime
    body: Mapping[str, Any]
    photos: tuple[str, ...] = ()  # media ids that join the complaint
    spot: Spot | None = None  # told after filing: becomes its place where it has none


async def file(connection: AsyncConnection, ids: Ids, filings: Sequence[Filing]) -> None:
    """File complaints and take their photos along.

    Raises: IntegrityError when a ticket number is taken (try again with a fresh one).
    """
    rows = [_row(ids, filing) for filing in filings]
    if not rows:
        return
    await connection.execute(insert(COMPLAINT), rows)
    await connection.execute(
        insert(EVENT),
        [_event(ids, row["id"], "filed", "citizen", row["filed_at"], {}) for row in rows],
    )
    for row, filing in zip(rows, filings, strict=True):
        await _attach(connection, row["id"], filing.draft.photos)


def _row(ids: Ids, filing: Filing) -> dict[str, Any]:
    draft = filing.draft
    return {
        "id": ids.next(),
        "ticket": filing.ticket,
        "status": Status.OPEN.value,
        "category": draft.category or "tidak_jelas",
        "confidence": draft.confidence,
        "engine": draft.engine,
        "text": "\n".join(draft.texts),
        **where(draft.spot),
        "slots": json.dumps(dict(draft.slots), default=str),
        "emergency": draft.emergency,
        "complete": filing.complete,
        "channel": filing.channel,
        "conversation_id": filing.conversation_id,
        "filed_by": filing.inbox_id,
        "filed_at": filing.at,
        "updated_at": filing.at,
    }


def where(spot: Spot | None) -> dict[str, Any]:
    """The columns that say where a complaint is."""
    place = spot.place if spot else None
    return {
        "lat": spot.lat if spot else None,
        "lon": spot.lon if spot else None,
        "place_words": spot.words if spot else "",
        "place_source": spot.source if spot else "",
        "kelurahan": place.kelurahan if place else None,
        "kecamatan": place.kecamatan if place else None,
        "kota": place.kota if place else None,
    }


def _event(
    ids: Ids, complaint_id: int, kind: str, actor: str, at: datetime, body: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "id": ids.next(),
        "complaint_id": complaint_id,
        "at": at,
        "kind": kind,
        "actor": actor,
        "body": json.dumps(dict(body), ensure_ascii=False),
    }


async def _attach(connection: AsyncConnection, complaint_id: int, photos: Sequence[str]) -> None:
    if photos:
        await connection.execute(
            update(MEDIA)
            .where(MEDIA.c.id.in_([int(photo) for photo in photos]))
            .values(complaint_id=complaint_id)
        )


async def append(connection: AsyncConnection, ids: Ids, happenings: Sequence[Happening]) -> None:
    """Append to histories. A ticket that does not exist is passed over."""
    for one in happenings:
        complaint_id = await _id_of(connection, one.ticket)
        if complaint_id is None:
            continue
        row = _event(ids, complaint_id, one.kind, one.actor, one.at, one.body)
        await connection.execute(insert(EVENT), [row])
        await _attach(connection, complaint_id, one.photos)
        if one.spot is not None:
            await _place(connection, complaint_id, one.spot, one.at)


async def _place(connection: AsyncConnection, complaint_id: int, spot: Spot, now: datetime) -> None:
    """Give a place to a complaint that was filed without one; a known place stays."""
    await connection.execute(
        update(COMPLAINT)
        .where(COMPLAINT.c.id == complaint_id, COMPLAINT.c.lat.is_(None))
        .values(updated_at=now, **where(spot))
    )


async def _id_of(connection: AsyncConnection, ticket: str) -> int | None:
    found = await connection.execute(select(COMPLAINT.c.id).where(COMPLAINT.c.ticket == ticket))
    return found.scalar()


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved:
    """A complaint whose status has changed, and whom to tell."""

    ticket: str
    status: Status
    conversation_id: int
    channel: str
    account: str
    address: str
    stopped: bool
    state: str  # the conversation's, for its language
    filed_with: InboundMessage  # the message that filed it: its thread goes on


async def move(
    connection: AsyncConnection,
    ids: Ids,
    ticket: str,
    status: Status,
    *,
    actor: str,
    note: str,
    now: datetime,
) -> Moved:
    """Change a complaint's status and append it to the history.

    The caller queues the citizen's message in the same transaction.
    Raises: LookupError for an unknown ticket; IllegalMoveError.
    """
    row = (
        await connection.execute(
            select(
                COMPLAINT.c.id,
                COMPLAINT.c.status,
                CONVERSATION.c.id.label("talk"),
                CONVERSATION.c.channel,
                CONVERSATION.c.account,
                CONVERSATION.c.address,
                CONVERSATION.c.stopped,
                CONVERSATION.c.state,
                INBOX.c.message,
            )
            .join(CONVERSATION, CONVERSATION.c.id == COMPLAINT.c.conversation_id)
            .join(INBOX, INBOX.c.id == COMPLAINT.c.filed_by)
            .where(COMPLAINT.c.ticket == ticket)
            .with_for_update(of=COMPLAINT)
        )
    ).one_or_none()
    if row is None:
        raise LookupError(f"no complaint has the number {ticket}")
    check_move(Status(row.status), status)
    await connection.execute(
        update(COMPLAINT)
        .where(COMPLAINT.c.id == row.id)
        .values(status=status.value, updated_at=now)
    )
    body = {"from": row.status, "to": status.value, "note": note}
    await connection.execute(insert(EVENT), [_event(ids, row.id, "status", actor, now, body)])
    return Moved(
        ticket=ticket,
        status=status,
        conversation_id=row.talk,
        channel=row.channel,
        account=row.account,
        address=row.address,
        stopped=row.stopped,
        state=row.state,
        filed_with=load(InboundMessage, row.message),
    )


async def of_conversations(
    connection: AsyncConnection, conversation_ids: Sequence[int]
) -> dict[int, tuple[Ticket, ...]]:
    """Each conversation's tickets, newest first."""
    rows = await connection.execute(
        select(COMPLAINT)
        .where(COMPLAINT.c.conversation_id.in_(conversation_ids))
        .order_by(COMPLAINT.c.filed_at.desc(), COMPLAINT.c.id.desc())
    )
    found: dict[int, list[Ticket]] = defaultdict(list)
    for row in rows:
        if len(found[row.conversation_id]) < _MOST_LISTED:
            found[row.conversation_id].append(_ticket(row, mine=True))
    return {talk: tuple(tickets) for talk, tickets in found.items()}


async def by_number(connection: AsyncConnection, numbers: Sequence[str]) -> dict[str, Ticket]:
    """Tickets that a text names, whoever filed them."""
    if not numbers:
        return {}
    rows = await connection.execute(select(COMPLAINT).where(COMPLAINT.c.ticket.in_(numbers)))
    return {row.ticket: _ticket(row, mine=False) for row in rows}


async def near(
    connection: AsyncConnection, category: str, lat: float, lon: float, radius_m: float
) -> tuple[Ticket, ...]:
    """Unresolved complaints of a kind in a square of `radius_m` around a point, newest first."""
    up = radius_m / _METRES_A_DEGREE
    across = up / max(cos(radians(lat)), 0.01)
    rows = await connection.execute(
        select(COMPLAINT)
        .where(
            COMPLAINT.c.category == category,
            COMPLAINT.c.lat.between(lat - up, lat + up),
            COMPLAINT.c.lon.between(lon - across, lon + across),
            COMPLAINT.c.status.in_([status.value for status in UNRESOLVED]),
        )
        .order_by(COMPLAINT.c.filed_at.desc())
        .limit(_MOST_LISTED)
    )
    return tuple(_ticket(row, mine=False) for row in rows)


def _ticket(row: Any, *, mine: bool) -> Ticket:
    return Ticket(
        number=row.ticket,
        category=row.category,
        status=Status(row.status),
        area=row.kelurahan or row.kecamatan or row.place_words[:60],
        filed_at=row.filed_at,
        updated_at=row.updated_at,
        mine=mine,
    )


async def count(connection: AsyncConnection, channel: str | None = None) -> int:
    """How many complaints are filed, from one channel or from all."""
    here = [COMPLAINT.c.channel == channel] if channel else []
    found = await connection.execute(select(func.count()).select_from(COMPLAINT).where(*here))
    return int(found.scalar_one())


async def history(connection: AsyncConnection, ticket: str) -> list[dict[str, Any]]:
    """A complaint's events, oldest first: at, kind, actor, body."""
    rows = await connection.execute(
        select(EVENT.c.at, EVENT.c.kind, EVENT.c.actor, EVENT.c.body)
        .join(COMPLAINT, COMPLAINT.c.id == EVENT.c.complaint_id)
        .where(COMPLAINT.c.ticket == ticket)
        .order_by(EVENT.c.id)
    )
    return [
        {"at": row.at, "kind": row.kind, "actor": row.actor, "body": json.loads(row.body)}
        for row in rows
    ]
