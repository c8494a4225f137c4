"""Corrections: a moderator's word on what a model said. Appended; the prediction stays as it was.

    said = Said(categories=("saluran_air", "banjir"))
    async with database.begin() as connection:
        await corrections.append(connection, ids, said, ticket="JKT-…", actor="ani", now=now)

To say that a prediction was right is a correction too: it has the same label before and after,
and learning needs it as much.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.message import InboundMessage
from dialogs.conversation import Spot
from nlu.learning.labels import check
from nlu.normalise import MAX_CHARS
from store import complaints, tasks
from store.assignment import HAND
from store.codec import dump, load
from store.ids import Ids
from store.tables import Complaint, Correction, Inbox, Prediction, table

CORRECTION, COMPLAINT = table(Correction), table(Complaint)
INBOX, PREDICTION = table(Inbox), table(Prediction)
UNSURE = frozenset({"unsure", "misunderstood"})  # tasks that a word on the category settles


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What a moderator says; what he says nothing of stays as it was."""

    categories: tuple[str, ...] = ()  # the main one first; ("bukan_aduan",): no complaint
    intent: str | None = None
    spot: Spot | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """A correction as it was kept, with the text that it speaks of."""

    id: int
    at: datetime
    actor: str
    engine: str
    before: Mapping[str, Any]  # category, intent, confidence, place_words
    said: Said
    ticket: str | None
    inbox_id: int | None
    text: str  # as written, at most MAX_CHARS: mask it before it is shown or learnt


async def append(
    connection: AsyncConnection,
    ids: Ids,
    said: Said,
    *,
    ticket: str | None = None,
    inbox_id: int | None = None,
    actor: str,
    now: datetime,
) -> int:
    """Keep a correction of a complaint, of a message, or of both; answers its id.

    A complaint takes the category and the place on, and its history gets `corrected`, or
    `confirmed` where nothing changed.

    Raises:
        UnknownLabelError: no such category or intent, or two that exclude each other.
        LookupError: no such complaint, or no prediction for the message.
        ValueError: nothing is said, or of nothing.
    """
    check(said.categories, said.intent)
    if said == Said():
        raise ValueError("a correction says something: a category, an intent or a place")
    if ticket is None and inbox_id is None:
        raise ValueError("a correction speaks of a complaint or of a message: name one")
    complaint: Any = await _complaint(connection, ticket) if ticket is not None else None
    predicted: Any = await _prediction(connection, inbox_id) if inbox_id is not None else None
    number = ids.next()
    row = {
        "id": number,
        "complaint_id": complaint.id if complaint else None,
        "inbox_id": inbox_id,
        "actor": actor,
        "at": now,
        "engine": (predicted or complaint).engine,
        "before": json.dumps(_before(complaint, predicted), ensure_ascii=False),
        "category": said.categories[0] if said.categories else None,
        "categories": json.dumps(said.categories),
        "intent": said.intent,
        "spot": dump(said.spot) if said.spot else None,
    }
    await connection.execute(insert(CORRECTION), [row])
    if complaint is not None:
        await _take_on(connection, ids, complaint, said, actor=actor, now=now)
    return number


async def _complaint(connection: AsyncConnection, ticket: str) -> Any:
    found = await connection.execute(
        select(COMPLAINT).where(COMPLAINT.c.ticket == ticket).with_for_update()
    )
    row = found.one_or_none()
    if row is None:
        raise LookupError(f"no complaint has the number {ticket}")
    return row


async def _prediction(connection: AsyncConnection, inbox_id: int) -> Any:
    found = await connection.execute(select(PREDICTION).where(PREDICTION.c.inbox_id == inbox_id))
    row = found.one_or_none()
    if row is None:
        raise LookupError(f"no engine has read a message {inbox_id}")
    return row


