"""What everybody may see of a complaint, and a moderator's word that it may be seen.

By itself a ticket number yields category, kelurahan, status and dates. Words and photos are added
one by one, by a person who has read them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.conversation import Status
from store import pictures
from store.complaints import COMPLAINT, EVENT, MEDIA, event_row
from store.ids import Ids

_STATUSES = frozenset(status.value for status in Status)
_OF_CATEGORIES = ("corrected", "confirmed")  # these events move from a category to another


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A status, and since when."""

    status: Status
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class PublicPhoto:
    """A photo that a moderator has published."""

    id: int
    by_officer: bool
    width: int  # pixels
    height: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PublicComplaint:
    """All that a stranger may know."""

    ticket: str
    category: str  # slug
    area: str  # kelurahan or kecamatan, never a citizen's words; "" when unknown
    status: Status
    steps: tuple[Step, ...]  # oldest first; the first is its filing
    text: str  # "" unless published
    photos: tuple[PublicPhoto, ...]


async def public(connection: AsyncConnection, ticket: str) -> PublicComplaint | None:
    """What anybody may see under a ticket number; None when there is none."""
    found = await connection.execute(select(COMPLAINT).where(COMPLAINT.c.ticket == ticket))
    row = found.one_or_none()
    if row is None:
        return None
    return PublicComplaint(
        ticket=row.ticket,
        category=row.category,
        area=row.kelurahan or row.kecamatan or "",
        status=Status(row.status),
        steps=await _steps(connection, row),
        text=row.published_text or "",
        photos=await _photos(connection, row.id),
    )


async def _steps(connection: AsyncConnection, row: Any) -> tuple[Step, ...]:
    """Its moves; what was taken back, and of what else was corrected, nobody need know."""
    rows = await connection.execute(
        select(EVENT.c.id, EVENT.c.at, EVENT.c.kind, EVENT.c.body)
        .where(EVENT.c.complaint_id == row.id)
        .order_by(EVENT.c.at, EVENT.c.id)
    )
    events = [(event, json.loads(event.body)) for event in rows]
    undone = {number for _, body in events for number in body.get("undoes", ())}
    later = (
        Step(status=Status(body["to"]), at=event.at)
        for event, body in events
        if body.get("to") in _STATUSES
        and event.kind not in _OF_CATEGORIES
        and str(event.id) not in undone
    )
    return (Step(status=Status.OPEN, at=row.filed_at), *later)


async def _photos(connection: AsyncConnection, complaint_id: int) -> tuple[PublicPhoto, ...]:
    rows = await connection.execute(
        select(MEDIA)
        .where(MEDIA.c.complaint_id == complaint_id, MEDIA.c.published, MEDIA.c.state == "kept")
        .order_by(MEDIA.c.id)
    )
    return tuple(
        PublicPhoto(id=row.id, by_officer=row.inbox_id is None, width=row.width, height=row.height)
        for row in rows
    )


async def public_photo(connection: AsyncConnection, ticket: str, photo_id: int) -> str | None:
    """The hash that names a published photo of a complaint; None when it is not to be seen."""
    found = await connection.execute(
        select(MEDIA.c.sha256)
        .join(COMPLAINT, COMPLAINT.c.id == MEDIA.c.complaint_id)
        .where(
            MEDIA.c.id == photo_id,
            COMPLAINT.c.ticket == ticket,
            MEDIA.c.published,
            MEDIA.c.state == "kept",
        )
    )
    return found.scalar()


async def may_be_sent(connection: AsyncConnection, sha256: str) -> bool:
    """Whether a photo may go out to citizens: an officer's, or a published one."""
    found = await connection.execute(
        select(MEDIA.c.id)
        .where(
            MEDIA.c.sha256 == sha256,
            MEDIA.c.state == "kept",
            or_(MEDIA.c.inbox_id.is_(None), MEDIA.c.published),
        )
        .limit(1)
    )
    return found.scalar() is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Publication:
    """A moderator's decision on what may be seen."""

    actor: str
    photos: tuple[int, ...] = ()  # media ids
    text: str | None = None  # as it may be read; "" takes it back, None leaves it
    withdraw: bool = False  # take photos back instead


async def publish(
    connection: AsyncConnection, ids: Ids, ticket: str, decision: Publication, now: datetime
) -> None:
    """Publish photos and words of a complaint, or take them back; kept in its history.

    Raises: LookupError for an unknown ticket, or a photo that is none of this complaint's;
    EditedError for a photo of which an edited copy is there.
    """
    found = await connection.execute(select(COMPLAINT.c.id).where(COMPLAINT.c.ticket == ticket))
    complaint_id = found.scalar()
    if complaint_id is None:
        raise LookupError(f"no complaint has the number {ticket}")
    if not decision.withdraw:
        await pictures.check_unedited(connection, decision.photos)
    await _show(connection, complaint_id, decision.photos, seen=not decision.withdraw)
    if decision.text is not None:
        await connection.execute(
            update(COMPLAINT)
            .where(COMPLAINT.c.id == complaint_id)
            .values(published_text=decision.text or None)
        )
    body = {
        "photos": [str(one) for one in decision.photos],
        "text": None if decision.text is None else bool(decision.text),
        "withdraw": decision.withdraw,
    }
    event = event_row(ids, complaint_id, "published", decision.actor, now, body)
    await connection.execute(insert(EVENT), [event])


async def _show(
    connection: AsyncConnection, complaint_id: int, photos: Sequence[int], *, seen: bool
) -> None:
    if not photos:
        return
    rows = await connection.execute(
        update(MEDIA)
        .where(
            MEDIA.c.id.in_(photos), MEDIA.c.complaint_id == complaint_id, MEDIA.c.state == "kept"
        )
        .values(published=seen)
        .returning(MEDIA.c.id)
    )
    missing = set(photos) - set(rows.scalars())
    if missing:
        listed = ", ".join(map(str, sorted(missing)))
        raise LookupError(
            f"this complaint has no photo {listed}; `kanal complaint show` lists them"
        )
