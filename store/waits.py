"""How long citizens waited: for a person's first answer, and until their complaint was done.

An answer is a change of status, of which everybody who follows the complaint is told, or a
moderator's own message in the conversation that filed it; what the bot says by itself is none. Done
is the last move of a complaint that stands at `done`: what was reopened is not done yet.

The database finds the times, percentiles are taken here: neither of ours sorts groups as fast.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.conversation import Status
from store.dialect import seconds
from store.overview import COMPLAINT, Area, Period, Within
from store.tables import ComplaintEvent, ConversationEvent, table

EVENT, DOING = table(ComplaintEvent), table(ConversationEvent)
# Spelled out, not a parameter: a partial index is used for this and for nothing else.
_STATUS: ColumnElement[bool] = literal_column("complaint_event.kind = 'status'")
_GROUPS = (COMPLAINT.c.agency, COMPLAINT.c.kelurahan, COMPLAINT.c.kecamatan, COMPLAINT.c.kota)
_HALF, _NINTH = (1, 2), (9, 10)


@dataclass(frozen=True, kw_only=True, slots=True)
class Waited:
    """How long it took, in seconds: half of all waited no longer than the median."""

    n: int
    median: float
    ninth: float  # the 90th percentile: nine of ten waited no longer


@dataclass(frozen=True, kw_only=True, slots=True)
class Waits:
    """One measure: of all, by agency, by area; the busiest first."""

    all: Waited | None
    agencies: dict[str, Waited]
    areas: dict[Area, Waited]


async def to_answer(connection: AsyncConnection, period: Period, within: Within = ()) -> Waits:
    """From filing to the first answer of a person, of complaints that have one."""
    filed = COMPLAINT.c.filed_at
    moved = seconds(connection, filed, _moved(func.min(EVENT.c.at)))
    said = await _said(connection, period)
    rows = await connection.execute(
        select(COMPLAINT.c.id, *_GROUPS, moved).where(*period.holds(filed), *within)
    )
    told = [(*groups, took, said.get(number)) for number, *groups, took in rows]
    return await asyncio.to_thread(_grouped, told)


async def _said(connection: AsyncConnection, period: Period) -> dict[int, float]:
    """How long the first message of a moderator took, by complaint; of other periods too.

    Nothing is asked of the complaint but that it was filed before: so the database begins with
    the messages, which are few.
    """
    took = seconds(connection, COMPLAINT.c.filed_at, DOING.c.at)
    rows = await connection.execute(
        select(COMPLAINT.c.id, took)
        .select_from(DOING)
        .join(COMPLAINT, COMPLAINT.c.conversation_id == DOING.c.conversation_id)
        .where(DOING.c.kind == "said", DOING.c.at >= period.start, took >= 0)
    )
    first: dict[int, float] = {}
    for number, wait in rows:
        first[number] = min(wait, first.get(number, wait))
    return first


async def to_done(connection: AsyncConnection, period: Period, within: Within = ()) -> Waits:
    """From filing to done, of complaints that are done."""
    last = _moved(func.max(EVENT.c.at))
    rows = await connection.execute(
        select(*_GROUPS, seconds(connection, COMPLAINT.c.filed_at, last)).where(
            COMPLAINT.c.status == Status.DONE.value, *period.holds(COMPLAINT.c.filed_at), *within
        )
    )
    return await asyncio.to_thread(_grouped, rows.all())


def _moved(which: ColumnElement[Any]) -> Any:
    """The first or the last move of a complaint, one look into an index."""
    return (
        select(which)
        .where(EVENT.c.complaint_id == COMPLAINT.c.id, _STATUS)
        .correlate(COMPLAINT)
        .scalar_subquery()
    )


def _grouped(rows: Sequence[Any]) -> Waits:
    """Percentiles of rows that hold the groups, and times of which the shortest counts."""
    everything: list[float] = []
    agencies: dict[str, list[float]] = defaultdict(list)
    areas: dict[Area, list[float]] = defaultdict(list)
    for agency, kelurahan, kecamatan, kota, *times in rows:
        took = min((one for one in times if one is not None), default=None)
        if took is None:
            continue
        everything.append(took)
        if agency:
            agencies[agency].append(took)
        if kelurahan:
            areas[Area(kelurahan, kecamatan or "", kota or "")].append(took)
    return Waits(
        all=_waited(everything) if everything else None,
        agencies={name: _waited(agencies[name]) for name in sorted(agencies, key=_busy(agencies))},
        areas={area: _waited(areas[area]) for area in sorted(areas, key=_busy(areas))},
    )


def _busy(groups: dict[Any, list[float]]) -> Any:
    return lambda key: (-len(groups[key]), key)


def _waited(took: list[float]) -> Waited:
    ordered = sorted(took)
    return Waited(n=len(ordered), median=_rank(ordered, _HALF), ninth=_rank(ordered, _NINTH))


def _rank(ordered: Sequence[float], part: tuple[int, int]) -> float:
    """The nearest-rank percentile: the least value that so many parts of all do not exceed."""
    above, below = part
    return ordered[-(-len(ordered) * above // below) - 1]
