"""Progress: a status moves, and whoever follows the complaint is told of it.

The message to the citizen is decided by `dialogs.step`, because it asks something. So what is
written here, in the transaction that moves the status, is an inbox row on the channel `clock`
(docs/adr/0004-news-comes-by-the-clock.md).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.message import InboundMessage
from dialogs.conversation import News, Status
from store import inbox, legible, tasks
from store.codec import dump
from store.complaints import COMPLAINT, EVENT, MEDIA, SUPPORTER, event_row, ticket_of
from store.ids import Ids
from store.inbox import CLOCK, CONVERSATION, INBOX
from store.media import Kept
from store.workflow import check_move

NEWS = "news"  # name of the timer; the event's id stands behind a colon


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What an officer tells of a complaint."""

    status: Status
    actor: str  # a moderator's account
    note: str = ""
    photos: tuple[Kept, ...] = ()
    publish: bool = False  # everybody may see the photos


async def move(
    connection: AsyncConnection, ids: Ids, ticket: str, result: Result, now: datetime
) -> None:
    """Change a complaint's status, append it to the history, and let the citizen be told.

    Whoever moves it has looked at it: its open tasks are done.

    Raises: LookupError for an unknown ticket; IllegalMoveError.
    """
    found = await connection.execute(
        select(COMPLAINT.c.id, COMPLAINT.c.status)
        .where(COMPLAINT.c.ticket == ticket)
        .with_for_update()
    )
    row = found.one_or_none()
    if row is None:
        raise LookupError(f"no complaint has the number {ticket}")
    check_move(Status(row.status), result.status)
    await connection.execute(
        update(COMPLAINT)
        .where(COMPLAINT.c.id == row.id)
        .values(status=result.status.value, updated_at=now)
    )
    body = {
        "from": row.status,
        "to": result.status.value,
        "note": result.note,
        "photos": await _keep(connection, ids, row.id, result, now),
    }
    event = event_row(ids, row.id, "status", result.actor, now, body)
    await connection.execute(insert(EVENT), [event])
    await tasks.seen(connection, ticket=ticket, actor=result.actor, now=now)
    await tell(connection, ids, row.id, event["id"], now)


async def _keep(
    connection: AsyncConnection, ids: Ids, complaint_id: int, result: Result, now: datetime
) -> list[str]:
    """Photos of an officer: media that no citizen sent."""
    rows = [
        {
            "id": ids.next(),
            "channel": "",
            "account": "",
            "ref": "",
            "state": "kept",
            "attempts": 0,
            "due_at": now,
            "sha256": one.sha256,
            "content_type": one.content_type,
            "width": one.width,
            "height": one.height,
            "complaint_id": complaint_id,
            "published": result.publish,
        }
        for one in result.photos
    ]
    if rows:
        await connection.execute(insert(MEDIA), rows)
    return [str(row["id"]) for row in rows]


async def tell(
    connection: AsyncConnection,
    ids: Ids,
    complaint_id: int,
    event_id: int,
    now: datetime,
    *,
    after: timedelta = timedelta(),
) -> None:
    """Let every conversation that follows a complaint be told of an event, at once or later."""
    await tell_of(connection, ids, {complaint_id: event_id}, now, after=after)


async def tell_of(
    connection: AsyncConnection,
    ids: Ids,
    events: Mapping[int, int],
    now: datetime,
    *,
    after: timedelta = timedelta(),
) -> None:
    """`tell` of many complaints: an event each, by the complaint's id.

    News comes in its order: what a reader was to hear later he hears before what is told at once.
    """
    readers = await _readers(connection, events)
    if not after:
        await _hurry(connection, {one.id for found in readers.values() for one in found}, now)
    rows = [
        {
            "id": ids.next(),
            "channel": CLOCK,
            "external_id": f"{reader.id}:{NEWS}:{event_id}",
            "conversation_id": reader.id,
            "message": dump(_from_the_clock(reader, f"{NEWS}:{event_id}", now)),
            "due_at": now + after,
            "state": "pending",
            "attempts": 0,
        }
        for complaint_id, event_id in events.items()
        for reader in readers[complaint_id]
    ]
    if rows:
        await connection.execute(insert(INBOX), rows)


