"""The outbox: what we say, from the decision (T2) to the provider's receipt (T3 and after).

    queued -> sent -> delivered -> read        a late `sent` never overwrites `delivered`
    queued -> parked -> queued                 nobody listens at that address now
    queued -> unknown -> sent                  it may have arrived; sent again, and marked
    queued -> dead -> queued                   the provider will never take it, or we gave up;
                                               a person may send it again
    sent   -> failed                           the provider took it and could not deliver

Replies go before news of a report, and both before what is told to many. Within one conversation
and one priority messages go out in the order in which they were decided, one at a time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.message import Moved, OutboundMessage
from store import conversations, exchanges, legible, receipts
from store.codec import dump
from store.dialect import one_of
from store.ids import Ids
from store.tables import ConversationRow, Outbox, table

OUTBOX, CONVERSATION = table(Outbox), table(ConversationRow)

WAITING = ("queued", "unknown")  # will be sent without anybody doing anything
Account = tuple[str, str]  # channel, account

_RECORDED = ("state", "part", "attempts", "due_at", "detail", "sent_at")
_RECORD = (
    update(OUTBOX)
    .where(OUTBOX.c.id == bindparam("b_id"), one_of(OUTBOX.c.state, WAITING))
    .values(lease_until=None, **{name: bindparam(name) for name in _RECORDED})
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """A message that is ours to send until the lease ends."""

    id: int
    conversation_id: int
    channel: str
    account: str
    message: OutboundMessage
    part: int  # the next wire part: those before it are sent
    attempts: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """T3: what became of an attempt."""

    due: Due
    state: str  # queued (again) | unknown (again) | sent | parked | dead
    part: int
    attempts: int
    due_at: datetime
    detail: str | None = None
    sent_at: datetime | None = None
    taken: tuple[tuple[int, str], ...] = ()  # parts that the provider took now: number, its id
    exchanges: tuple[exchanges.Said, ...] = ()
    moved: tuple[Moved, ...] = ()  # addresses that the provider calls otherwise now
    shut: bool = False  # the citizen blocked us: nothing unasked until he writes again


def row(
    ids: Ids,
    conversation_id: int,
    message: OutboundMessage,
    now: datetime,
    *,
    state: str = "queued",
) -> dict[str, Any]:
    """Build the row of a message that T2 decided; `parked` waits until the citizen writes again."""
    return {
        "id": ids.next(),
        "key": message.key,
        "conversation_id": conversation_id,
        "channel": message.channel,
        "account": message.account,
        "message": dump(message),
        "priority": int(message.priority),
        "state": state,
        "part": 0,
        "attempts": 0,
        "due_at": now,
        "created_at": now,
    }


async def put(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    """Queue messages."""
    if rows:
        await connection.execute(insert(OUTBOX), list(rows))


async def claim(
    connection: AsyncConnection, account: Account, *, now: datetime, lease_for: timedelta, most: int
) -> list[Due]:
    """Take an account's messages that are due: of each conversation at most one.

    A message waits while another one of its conversation is under way, and for those before it
    that are not less urgent.
    """
    other = OUTBOX.alias("other")
    blocked = select(other.c.id).where(
        other.c.conversation_id == OUTBOX.c.conversation_id,
        other.c.id != OUTBOX.c.id,
        other.c.state.in_((*WAITING, "parked")),
        or_(
            and_(other.c.id < OUTBOX.c.id, other.c.priority <= OUTBOX.c.priority),
            other.c.priority < OUTBOX.c.priority,
            other.c.lease_until > now,
        ),
    )
    due = (
        select(OUTBOX.c.id)
        .where(
            OUTBOX.c.channel == account[0],
            OUTBOX.c.account == account[1],
            OUTBOX.c.state.in_(WAITING),
            OUTBOX.c.due_at <= now,
            or_(OUTBOX.c.lease_until.is_(None), OUTBOX.c.lease_until <= now),
            ~blocked.exists(),
        )
        .order_by(OUTBOX.c.priority, OUTBOX.c.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    columns = OUTBOX.c
    rows = await connection.execute(
        update(OUTBOX)
        .where(columns.id.in_(due))
        .values(lease_until=now + lease_for)
        .returning(
            columns.id,
            columns.conversation_id,
            columns.message,
            columns.priority,
            columns.part,
            columns.attempts,
        )
    )
    found = [
        Due(
            id=row.id,
            conversation_id=row.conversation_id,
            channel=account[0],
            account=account[1],
            message=legible.told(row.message),
            part=row.part,
            attempts=row.attempts,
        )
        for row in sorted(rows, key=lambda row: (row.priority, row.id))
    ]
    await _dead(connection, [one.id for one in found if one.message is legible.NOTHING_TOLD])
    return [one for one in found if one.message is not legible.NOTHING_TOLD]


async def _dead(connection: AsyncConnection, outbox_ids: Sequence[int]) -> None:
    """Leave what cannot be read to a person: it holds up nothing."""
    if outbox_ids:
        await connection.execute(
            update(OUTBOX)
            .where(OUTBOX.c.id.in_(outbox_ids))
            .values(state="dead", detail=legible.UNREADABLE, lease_until=None)
        )


async def renew(connection: AsyncConnection, outbox_ids: Sequence[int], until: datetime) -> None:
    """Keep messages that are under way. One that was recorded meanwhile is nobody's any more."""
    await connection.execute(
        update(OUTBOX)
        .where(OUTBOX.c.id.in_(outbox_ids), OUTBOX.c.lease_until.is_not(None))
        .values(lease_until=until)
    )


