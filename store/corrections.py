"""Corrections: a moderator's word on what a model said. Appended; the prediction stays as it was.

    said = Said(categories=("saluran_air", "banjir"))
    async with database.begin() as connection:
        await corrections.append(connection, ids, said, ticket="JKT-…", actor="ani", now=now)

To say that a prediction was right is a correction too: it has the same label before and after,
and learning needs it as much. A word that was taken back stays in the table and teaches nothing.

What a complaint takes on from a word is in store/correcting.py, how it is taken back in
store/undoing.py.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.conversation import Spot
from nlu.normalise import MAX_CHARS
from store import legible, revisions
from store.codec import dump, load
from store.ids import Ids
from store.said import Said
from store.tables import Complaint, Correction, Inbox, Prediction, table
from store.taking import Taking, take_on

__all__ = [
    "Kept",
    "Said",
    "append",
    "latest_of",
    "newest",
    "of_batch",
    "of_complaint",
    "row_of",
    "since",
    "stands",
]

CORRECTION, COMPLAINT = table(Correction), table(Complaint)
INBOX, PREDICTION = table(Inbox), table(Prediction)


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """A correction as it was kept, with the text that it speaks of."""

    id: int
    at: datetime
    actor: str
    engine: str
    before: Mapping[str, Any]  # category, intent, confidence, place_words; of a complaint more
    said: Said
    ticket: str | None
    inbox_id: int | None
    text: str  # as written, at most MAX_CHARS: mask it before it is shown or learnt
    undoes: int | None = None  # the correction that this one takes back
    batch: int | None = None  # of corrections that were said together
    duplicate: bool = False  # it says that the complaint repeats another
    split: bool = False  # it says that the complaint is two


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

    A complaint takes on what is said of it, whatever happened to it meanwhile.

    Raises:
        UnknownLabelError: no such category or intent, or two that exclude each other.
        LookupError: no such complaint, or no prediction for the message.
        ValueError: nothing is said, or of nothing.
    """
    said.check()
    if ticket is None and inbox_id is None:
        raise ValueError("a correction speaks of a complaint or of a message: name one")
    complaint: Any = await _complaint(connection, ticket) if ticket is not None else None
    predicted: Any = await _prediction(connection, inbox_id) if inbox_id is not None else None
    taking = None
    if complaint is not None:
        (taking,) = await take_on(connection, ids, [complaint], said, actor=actor, now=now)
    row = row_of(ids, said, complaint, predicted, taking=taking, actor=actor, now=now)
    await connection.execute(insert(CORRECTION), [row])
    return int(row["id"])


async def _complaint(connection: AsyncConnection, ticket: str) -> Any:
    row = (await revisions.locked(connection, [ticket])).get(ticket)
    if row is None:
        raise LookupError(f"no complaint has the number {ticket}")
    return row


async def _prediction(connection: AsyncConnection, inbox_id: int) -> Any:
    found = await connection.execute(select(PREDICTION).where(PREDICTION.c.inbox_id == inbox_id))
    row = found.one_or_none()
    if row is None:
        raise LookupError(f"no engine has read a message {inbox_id}")
    return row


def row_of(
    ids: Ids,
    said: Said,
    complaint: Any,
    predicted: Any = None,
    *,
    taking: Taking | None,
    actor: str,
    now: datetime,
    **others: int | None,
) -> dict[str, Any]:
    """Build a correction's row, of a complaint's row or a prediction's or of both.

    `others`: the columns duplicate_of, split_into, undoes, batch.
    """
    return {
        "id": ids.next(),
        "complaint_id": complaint.id if complaint is not None else None,
        "inbox_id": predicted.inbox_id if predicted is not None else None,
        "actor": actor,
        "at": now,
        "engine": (complaint if predicted is None else predicted).engine,
        "before": json.dumps(_before(complaint, predicted, taking), ensure_ascii=False),
        "category": said.categories[0] if said.categories else None,
        "categories": json.dumps(said.categories),
        "intent": said.intent,
        "spot": dump(said.spot) if said.spot else None,
        "language": said.language,
        "duplicate_of": None,
        "split_into": None,
        "undoes": None,
        "batch": None,
        **others,
    }