async def _hurry(connection: AsyncConnection, talks: Collection[int], now: datetime) -> None:
    await connection.execute(
        update(INBOX)
        .where(
            INBOX.c.conversation_id.in_(talks),
            INBOX.c.channel == CLOCK,
            INBOX.c.state == "pending",
            INBOX.c.due_at > now,
            INBOX.c.external_id.contains(f":{NEWS}:"),
        )
        .values(due_at=now)
    )


async def untell(
    connection: AsyncConnection, complaint_id: int, event_id: int, now: datetime
) -> bool:
    """Let nobody hear of an event; False, and nothing done, where somebody has heard of it.

    A conversation that is being answered just now may be hearing it.
    """
    readers = await _readers(connection, [complaint_id])
    names = [f"{reader.id}:{NEWS}:{event_id}" for reader in readers[complaint_id]]
    rows = (
        await connection.execute(
            select(INBOX.c.id, INBOX.c.state, CONVERSATION.c.lease_until)
            .join(CONVERSATION, CONVERSATION.c.id == INBOX.c.conversation_id)
            .where(INBOX.c.channel == CLOCK, INBOX.c.external_id.in_(names))
        )
    ).all()
    if any(row.state != "pending" or (row.lease_until or now) > now for row in rows):
        return False
    await inbox.done(connection, [row.id for row in rows])
    return True


async def _readers(
    connection: AsyncConnection, complaints: Collection[int]
) -> dict[int, Sequence[Any]]:
    """Who filed or joined each, with the message that did: its thread goes on; each once."""
    columns = (CONVERSATION.c.id, CONVERSATION.c.account, CONVERSATION.c.address, INBOX.c.message)
    known = CONVERSATION.c.erasure_id.is_(None)
    filed = await connection.execute(
        select(*columns, COMPLAINT.c.id.label("about"))
        .join(COMPLAINT, COMPLAINT.c.conversation_id == CONVERSATION.c.id)
        .join(INBOX, INBOX.c.id == COMPLAINT.c.filed_by)
        .where(COMPLAINT.c.id.in_(complaints), known)
    )
    joined = await connection.execute(
        select(*columns, SUPPORTER.c.complaint_id.label("about"))
        .join(SUPPORTER, SUPPORTER.c.conversation_id == CONVERSATION.c.id)
        .join(INBOX, INBOX.c.id == SUPPORTER.c.inbox_id)
        .where(SUPPORTER.c.complaint_id.in_(complaints), known)
        .order_by(SUPPORTER.c.id)
    )
    found: dict[int, dict[int, Any]] = {one: {} for one in complaints}
    for row in (*filed, *joined):
        found[row.about].setdefault(row.id, row)
    return {one: [*readers.values()] for one, readers in found.items()}


def _from_the_clock(reader: Any, name: str, now: datetime) -> InboundMessage:
    return InboundMessage(
        channel=CLOCK,
        account=reader.account,
        external_id="",
        sender="",
        address=reader.address,
        text="",
        sent_at=now,
        choice=name,
        thread=legible.heard(reader.message).thread,
    )


async def news(connection: AsyncConnection, event_ids: Sequence[int]) -> dict[int, News]:
    """What the events tell, by their ids."""
    if not event_ids:
        return {}
    rows = await connection.execute(
        select(COMPLAINT, EVENT.c.id.label("event"), EVENT.c.body)
        .join(EVENT, EVENT.c.complaint_id == COMPLAINT.c.id)
        .where(EVENT.c.id.in_(event_ids))
    )
    return {row.event: await _news(connection, row, json.loads(row.body)) for row in rows.all()}


async def _news(connection: AsyncConnection, row: Any, body: dict[str, Any]) -> News:
    wanted = [int(one) for one in body.get("photos", ())]
    photos = await connection.execute(
        select(MEDIA.c.sha256, MEDIA.c.published).where(MEDIA.c.id.in_(wanted)).order_by(MEDIA.c.id)
    )
    kept = photos.all()
    return News(
        ticket=ticket_of(row, mine=True),
        status=Status(body.get("to", Status.OPEN)),
        reason=body.get("reason", "duplicate" if "into" in body else ""),
        other=body.get("other", body.get("into", "")),
        note=body.get("note", ""),
        photos=tuple(one.sha256 for one in kept),
        published=bool(kept) and all(one.published for one in kept),
    )
