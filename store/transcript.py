"""A conversation as a moderator reads it: each message with its photos, and what became of ours.

`handover.lines` is the short form for a terminal. Words are as they were written: whoever shows
them masks them (nlu/slots/personal.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from nlu.ticket import find
from store import legible
from store.handover import DOING, SAID
from store.inbox import CLOCK, INBOX
from store.media import MEDIA
from store.outbox import OUTBOX
from store.receipts import PART

MOST = 400  # utterances of each side, the newest


@dataclass(frozen=True, kw_only=True, slots=True)
class Attached:
    """An attachment of a message."""

    id: int
    state: str  # pending | kept | refused
    reason: str  # phrase key when refused, else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Utterance:
    """One thing that was said or done in a conversation."""

    id: int  # of its row in the inbox, in the outbox, or among what people did
    at: datetime
    who: str  # citizen | bot | a moderator's account
    what: str  # said | taken | back
    text: str = ""
    name: str = ""  # of the citizen, as the channel shows it
    choice: str = ""  # value of the button that he pressed
    edited: bool = False
    point: tuple[float, float] | None = None  # his pin, degrees north and east
    attached: tuple[Attached, ...] = ()
    state: str = ""  # of what we said: queued | sent | delivered | read | failed | dead | ...
    parts: tuple[str, ...] = ()  # how each wire part stands, where there are several
    detail: str = ""  # why it has not arrived
    photos: int = 0  # how many we sent along
    names: frozenset[str] = frozenset()  # what it may be answered by: never shown
    answers: str = ""  # what it answers: one of the `names` of another; never shown

    @property
    def heard(self) -> bool:
        """Whether the citizen said it."""
        return self.who == "citizen"


async def utterances(connection: AsyncConnection, conversation_id: int) -> list[Utterance]:
    """A conversation, oldest first: the citizen's words, ours, and who had it when."""
    heard = await _heard(connection, conversation_id)
    deeds = (
        await connection.execute(select(DOING).where(DOING.c.conversation_id == conversation_id))
    ).all()
    told = await _told(connection, conversation_id, {one.id: one.actor for one in deeds})
    done = [
        Utterance(id=one.id, at=one.at, who=one.actor, what=one.kind)
        for one in deeds
        if one.kind != SAID
    ]
    return sorted([*heard, *told, *done], key=lambda one: (one.at, one.id))


async def _heard(connection: AsyncConnection, conversation_id: int) -> list[Utterance]:
    rows = (
        await connection.execute(
            select(INBOX.c.id, INBOX.c.external_id, INBOX.c.message)
            .where(INBOX.c.conversation_id == conversation_id, INBOX.c.channel != CLOCK)
            .order_by(INBOX.c.id.desc())
            .limit(MOST)
        )
    ).all()
    attached = await _attached(connection, [row.id for row in rows])
    return [_from_citizen(row, attached.get(row.id, ())) for row in rows]


async def _attached(
    connection: AsyncConnection, inbox_ids: Sequence[int]
) -> dict[int, tuple[Attached, ...]]:
    rows = await connection.execute(
        select(MEDIA.c.id, MEDIA.c.inbox_id, MEDIA.c.state, MEDIA.c.reason)
        .where(MEDIA.c.inbox_id.in_(inbox_ids), MEDIA.c.edited_from.is_(None))
        .order_by(MEDIA.c.id)
    )
    found: dict[int, tuple[Attached, ...]] = {}
    for row in rows:
        one = Attached(id=row.id, state=row.state, reason=row.reason or "")
        found[row.inbox_id] = (*found.get(row.inbox_id, ()), one)
    return found


def _from_citizen(row: Any, attached: tuple[Attached, ...]) -> Utterance:
    message = legible.heard(row.message)
    where = message.location
    return Utterance(
        id=row.id,
        at=message.sent_at,
        who="citizen",
        what="said",
        text=message.words,
        name=message.sender_name,
        choice=message.choice,
        edited=message.edited,
        point=(where.lat, where.lon) if where else None,
        attached=attached,
        names=frozenset({row.external_id, message.external_id}),
    )


async def _told(
    connection: AsyncConnection, conversation_id: int, authors: dict[int, str]
) -> list[Utterance]:
    rows = (
        await connection.execute(
            select(OUTBOX)
            .where(OUTBOX.c.conversation_id == conversation_id)
            .order_by(OUTBOX.c.id.desc())
            .limit(MOST)
        )
    ).all()
    parts = await _parts(connection, [row.id for row in rows])
    by = {f"{SAID}:{number}": actor for number, actor in authors.items()}
    return [_from_us(row, parts.get(row.id, ()), by) for row in rows]


async def _parts(
    connection: AsyncConnection, outbox_ids: Sequence[int]
) -> dict[int, tuple[str, ...]]:
    rows = await connection.execute(
        select(PART.c.outbox_id, PART.c.state)
        .where(PART.c.outbox_id.in_(outbox_ids))
        .order_by(PART.c.outbox_id, PART.c.part)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        found[row.outbox_id].append(row.state)
    return {number: tuple(states) for number, states in found.items() if len(states) > 1}


def _from_us(row: Any, parts: tuple[str, ...], authors: dict[str, str]) -> Utterance:
    message = legible.told(row.message)
    return Utterance(
        id=row.id,
        at=row.created_at,
        who=authors.get(message.key, "bot"),
        what="said",
        text=message.text,
        state=row.state,
        parts=parts,
        detail=row.detail or "",
        photos=len(message.photos),
        answers=message.in_reply_to,
    )


def about(
    said: Iterable[Utterance], ticket: str, telling: tuple[int, int], told_later: Collection[int]
) -> list[Utterance]:
    """Of a conversation, what concerns one complaint: for somebody who may see no other.

    Args:
        said: the conversation.
        ticket: the complaint's number, which our messages of it name.
        telling: after which message its telling began, and the message that filed it (ids).
        told_later: ids of messages that told more of it.
    """
    after, filed = telling
    whole = list(said)
    heard = {
        one.id: one
        for one in whole
        if one.heard and (after < one.id <= filed or one.id in told_later)
    }
    names = frozenset().union(*(one.names for one in heard.values())) - {""}
    ours = [one for one in whole if _concerns(one, ticket, names)]
    return sorted([*heard.values(), *ours], key=lambda one: (one.at, one.id))


def _concerns(one: Utterance, ticket: str, names: frozenset[str]) -> bool:
    """Whether we said it of this complaint, and of no other."""
    if one.heard or one.what != "said":
        return False
    named = {number for number, _, _ in find(one.text)}
    return named <= {ticket} and (one.answers in names or ticket in named)
