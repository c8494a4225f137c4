"""Which model serves: a candidate that measured better, or an earlier one again. By a person.

Trains nothing, so that pages may import it.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from nlu import shelf
from nlu.engines.model import ModelError, load
from store import audit, learnings
from store.audit import Deed
from store.database import Database
from store.ids import Ids
from store.learnings import Learnt


class NotBetterError(ModelError):
    """A model is promoted only when it measures better than the one that serves.

    `why` is a word for pages: current | unmeasured | outdated | never_served
    """

    def __init__(self, why: str, message: str) -> None:
        self.why = why
        super().__init__(message)


async def promotable(connection: AsyncConnection, var: Path, version: str) -> Learnt:
    """The verdict on a candidate that may be promoted.

    Raises: NotBetterError, which says why it may not.
    """
    kept = await learnings.kept(connection, version)
    now = shelf.current_version(var)
    if version == now:
        raise NotBetterError("current", f"{version} is the current model already")
    if kept is None:
        raise NotBetterError(
            "unmeasured",
            f"{version} did not measure better, or was never measured: it is not promoted",
        )
    if kept.before != now:
        raise NotBetterError(
            "outdated",
            f"{version} was measured against {kept.before}, and {now} serves now: train again",
        )
    return kept


async def promote(
    database: Database, ids: Ids, var: Path, version: str, *, actor: str, now: datetime
) -> Learnt:
    """Make a kept candidate the current model, and keep a record of it.

    Raises: NotBetterError; ModelError where it is no longer on disk, or damaged.
    """
    async with database.read() as connection:
        await promotable(connection, var, version)
    await asyncio.to_thread(load, var / "models" / version)
    async with database.begin() as connection:
        kept = await promotable(connection, var, version)
        promoted = replace(kept, at=now, actor=actor, outcome="promoted")
        await learnings.append(connection, ids, promoted)
        await audit.append(connection, ids, _deed("teach.promote", promoted))
    shelf.point(var, version)
    return promoted


async def roll_back(
    database: Database, ids: Ids, var: Path, version: str | None, *, actor: str, now: datetime
) -> Learnt:
    """Make an earlier model current again, and keep a record of it.

    `version` is one that has served before; None: the one before the current.
    Raises: ModelError, which names the models that are there.
    """
    replaced = shelf.current_version(var)
    card = await asyncio.to_thread(shelf.earlier, var, version)
    async with database.begin() as connection:
        promoted = await learnings.promotion_of(connection, card.version)
        if promoted is None and await learnings.kept(connection, card.version) is not None:
            raise NotBetterError(
                "never_served",
                f"{card.version} has never served; "
                f"`kanal nlu promote {card.version}` makes it current",
            )
        record = Learnt(
            at=now,
            actor=actor,
            outcome="rolled_back",
            version=card.version,
            before=replaced,
            learned_to=card.learned_to,
            verdict=promoted.verdict if promoted else "{}",
        )
        await learnings.append(connection, ids, record)
        await audit.append(connection, ids, _deed("teach.roll_back", record))
    shelf.point(var, card.version)
    return record


def _deed(act: str, record: Learnt) -> Deed:
    return Deed(
        actor=record.actor,
        act=act,
        subject=record.version,
        at=record.at,
        detail={"before": record.before},
    )
