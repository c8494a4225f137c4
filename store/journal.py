"""T1: a delivery and its messages, on disk before anybody is told that they came.

`write` keeps a batch of arrivals: the journal row, one inbox row a message, parts, media
references, receipts and moved addresses. UNIQUE(channel, external_id) alone decides what is
a duplicate; a delivery that brings nothing new leaves no journal row.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.adapter import Outcome, Raw, Received
from channels.message import InboundMessage, MediaRef
from store import conversations, patience, receipts
from store.codec import dump
from store.dialect import insert_or_ignore, upsert
from store.ids import Ids
from store.tables import Cursor, Delivery, Inbox, Media, PartRow, table

DELIVERY, INBOX, PART, MEDIA = table(Delivery), table(Inbox), table(PartRow), table(Media)

MEDIA_PATIENCE = timedelta(seconds=8)  # how long a turn waits for its attachments


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """One delivery on its way into the journal."""

    channel: str
    account: str
    raw: Raw
    received: Received


@dataclass
class _Batch:
    """The rows of one T1, gathered before any is written."""

    deliveries: dict[int, dict[str, Any]] = field(default_factory=dict)
    inbox: list[dict[str, Any]] = field(default_factory=list)
    parts: list[dict[str, Any]] = field(default_factory=list)
    hurried: dict[int, datetime] = field(default_factory=dict)  # conversation -> when


async def write(
    connection: AsyncConnection,
    ids: Ids,
    arrivals: Sequence[Arrival],
    patient: patience.Patient = patience.alone,
) -> list[tuple[Outcome, ...]]:
    """Keep a batch; returns each arrival's outcomes in the order that `Accepted` promises."""
    batch, owners = _Batch(), []
    await conversations.move(connection, [one for a in arrivals for one in a.received.moved])
    known = await _known(connection, INBOX, _keys(arrivals))
    new_ones = set(_addresses(arrivals, known))
    now = arrivals[0].raw.received_at
    talks = await conversations.ensure(connection, ids, new_ones, now) if new_ones else {}
    for arrival in arrivals:
        delivery_id = ids.next()
        batch.deliveries[delivery_id] = _delivery_row(delivery_id, arrival)
        first = len(batch.inbox), len(batch.parts)
        for message in arrival.received.messages:
            # A repeat has no row of its own, and makes no conversation with whoever was forgotten.
            talk = talks.get((message.channel, message.account, message.address), 0)
            waits = patient(message)
            batch.hurried |= {talk: arrival.raw.received_at} if waits.hurry else {}
            batch.inbox.append(
                inbox_row(ids.next(), message, talk, delivery_id, arrival.raw, waits)
            )
        batch.parts.extend(_part_rows(ids, arrival, delivery_id))
        owners.append((delivery_id, first, (len(batch.inbox), len(batch.parts))))
    known |= await _known(connection, PART, batch.parts)
    await _write_deliveries(connection, batch, known)
    new = await insert_or_ignore(connection, INBOX, _unknown(batch.inbox, known))
    new |= await insert_or_ignore(connection, PART, _unknown(batch.parts, known))
    await write_media(connection, ids, _new_media(arrivals, batch, new), now)
    if batch.hurried:
        await patience.hurry(connection, [*batch.hurried], max(batch.hurried.values()))
    await _write_receipts(connection, arrivals)
    return [
        _outcomes(arrival, batch, new, first, last)
        for arrival, (_, first, last) in zip(arrivals, owners, strict=True)
    ]


def _keys(arrivals: Sequence[Arrival]) -> list[dict[str, Any]]:
    return [
        {"channel": message.channel, "external_id": message.external_id}
        for arrival in arrivals
        for message in arrival.received.messages
    ]


def _addresses(
    arrivals: Sequence[Arrival], known: Collection[Key]
) -> Iterator[conversations.Address]:
    for arrival in arrivals:
        for message in arrival.received.messages:
            if (message.channel, message.external_id) not in known:
                yield message.channel, message.account, message.address


def _delivery_row(delivery_id: int, arrival: Arrival) -> dict[str, Any]:
    return {
        "id": delivery_id,
        "channel": arrival.channel,
        "account": arrival.account,
        "received_at": arrival.raw.received_at,
        "envelope": json.dumps(dict(arrival.raw.envelope)),
        "body": arrival.raw.body,
        "dead": "; ".join(arrival.received.malformed) or None,
    }


def inbox_row(
    inbox_id: int,
    message: InboundMessage,
    talk: int,
    delivery_id: int | None,
    raw: Raw,
    waits: patience.Patience,
) -> dict[str, Any]:
    """Build the row of a message that waits to be answered."""
    quiet = waits.quiet
    wait = max(quiet or timedelta(), MEDIA_PATIENCE if message.media else timedelta())
    return {
        "id": inbox_id,
        "channel": message.channel,
        "external_id": message.external_id,
        "conversation_id": talk,
        "delivery_id": delivery_id,
        "message": dump(message),
        "due_at": raw.received_at + wait,
        "quiet_at": None if quiet is None else raw.received_at + quiet,
        "state": "pending",
        "attempts": 0,
    }


