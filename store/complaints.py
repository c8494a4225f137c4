"""Complaints: filed in T2, their history appended, their status moved by the table."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.conversation import Draft, Spot, Status, Ticket
from nlu.slots.personal import masked
from store.assignment import Assign, Case, by_category
from store.ids import Ids
from store.tables import Complaint, ComplaintEvent, Media, Supporter, table
from store.workflow import NEXT

COMPLAINT, EVENT, MEDIA = table(Complaint), table(ComplaintEvent), table(Media)
SUPPORTER = table(Supporter)

NOTE = "note"  # kind of the event that holds a colleague's words; no citizen ever reads them
_MOST_LISTED = 20
_ESCALATES = frozenset({"repeat", "dispute"})


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
    resembles: str = ""  # the ticket of a complaint that it probably repeats


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
    moves_to: Status | None = None  # where the status table allows it
    inbox_id: int | None = None  # the message that told it


async def file(
    connection: AsyncConnection, ids: Ids, filings: Sequence[Filing], assign: Assign = by_category
) -> None:
    """File complaints, take their photos along, and give each to the agency that acts.

    Raises: IntegrityError when a ticket number is taken (try again with a fresh one).
    """
    rows = [_row(ids, filing, assign) for filing in filings]
    if not rows:
        return
    await connection.execute(insert(COMPLAINT), rows)
    await connection.execute(
        insert(EVENT),
        [
            event_row(ids, row["id"], kind, actor, row["filed_at"], body, row["filed_by"])
            for row, filing in zip(rows, filings, strict=True)
            for kind, actor, body in _at_first(filing)
        ],
    )
    for row, filing in zip(rows, filings, strict=True):
        await _attach(connection, row["id"], filing.draft.photos)


def _at_first(filing: Filing) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """What a history begins with; a probable duplicate is marked for moderators."""
    yield "filed", "citizen", {}
    if filing.resembles:
        yield "resembles", "bot", {"ticket": filing.resembles}


def _row(ids: Ids, filing: Filing, assign: Assign) -> dict[str, Any]:
    draft, spot = filing.draft, where(filing.draft.spot)
    category = draft.category or "tidak_jelas"
    areas = {level: spot[level] for level in ("kota", "kecamatan", "kelurahan")}
    assigned = assign(Case(category=category, **areas))
    return {
        "id": ids.next(),
        "ticket": filing.ticket,
        "status": Status.OPEN.value,
        "category": category,
        "confidence": draft.confidence,
        "engine": draft.engine,
        "text": _shown("\n".join(draft.texts), anonymous=draft.anonymous),
        **spot,
        "slots": json.dumps(dict(draft.slots), default=str),
        "emergency": draft.emergency,
        "complete": filing.complete,
        "anonymous": draft.anonymous,
        "agency": assigned.agency if assigned else None,
        "agency_rule": assigned.rule if assigned else "",
        "channel": filing.channel,
        "conversation_id": filing.conversation_id,
        "filed_by": filing.inbox_id,
        "filed_at": filing.at,
        "updated_at": filing.at,
    }


def agency_of(category: str) -> str | None:
    """Who acts on a category where no rule says otherwise; None for one that is gone."""
    found = by_category(Case(category=category))
    return found.agency if found else None


def _shown(text: str, *, anonymous: bool) -> str:
    """The words of a complaint as officials read them: without phone or name, if he wishes so."""
    return masked(text) if anonymous else text


def where(spot: Spot | None) -> dict[str, Any]:
    """The columns that say where a complaint is."""
    place = spot.place if spot else None
    return {
        "lat": spot.lat if spot else None,
        "lon": spot.lon if spot else None,
        "place_words": spot.words if spot else "",
        "place_source": spot.source if spot else "",
        "place_radius_m": place.radius_m if place else None,
        "kelurahan": place.kelurahan if place else None,
        "kecamatan": place.kecamatan if place else None,
        "kota": place.kota if place else None,
    }


def event_row(
    ids: Ids,
    complaint_id: int,
    kind: str,
    actor: str,
    at: datetime,
    body: Mapping[str, Any],
    inbox_id: int | None = None,
) -> dict[str, Any]:
    """Build the row of something that happened to a complaint."""
    return {
        "id": ids.next(),
        "complaint_id": complaint_id,
        "at": at,
        "kind": kind,
        "actor": actor,
        "body": json.dumps(dict(body), ensure_ascii=False),
        "inbox_id": inbox_id,
    }


async def _attach(connection: AsyncConnection, complaint_id: int, photos: Sequence[str]) -> None:
    if photos:
        await connection.execute(
            update(MEDIA)
            .where(MEDIA.c.id.in_([int(photo) for photo in photos]))
            .values(complaint_id=complaint_id)
        )


async def append(connection: AsyncConnection, ids: Ids, happenings: Sequence[Happening]) -> None:
    """Append to histories. A ticket that does not exist is passed over.

    What was told again or disputed is counted as escalated.
    """
    for one in happenings:
        row = await _locked(connection, one.ticket)
        if row is None:
            continue
        now = Status(row.status)
        moved = one.moves_to if one.moves_to in NEXT[now] else None
        body = {**one.body, **({"from": now.value, "to": moved.value} if moved else {})}
        if "text" in body:
            body["text"] = _shown(str(body["text"]), anonymous=row.anonymous)
        event = event_row(ids, row.id, one.kind, one.actor, one.at, body, one.inbox_id)
        await connection.execute(insert(EVENT), [event])
        await _attach(connection, row.id, one.photos)
        if one.spot is not None:
            await _place(connection, row.id, one.spot, one.at)
        changes: dict[str, Any] = {"status": moved.value, "updated_at": one.at} if moved else {}
        if one.kind in _ESCALATES:
            changes["escalated"] = COMPLAINT.c.escalated + 1
        if changes:
            await connection.execute(
                update(COMPLAINT).where(COMPLAINT.c.id == row.id).values(changes)
            )


async def _locked(connection: AsyncConnection, ticket: str) -> Any:
    found = await connection.execute(
        select(COMPLAINT.c.id, COMPLAINT.c.status, COMPLAINT.c.anonymous)
        .where(COMPLAINT.c.ticket == ticket)
        .with_for_update()
    )
    return found.one_or_none()


async def _place(connection: AsyncConnection, complaint_id: int, spot: Spot, now: datetime) -> None:
    """Give a place to a complaint that was filed without one; a known place stays."""
    await connection.execute(
        update(COMPLAINT)
        .where(COMPLAINT.c.id == complaint_id, COMPLAINT.c.lat.is_(None))
        .values(updated_at=now, **where(spot))
    )


async def of_conversations(
    connection: AsyncConnection, conversation_ids: Sequence[int]
) -> dict[int, tuple[Ticket, ...]]:
    """The tickets that each conversation filed or joined, newest first."""
    if not conversation_ids:
        return {}
    filed = await connection.execute(
        select(COMPLAINT).where(COMPLAINT.c.conversation_id.in_(conversation_ids))
    )
    found: dict[int, list[Ticket]] = defaultdict(list)
    for row in filed:
        found[row.conversation_id].append(_own(row))
    joined = await connection.execute(
        select(COMPLAINT, SUPPORTER.c.conversation_id.label("by"), SUPPORTER.c.at)
        .join(SUPPORTER, SUPPORTER.c.complaint_id == COMPLAINT.c.id)
        .where(SUPPORTER.c.conversation_id.in_(conversation_ids))
    )
    for row in joined:
        found[row.by].append(replace(ticket_of(row, mine=True), filed_at=row.at))
    return {talk: newest(tickets) for talk, tickets in found.items()}


def newest(tickets: Iterable[Ticket]) -> tuple[Ticket, ...]:
    """The newest 20 of these, the newest first."""
    ordered = sorted(tickets, key=lambda one: (one.filed_at, one.number), reverse=True)
    return tuple(ordered[:_MOST_LISTED])


async def by_number(
    connection: AsyncConnection, numbers: Sequence[str]
) -> dict[str, tuple[Ticket, int]]:
    """Tickets that a text names, whoever filed them, and the conversation that filed each."""
    if not numbers:
        return {}
    rows = await connection.execute(select(COMPLAINT).where(COMPLAINT.c.ticket.in_(numbers)))
    return {row.ticket: (ticket_of(row, mine=False), row.conversation_id) for row in rows}


def _own(row: Any) -> Ticket:
    """For him who filed it: a place that only his words name is told back to him in his words."""
    ticket = ticket_of(row, mine=True)
    return replace(ticket, area=ticket.area or row.place_words[:60])


def ticket_of(row: Any, *, mine: bool) -> Ticket:
    """A complaint's row as a dialog may speak of it to anybody: words of the place are not told."""
    return Ticket(
        number=row.ticket,
        category=row.category,
        status=Status(row.status),
        area=row.kelurahan or row.kecamatan or "",
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


async def words(connection: AsyncConnection, ticket: str) -> str:
    """A complaint's text as written. Raises: LookupError for an unknown ticket."""
    found = await connection.execute(select(COMPLAINT.c.text).where(COMPLAINT.c.ticket == ticket))
    text: str | None = found.scalar()
    if text is None:
        raise LookupError(f"no complaint has the number {ticket}")
    return text