async def record(connection: AsyncConnection, ids: Ids, records: Sequence[Record]) -> list[None]:
    """Write what became of attempts (T3). A receipt that was faster is not overwritten."""
    await connection.execute(
        _RECORD,
        [
            {
                "b_id": one.due.id,
                "state": one.state,
                "part": one.part,
                "attempts": one.attempts,
                "due_at": one.due_at,
                "detail": one.detail,
                "sent_at": one.sent_at,
            }
            for one in records
        ],
    )
    await exchanges.append(
        connection, ids, [(one.due.id, said) for one in records for said in one.exchanges]
    )
    await receipts.expect(
        connection,
        [
            receipts.Taken(
                outbox_id=one.due.id,
                part=part,
                channel=one.due.channel,
                account=one.due.account,
                provider_id=provider_id,
            )
            for one in records
            for part, provider_id in one.taken
            if provider_id
        ],
    )
    await conversations.move(connection, [moved for one in records for moved in one.moved])
    await conversations.shut(connection, [one.due.conversation_id for one in records if one.shut])
    return [None] * len(records)


async def awake(
    connection: AsyncConnection, channel: str, account: str, address: str, now: datetime
) -> int:
    """Queue again what was parked for an address; returns how many messages."""
    talk = select(CONVERSATION.c.id).where(
        CONVERSATION.c.channel == channel,
        CONVERSATION.c.account == account,
        CONVERSATION.c.address == address,
    )
    return await _wake(connection, talk, now)


async def wake(connection: AsyncConnection, conversation_ids: Sequence[int], now: datetime) -> int:
    """Queue again what was parked for these conversations; returns how many messages."""
    return await _wake(connection, conversation_ids, now) if conversation_ids else 0


async def _wake(connection: AsyncConnection, talks: Any, now: datetime) -> int:
    rows = await connection.execute(
        update(OUTBOX)
        .where(OUTBOX.c.conversation_id.in_(talks), OUTBOX.c.state == "parked")
        .values(state="queued", due_at=now)
        .returning(OUTBOX.c.id)
    )
    return len(rows.all())


async def answered(
    connection: AsyncConnection, replies: Mapping[int, str]
) -> dict[int, OutboundMessage]:
    """Our message that each conversation answers, by the provider's id of any part of it."""
    rows = await connection.execute(
        select(OUTBOX.c.conversation_id, receipts.PART.c.provider_id, OUTBOX.c.message)
        .join(receipts.PART, receipts.PART.c.outbox_id == OUTBOX.c.id)
        .where(
            OUTBOX.c.conversation_id.in_(replies),
            receipts.PART.c.provider_id.in_(set(replies.values())),
        )
    )
    return {
        row.conversation_id: legible.told(row.message)
        for row in rows
        if replies[row.conversation_id] == row.provider_id
    }


async def parked(
    connection: AsyncConnection, channel: str, account: str, addresses: Sequence[str]
) -> list[str]:
    """Of these addresses, those for which something is parked."""
    rows = await connection.execute(
        select(CONVERSATION.c.address)
        .join(OUTBOX, OUTBOX.c.conversation_id == CONVERSATION.c.id)
        .where(
            CONVERSATION.c.channel == channel,
            CONVERSATION.c.account == account,
            CONVERSATION.c.address.in_(addresses),
            OUTBOX.c.state == "parked",
        )
        .distinct()
    )
    return list(rows.scalars())


async def count(connection: AsyncConnection, *states: str, channel: str | None = None) -> int:
    """How many messages stand at one of `states`, on one channel or on all."""
    here = [OUTBOX.c.state.in_(states)] + ([OUTBOX.c.channel == channel] if channel else [])
    found = await connection.execute(select(func.count()).select_from(OUTBOX).where(*here))
    return int(found.scalar_one())


async def counts(connection: AsyncConnection) -> dict[Account, dict[str, int]]:
    """How many messages of each account stand at each state."""
    columns = OUTBOX.c
    rows = await connection.execute(
        select(columns.channel, columns.account, columns.state, func.count().label("n")).group_by(
            columns.channel, columns.account, columns.state
        )
    )
    found: dict[Account, dict[str, int]] = {}
    for row in rows:
        found.setdefault((row.channel, row.account), {})[row.state] = row.n
    return found