def _before(complaint: Any, predicted: Any, taking: Taking | None) -> dict[str, Any]:
    """What stood before: the engine's word on a message, else the complaint as it stands.

    With the Taking of a complaint, from which it can be put back.
    """
    source = complaint if predicted is None else predicted
    before = {
        "category": source.category,
        "intent": predicted.intent if predicted is not None else None,
        "confidence": source.confidence,
        "place_words": complaint.place_words if complaint is not None else None,
    }
    if taking is not None:
        before |= {
            "was": taking.was,
            "now": taking.now,
            "events": taking.events,
            "spoke": taking.language,
            "passed": taking.passed,
            "tasks": taking.tasks,
        }
    return before


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


def stands() -> ColumnElement[bool]:
    """The condition on CORRECTION: a word that was not taken back, and does not take one back."""
    later = CORRECTION.alias("later")
    # Asked once, not for each row: they are few, and SQLite's statistics of a column that is nearly
    # always NULL speak against its index.
    undone = select(later.c.undoes).where(later.c.undoes.is_not(None))
    return CORRECTION.c.undoes.is_(None) & CORRECTION.c.id.not_in(undone)


async def since(connection: AsyncConnection, after: int = 0, upto: int | None = None) -> list[Kept]:
    """Corrections that stand, of an id greater than `after`, not beyond `upto`, oldest first."""
    statement = _all().where(CORRECTION.c.id > after, stands()).order_by(CORRECTION.c.id)
    if upto is not None:
        statement = statement.where(CORRECTION.c.id <= upto)
    return [_kept(row) for row in await connection.execute(statement)]


async def newest(connection: AsyncConnection, most: int) -> list[Kept]:
    """The last `most` corrections that stand, newest first."""
    statement = _all().where(stands()).order_by(CORRECTION.c.id.desc()).limit(most)
    return [_kept(row) for row in await connection.execute(statement)]


async def of_complaint(connection: AsyncConnection, ticket: str) -> list[Kept]:
    """All of a complaint's corrections, oldest first, those that were taken back too."""
    statement = _all().where(COMPLAINT.c.ticket == ticket).order_by(CORRECTION.c.id)
    return [_kept(row) for row in await connection.execute(statement)]


async def latest_of(connection: AsyncConnection, actor: str, after: datetime) -> list[Kept]:
    """The last words of a moderator on complaints since a moment, newest first, ten at most.

    With those that he took back, and those by which he did.
    """
    statement = (
        _all()
        .where(
            CORRECTION.c.actor == actor,
            CORRECTION.c.complaint_id.is_not(None),
            CORRECTION.c.at >= after,
        )
        .order_by(CORRECTION.c.id.desc())
        .limit(10)
    )
    return [_kept(row) for row in await connection.execute(statement)]


async def of_batch(connection: AsyncConnection, batch: int, after: int, most: int) -> list[int]:
    """The ids of words that were said together and stand, from an id on, in order."""
    found = await connection.execute(
        select(CORRECTION.c.id)
        .where(CORRECTION.c.batch == batch, CORRECTION.c.id > after, stands())
        .order_by(CORRECTION.c.id)
        .limit(most)
    )
    return list(found.scalars())


def _kept(row: Any) -> Kept:
    # The message is what the engine read; a complaint's text may join several.
    # Of a message that was emptied (retention, an erasure) the complaint's masked words are left.
    own = legible.heard(row.message).text if row.message else ""
    text = (row.read or own or row.told or "")[:MAX_CHARS]
    slugs = tuple(json.loads(row.categories)) or ((row.category,) if row.category else ())
    return Kept(
        id=row.id,
        at=row.at,
        actor=row.actor,
        engine=row.engine,
        before=json.loads(row.before),
        said=Said(
            categories=slugs,
            intent=row.intent,
            spot=load(Spot, row.spot) if row.spot else None,
            language=row.language,
        ),
        ticket=row.ticket,
        inbox_id=row.inbox_id,
        text=text,
        undoes=row.undoes,
        batch=row.batch,
        duplicate=row.duplicate_of is not None,
        split=row.split_into is not None,
    )
