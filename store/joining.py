"""Who joined a complaint that somebody else had filed, and complaints that a moderator merged."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.conversation import Draft, Status
from store import complaints, tasks
from store.complaints import Happening
from store.dialect import insert_once
from store.ids import Ids
from store.tables import Complaint, ConversationRow, Supporter, table
from store.workflow import check_move

COMPLAINT, SUPPORTER = table(Complaint), table(Supporter)
CONVERSATION = table(ConversationRow)
_MOST_MERGES = 10  # in a chain


class NoTicketError(LookupError):
    """No complaint has the number that was named to merge into."""


class SameError(ValueError):
    """Both complaints are one already."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Joining:
    """A draft that joins a complaint, with what only the gateway knows of it."""

    ticket: str
    draft: Draft
    conversation_id: int
    inbox_id: int
    at: datetime


async def join(connection: AsyncConnection, ids: Ids, joinings: Sequence[Joining]) -> None:
    """Keep each citizen's own words, place and photos with the complaint that he joins.

    One that was merged meanwhile passes him on to where it went. Whoever has joined already adds
    to its history. A ticket that does not exist is passed over.
    """
    for one in joinings:
        target = await _standing(connection, one.ticket)
        if target is None:
            continue
        row = {"id": ids.next(), "complaint_id": target.id, **_told(one)}
        new = await insert_once(connection, SUPPORTER, row)
        body = {} if new else {"text": row["text"]}
        happening = Happening(
            ticket=target.ticket,
            kind="joined" if new else "citizen_note",
            actor="citizen",
            at=one.at,
            body=body,
            photos=one.draft.photos,
            spot=one.draft.spot,
            inbox_id=one.inbox_id,
        )
        await complaints.append(connection, ids, [happening])


def _told(one: Joining) -> dict[str, Any]:
    draft, spot = one.draft, one.draft.spot
    return {
        "conversation_id": one.conversation_id,
        "inbox_id": one.inbox_id,
        "at": one.at,
        "text": "\n".join(draft.texts),
        "slots": json.dumps(dict(draft.slots), default=str),
        "anonymous": draft.anonymous,
        "lat": spot.lat if spot else None,
        "lon": spot.lon if spot else None,
        "place_words": spot.words if spot else "",
    }


async def _standing(connection: AsyncConnection, ticket: str) -> Any:
    """The complaint of a number, or the one that it was merged into."""
    row: Any = await _row(connection, COMPLAINT.c.ticket == ticket)
    for _ in range(_MOST_MERGES):
        if row is None or row.merged_into is None or row.status != Status.DUPLICATE.value:
            return row
        row = await _row(connection, COMPLAINT.c.id == row.merged_into)
    return row


async def _row(connection: AsyncConnection, which: Any) -> Any:
    found = await connection.execute(
        select(
            COMPLAINT.c.id,
            COMPLAINT.c.ticket,
            COMPLAINT.c.status,
            COMPLAINT.c.merged_into,
            COMPLAINT.c.conversation_id,
            COMPLAINT.c.filed_by,
            COMPLAINT.c.filed_at,
            COMPLAINT.c.anonymous,
        ).where(which)
    )
    return found.one_or_none()


@dataclass(frozen=True, kw_only=True, slots=True)
class Folded:
    """What a merge changed, enough to take it back."""

    complaint_id: int  # of the first complaint
    into_id: int
    status: str  # of the first complaint, before
    event_id: int  # of the change of its status
    passed: tuple[int, ...]  # supporters that the other complaint got by it
    tasks: tuple[int, ...]  # that were closed by it


async def fold(
    connection: AsyncConnection, ids: Ids, ticket: str, *, into: str, actor: str, now: datetime
) -> Folded:
    """Let a complaint be a duplicate of another, whose supporters its people become.

    Whoever calls tells them, and keeps what it takes to undo it (store/correcting.py).
    Raises: NoTicketError, SameError, IllegalMoveError.
    """
    one, other = [await _known(connection, number) for number in (ticket, into)]
    if one.id == other.id:
        raise SameError(f"{ticket} and {into} are the same complaint")
    check_move(Status(one.status), Status.DUPLICATE)
    await connection.execute(
        update(COMPLAINT)
        .where(COMPLAINT.c.id == one.id)
        .values(status=Status.DUPLICATE.value, merged_into=other.id, updated_at=now)
    )
    passed = await _pass_on(connection, ids, one, other)
    closed = await tasks.close(connection, [one.ticket], actor=actor, now=now)
    moved = {"from": one.status, "to": Status.DUPLICATE.value, "into": other.ticket}
    events = [
        complaints.event_row(ids, number, kind, actor, now, body)
        for number, kind, body in (
            (one.id, "status", moved),
            (other.id, "merged", {"from": one.ticket}),
        )
    ]
    await connection.execute(insert(complaints.EVENT), events)
    return Folded(
        complaint_id=one.id,
        into_id=other.id,
        status=one.status,
        event_id=events[0]["id"],
        passed=passed,
        tasks=closed[one.ticket],
    )


async def _known(connection: AsyncConnection, ticket: str) -> Any:
    standing = await _standing(connection, ticket)
    if standing is None:
        raise NoTicketError(f"no complaint has the number {ticket}")
    return standing


async def _pass_on(connection: AsyncConnection, ids: Ids, one: Any, other: Any) -> tuple[int, ...]:
    """Let the filer of one complaint, and whoever joined it, support the other.

    Returns the ids of those who did not before.
    """
    filer = {
        "conversation_id": one.conversation_id,
        "inbox_id": one.filed_by,
        "at": one.filed_at,
        "text": "",
        "slots": "{}",
        "anonymous": one.anonymous,
        "lat": None,
        "lon": None,
        "place_words": "",
    }
    joined = await connection.execute(select(SUPPORTER).where(SUPPORTER.c.complaint_id == one.id))
    new = []
    for row in [filer, *(dict(row) for row in joined.mappings())]:
        if row["conversation_id"] != other.conversation_id:
            passed = {**row, "id": ids.next(), "complaint_id": other.id}
            if await insert_once(connection, SUPPORTER, passed):
                new.append(int(passed["id"]))
    return tuple(new)


async def count(connection: AsyncConnection, channel: str) -> int:
    """How many reports from a channel joined a complaint."""
    found = await connection.execute(
        select(func.count())
        .select_from(SUPPORTER)
        .join(CONVERSATION, CONVERSATION.c.id == SUPPORTER.c.conversation_id)
        .where(CONVERSATION.c.channel == channel)
    )
    return int(found.scalar_one())
