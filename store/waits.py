"""How long citizens waited: for a person's first answer, and until their complaint was done.

An answer is a change of status, of which everybody who follows the complaint is told, or a
moderator's own message in the conversation that filed it; what the bot says by itself is none. Done
is the last move to `done` of a complaint that stands there: what was reopened is not done yet.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, literal_column, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.conversation import Status
from store.dialect import json_text, seconds
from store.overview import COMPLAINT, Area, Period, Within
from store.tables import ComplaintEvent, ConversationEvent, table

EVENT, DOING = table(ComplaintEvent), table(ConversationEvent)
# Spelled out, not a parameter: a partial index is used for this and for nothing else.
_STATUS: ColumnElement[bool] = literal_column("complaint_event.kind = 'status'")


@dataclass(frozen=True, kw_only=True, slots=True)
class Waited:
    """How long it took, in seconds: half of all waited no longer than the median."""

    n: int
    median: float
    ninth: float  # the 90th percentile: nine of ten waited no longer


@dataclass(frozen=True, kw_only=True, slots=True)
class Waits:
    """One measure: of all, by agency, by area."""

    all: Waited | None
    agencies: dict[str, Waited]
    areas: dict[Area, Waited]


async def to_answer(connection: AsyncConnection, period: Period, within: Within = ()) -> Waits:
    """From filing to the first answer of a person, of complaints that have one."""
    mine = (*period.holds(COMPLAINT.c.filed_at), *within)
    moved = (
        select(COMPLAINT.c.id, EVENT.c.at)
        .join(EVENT, EVENT.c.complaint_id == COMPLAINT.c.id)
        .where(_STATUS, *mine)
    )
    said = (
        select(COMPLAINT.c.id, DOING.c.at)
        .join(DOING, DOING.c.conversation_id == COMPLAINT.c.conversation_id)
        .where(DOING.c.kind == "said", DOING.c.at >= COMPLAINT.c.filed_at, *mine)
    )
    answers = union_all(moved, said).subquery()
    first = select(answers.c.id, func.min(answers.c.at).label("at")).group_by(answers.c.id)
    return await _waits(connection, first)


async def to_done(connection: AsyncConnection, period: Period, within: Within = ()) -> Waits:
    """From filing to done, of complaints that are done."""
    done = Status.DONE.value
    last = (
        select(COMPLAINT.c.id, func.max(EVENT.c.at).label("at"))
        .join(EVENT, EVENT.c.complaint_id == COMPLAINT.c.id)
        .where(
            _STATUS,
            json_text(connection, EVENT.c.body, "to") == done,
            COMPLAINT.c.status == done,
            *period.holds(COMPLAINT.c.filed_at),
            *within,
        )
        .group_by(COMPLAINT.c.id)
    )
    return await _waits(connection, last)


async def _waits(connection: AsyncConnection, reached: Select[Any]) -> Waits:
    """Percentiles of the time from filing to what was `reached` (id, at), at three levels."""
    then = reached.subquery()
    waited = (
        select(
            COMPLAINT.c.agency,
            COMPLAINT.c.kelurahan,
            COMPLAINT.c.kecamatan,
            COMPLAINT.c.kota,
            seconds(connection, COMPLAINT.c.filed_at, then.c.at).label("took"),
        )
        .join(then, then.c.id == COMPLAINT.c.id)
        .cte("waited")
    )
    of = waited.c
    statement = union_all(
        _level("all", waited, literal(""), literal(""), literal("")),
        _level("agency", waited, of.agency, literal(""), literal("")),
        _level("area", waited, of.kelurahan, of.kecamatan, of.kota),
    )
    found: dict[str, dict[Area, Waited]] = defaultdict(dict)
    for row in await connection.execute(statement):
        key = Area(row.a or "", row.b or "", row.c or "")
        found[row.level][key] = Waited(n=row.n, median=row.median, ninth=row.ninth)
    return Waits(
        all=next(iter(found["all"].values()), None),
        agencies={key.kelurahan: one for key, one in _busiest(found["agency"]) if key.kelurahan},
        areas={key: one for key, one in _busiest(found["area"]) if key.kelurahan},
    )


def _busiest(found: dict[Area, Waited]) -> list[tuple[Area, Waited]]:
    return sorted(found.items(), key=lambda pair: (-pair[1].n, pair[0]))


def _level(
    name: str,
    waited: Any,
    a: ColumnElement[Any],
    b: ColumnElement[Any],
    c: ColumnElement[Any],
) -> Select[Any]:
    """The nearest-rank percentiles of each group: no database of ours has to know the word."""
    by = (a.label("a"), b.label("b"), c.label("c"))
    place = func.row_number().over(partition_by=(a, b, c), order_by=waited.c.took)
    size = func.count().over(partition_by=(a, b, c))
    ranked = select(*by, waited.c.took, place.label("place"), size.label("size")).subquery()
    of = ranked.c
    return select(
        literal(name).label("level"),
        of.a,
        of.b,
        of.c,
        func.max(of.size).label("n"),
        func.max(case((of.place == (of.size + 1) // 2, of.took))).label("median"),
        func.max(case((of.place == (of.size * 9 + 9) // 10, of.took))).label("ninth"),
    ).group_by(of.a, of.b, of.c)