def _part_rows(ids: Ids, arrival: Arrival, delivery_id: int) -> Iterator[dict[str, Any]]:
    for part in arrival.received.parts:
        yield {
            "id": ids.next(),
            "channel": arrival.channel,
            "key": part.key,
            "index": part.index,
            "total": part.total,
            "delivery_id": delivery_id,
            "external_id": part.message.external_id,
            "message": dump(part.message),
            "due_at": arrival.raw.received_at + timedelta(seconds=part.quiet_s),
            "joined": False,
        }


Key = tuple[str, str]  # channel, external_id


async def _known(
    connection: AsyncConnection, into: Table, rows: Sequence[dict[str, Any]]
) -> set[Key]:
    """Of these rows, the keys that the table holds. It spares writing; UNIQUE still decides."""
    found: set[Key] = set()
    for channel in {row["channel"] for row in rows}:
        ids = [row["external_id"] for row in rows if row["channel"] == channel]
        held = await connection.execute(
            select(into.c.external_id).where(into.c.channel == channel, into.c.external_id.in_(ids))
        )
        found |= {(channel, external_id) for external_id in held.scalars()}
    return found


def _unknown(rows: Sequence[dict[str, Any]], known: set[Key]) -> list[dict[str, Any]]:
    """The rows to be written, each key once."""
    first = {(row["channel"], row["external_id"]): row for row in reversed(rows)}
    return [row for key, row in reversed(first.items()) if key not in known]


async def _write_deliveries(connection: AsyncConnection, batch: _Batch, known: set[Key]) -> None:
    """Write the journal before what refers to it; a delivery with nothing new is left out."""
    bring = (*_unknown(batch.inbox, known), *_unknown(batch.parts, known))
    needed = {row["delivery_id"] for row in bring}
    rows = [row for key, row in batch.deliveries.items() if key in needed or row["dead"]]
    if rows:
        await connection.execute(insert(DELIVERY), rows)


def _new_media(
    arrivals: Sequence[Arrival], batch: _Batch, new: set[int]
) -> Iterator[tuple[dict[str, Any], MediaRef]]:
    """Attachments are fetched by the channel that brought them, whoever's the message is."""
    messages = ((one, arrival) for arrival in arrivals for one in arrival.received.messages)
    for (message, arrival), row in zip(messages, batch.inbox, strict=True):
        if row["id"] in new:
            for ref in message.media:
                yield {**row, "channel": arrival.channel, "account": arrival.account}, ref


async def write_media(
    connection: AsyncConnection,
    ids: Ids,
    references: Iterable[tuple[dict[str, Any], MediaRef]],
    now: datetime,
) -> None:
    """Write a row per attachment, to be fetched after T1. Each comes with its inbox row."""
    rows = [
        {
            "id": ids.next(),
            "inbox_id": row["id"],
            "delivery_id": row["delivery_id"],
            "channel": row["channel"],
            "account": row["account"],
            "ref": dump(ref),
            "state": "pending",
            "attempts": 0,
            "due_at": now,
        }
        for row, ref in references
    ]
    if rows:
        await connection.execute(insert(MEDIA), rows)


async def _write_receipts(connection: AsyncConnection, arrivals: Sequence[Arrival]) -> None:
    for arrival in arrivals:
        for receipt in arrival.received.receipts:
            await receipts.receive(connection, receipt)


def _outcomes(
    arrival: Arrival, batch: _Batch, new: set[int], first: tuple[int, int], last: tuple[int, int]
) -> tuple[Outcome, ...]:
    messages = (
        Outcome.WRITTEN if row["id"] in new else Outcome.DUPLICATE
        for row in batch.inbox[first[0] : last[0]]
    )
    parts = (
        Outcome.PART if row["id"] in new else Outcome.DUPLICATE
        for row in batch.parts[first[1] : last[1]]
    )
    return (
        *messages,
        *parts,
        *(Outcome.IGNORED for _ in arrival.received.ignored),
        *(Outcome.DEAD for _ in arrival.received.malformed),
    )


async def cursor(connection: AsyncConnection, channel: str, account: str) -> str | None:
    """How far this puller has read, None before its first delivery."""
    columns = table(Cursor).c
    found = await connection.execute(
        select(columns.value).where(columns.channel == channel, columns.account == account)
    )
    return found.scalar()


async def move_cursor(connection: AsyncConnection, channel: str, account: str, value: str) -> None:
    """Remember how far a puller has read: only after T1 has kept all that lies before."""
    row = {"channel": channel, "account": account, "value": value}
    await upsert(connection, table(Cursor), [row], keys=("channel", "account"), renew=("value",))


async def raw(connection: AsyncConnection, delivery_id: int) -> Raw:
    """Read a delivery back as it came."""
    row = (await connection.execute(select(DELIVERY).where(DELIVERY.c.id == delivery_id))).one()
    return Raw(body=row.body, received_at=row.received_at, envelope=json.loads(row.envelope))
