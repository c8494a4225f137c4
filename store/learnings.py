"""What was learnt: every verdict on a candidate, every promotion and roll-back, appended.

promoted      a candidate became the current model
kept          it measured better, and waits on disk for a person to promote it
refused       it measured worse, or no better
rolled_back   an earlier model became the current one again
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from store.corrections import stands
from store.ids import Ids
from store.tables import Correction, Learning, table

LEARNING, CORRECTION = table(Learning), table(Correction)
Outcome = Literal["kept", "promoted", "refused", "rolled_back"]
CURRENT = ("promoted", "rolled_back")  # what makes a model the current one


@dataclass(frozen=True, kw_only=True, slots=True)
class Learnt:
    """One verdict or roll-back."""

    at: datetime
    actor: str
    outcome: Outcome
    version: str  # the candidate, or the model gone back to
    before: str  # the model that was current; "" when there was none
    learned_to: int  # id of the newest correction that `version` was taught; 0: none
    verdict: str = "{}"  # the figures as JSON


async def append(connection: AsyncConnection, ids: Ids, learnt: Learnt) -> None:
    """Keep a record."""
    row = {name: getattr(learnt, name) for name in Learnt.__dataclass_fields__}
    await connection.execute(insert(LEARNING), [{"id": ids.next(), **row}])


async def newest(connection: AsyncConnection, most: int) -> list[Learnt]:
    """The last records, newest first."""
    statement = select(LEARNING).order_by(LEARNING.c.id.desc()).limit(most)
    return [_learnt(row) for row in await connection.execute(statement)]


async def latest(connection: AsyncConnection) -> Learnt | None:
    """Of the model that was made current last, by promotion or by going back; None: none was.

    Corrections beyond its `learned_to` have not been measured yet, or were refused.
    """
    statement = (
        select(LEARNING)
        .where(LEARNING.c.outcome.in_(CURRENT))
        .order_by(LEARNING.c.id.desc())
        .limit(1)
    )
    row = (await connection.execute(statement)).one_or_none()
    return _learnt(row) if row is not None else None


async def fresh(connection: AsyncConnection, learned_to: int) -> int:
    """How many corrections of a label, that stand, came after the newest that was taught."""
    labelled = CORRECTION.c.category.is_not(None) | CORRECTION.c.intent.is_not(None)
    found = await connection.execute(
        select(func.count())
        .select_from(CORRECTION)
        .where(CORRECTION.c.id > learned_to, labelled, stands())
    )
    return int(found.scalar_one())


async def promotion_of(connection: AsyncConnection, version: str) -> Learnt | None:
    """The record of a model's promotion; None where it was trained from the corpus alone."""
    return await _newest_of(connection, version, "promoted")


async def kept(connection: AsyncConnection, version: str) -> Learnt | None:
    """The verdict on a candidate that was kept for a person to promote; None: there is none."""
    return await _newest_of(connection, version, "kept")


async def _newest_of(connection: AsyncConnection, version: str, outcome: Outcome) -> Learnt | None:
    statement = (
        select(LEARNING)
        .where(LEARNING.c.outcome == outcome, LEARNING.c.version == version)
        .order_by(LEARNING.c.id.desc())
        .limit(1)
    )
    row = (await connection.execute(statement)).one_or_none()
    return _learnt(row) if row is not None else None


def _learnt(row: Any) -> Learnt:
    return Learnt(**{name: getattr(row, name) for name in Learnt.__dataclass_fields__})