def _before(complaint: Any, predicted: Any) -> dict[str, Any]:
    """What stood before: the engine's word on a message, else the complaint as it stands."""
    source = predicted or complaint
    return {
        "category": source.category,
        "intent": predicted.intent if predicted else None,
        "confidence": source.confidence,
        "place_words": complaint.place_words if complaint else None,
    }


async def _take_on(
    connection: AsyncConnection, ids: Ids, complaint: Any, said: Said, *, actor: str, now: datetime
) -> None:
    changed: dict[str, Any] = {}
    if said.categories and said.categories[0] != complaint.category:
        changed["category"] = said.categories[0]
        if complaint.agency_rule != HAND:  # the city's rules may say more (store/agencies.py)
            changed["agency"] = complaints.agency_of(said.categories[0])
    if said.spot is not None:
        changed |= complaints.where(said.spot)
    values = {**changed, **({"updated_at": now} if changed else {})}
    if said.categories:
        values["checked"] = True
        await tasks.seen(connection, ticket=complaint.ticket, reasons=UNSURE, actor=actor, now=now)
    if values:
        await connection.execute(
            update(COMPLAINT).where(COMPLAINT.c.id == complaint.id).values(values)
        )
    happening = complaints.Happening(
        ticket=complaint.ticket,
        kind="corrected" if changed else "confirmed",
        actor=actor,
        at=now,
        body={
            "from": complaint.category,
            "to": said.categories[0] if said.categories else complaint.category,
            "also": list(said.categories[1:]),
            "intent": said.intent,
            "place": said.spot.words if said.spot else None,
        },
    )
    await complaints.append(connection, ids, [happening])


def _all() -> Select[Any]:
    return (
        select(
            CORRECTION,
            COMPLAINT.c.ticket,
            func.substr(COMPLAINT.c.text, 1, MAX_CHARS).label("told"),
            INBOX.c.message,
            PREDICTION.c.text.label("read"),
        )
        .outerjoin(COMPLAINT, COMPLAINT.c.id == CORRECTION.c.complaint_id)
        .outerjoin(INBOX, INBOX.c.id == CORRECTION.c.inbox_id)
        .outerjoin(PREDICTION, PREDICTION.c.inbox_id == CORRECTION.c.inbox_id)
    )


async def since(connection: AsyncConnection, after: int = 0, upto: int | None = None) -> list[Kept]:
    """Corrections whose id is greater than `after` and not beyond `upto`, oldest first."""
    statement = _all().where(CORRECTION.c.id > after).order_by(CORRECTION.c.id)
    if upto is not None:
        statement = statement.where(CORRECTION.c.id <= upto)
    return [_kept(row) for row in await connection.execute(statement)]


async def newest(connection: AsyncConnection, most: int) -> list[Kept]:
    """The last `most` corrections, newest first."""
    statement = _all().order_by(CORRECTION.c.id.desc()).limit(most)
    return [_kept(row) for row in await connection.execute(statement)]


async def of_complaint(connection: AsyncConnection, ticket: str) -> list[Kept]:
    """A complaint's corrections, oldest first."""
    statement = _all().where(COMPLAINT.c.ticket == ticket).order_by(CORRECTION.c.id)
    return [_kept(row) for row in await connection.execute(statement)]


def _kept(row: Any) -> Kept:
    # The message is what the engine read; a complaint's text may join several.
    # Of a message that was emptied (retention, an erasure) the complaint's masked words are left.
    own = load(InboundMessage, row.message).text if row.message else ""
    text = (row.read or own or row.told or "")[:MAX_CHARS]
    slugs = tuple(json.loads(row.categories)) or ((row.category,) if row.category else ())
    return Kept(
        id=row.id,
        at=row.at,
        actor=row.actor,
        engine=row.engine,
        before=json.loads(row.before),
        said=Said(
            categories=slugs, intent=row.intent, spot=load(Spot, row.spot) if row.spot else None
        ),
        ticket=row.ticket,
        inbox_id=row.inbox_id,
        text=text,
    )
