"""Open complaints around points: one query for a whole batch of conversations.

A box on the index (category, lat, lon) first, then the distance.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from math import cos, radians
from typing import Any

from sqlalchemy import (
    Float,
    Integer,
    Text,
    and_,
    bindparam,
    cast,
    func,
    or_,
    select,
    true,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.conversation import Nearby, Status, Ticket
from nlu.places.gazetteer import METRES_PER_DEGREE, distance_m
from store.tables import Complaint, Supporter, Utc, table
from store.workflow import UNRESOLVED

COMPLAINT, SUPPORTER = table(Complaint), table(Supporter)
MOST_POINTS = 500  # of one query; the rest is left out, and filed without being compared
_MOST_FOUND = 40  # around one point, the nearest first
_MOST_ROWS = 5_000  # of one query
_MOST_A_BOX = 200
_WORDS = 200  # characters of a text that are compared


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """Where to look, for what, how far and how long back."""

    category: str
    lat: float
    lon: float
    radius_m: int
    since: datetime


async def near(
    connection: AsyncConnection, points: Collection[Point]
) -> dict[Point, tuple[Nearby, ...]]:
    """Unresolved complaints around each point, the nearest first, at most 40.

    One whose own place is known no better than the radius is passed over: it may be anywhere.
    """
    asked = list(dict.fromkeys(points))[:MOST_POINTS]
    if not asked:
        return {}
    boxes = json.dumps([_box(point) for point in asked])
    query = _QUERIES[connection.dialect.name]
    rows = (await connection.execute(query, {"boxes": boxes})).all()
    people = await _supporters(connection, {row.id for row in rows})
    found: dict[Point, list[tuple[float, Nearby]]] = defaultdict(list)
    for row in rows:
        point = asked[row.point]
        metres = distance_m(point.lat, point.lon, row.lat, row.lon)
        if metres <= point.radius_m:
            found[point].append((metres, _nearby(row, 1 + people.get(row.id, 0))))
    return {
        point: tuple(one for _, one in sorted(ones, key=_nearest)[:_MOST_FOUND])
        for point, ones in found.items()
    }


def _nearest(pair: tuple[float, Nearby]) -> tuple[float, str]:
    return pair[0], pair[1].ticket.number


def _box(point: Point) -> list[Any]:
    """A point as the queries read it: kind, south, north, west, east, radius, since."""
    up = point.radius_m / METRES_PER_DEGREE
    across = up / max(cos(radians(point.lat)), 0.01)
    return [
        point.category,
        point.lat - up,
        point.lat + up,
        point.lon - across,
        point.lon + across,
        point.radius_m,
        point.since.astimezone(UTC).isoformat(timespec="microseconds"),
    ]


def _in_box(box: Callable[[int, Any], Any]) -> Any:
    """What lies in a box; `box(at, type)` is one of its members."""
    return and_(
        COMPLAINT.c.category == box(0, Text),
        COMPLAINT.c.lat.between(box(1, Float), box(2, Float)),
        COMPLAINT.c.lon.between(box(3, Float), box(4, Float)),
        COMPLAINT.c.filed_at >= box(6, Utc),
        COMPLAINT.c.status.in_([status.value for status in UNRESOLVED]),
        or_(COMPLAINT.c.place_radius_m.is_(None), COMPLAINT.c.place_radius_m <= box(5, Integer)),
    )


def _columns() -> list[Any]:
    names = ("id", "ticket", "category", "status", "kelurahan", "kecamatan", "filed_at",
             "updated_at", "lat", "lon")  # fmt: skip
    words = func.substr(COMPLAINT.c.text, 1, _WORDS).label("words")
    return [*(COMPLAINT.c[name] for name in names), words]


def _on_sqlite() -> Any:
    """All boxes as one parameter: the statement stays the same, and so does its plan."""
    boxes = func.json_each(bindparam("boxes", type_=Text)).table_valued("key", "value", name="box")

    def box(at: int, kind: Any) -> Any:
        return func.json_extract(boxes.c.value, f"$[{at}]", type_=kind)

    here = boxes.join(COMPLAINT, _in_box(box))
    return (
        select(cast(boxes.c.key, Integer).label("point"), *_columns())
        .select_from(here)
        .limit(_MOST_ROWS)
    )


def _on_postgresql() -> Any:
    """The same; LATERAL makes it one look at the index for each box."""
    boxes = (
        func.jsonb_array_elements(cast(bindparam("boxes", type_=Text), JSONB))
        .table_valued("value", with_ordinality="key", name="box")
        .render_derived()
    )
    member = type_coerce(boxes.c.value, JSONB)

    def box(at: int, kind: Any) -> Any:
        return cast(member[at].astext, kind)

    here = select(*_columns()).where(_in_box(box)).limit(_MOST_A_BOX).lateral("here")
    return select((boxes.c.key - 1).label("point"), here).select_from(boxes.join(here, true()))


_QUERIES = {"sqlite": _on_sqlite(), "postgresql": _on_postgresql()}


async def _supporters(connection: AsyncConnection, ids: set[int]) -> dict[int, int]:
    if not ids:
        return {}
    rows = await connection.execute(
        select(SUPPORTER.c.complaint_id, func.count())
        .where(SUPPORTER.c.complaint_id.in_(ids))
        .group_by(SUPPORTER.c.complaint_id)
    )
    return {complaint_id: int(count) for complaint_id, count in rows}


def _nearby(row: Any, people: int) -> Nearby:
    return Nearby(
        ticket=Ticket(
            number=row.ticket,
            category=row.category,
            status=Status(row.status),
            area=row.kelurahan or row.kecamatan or "",
            filed_at=row.filed_at,
            updated_at=row.updated_at,
            mine=False,
        ),
        lat=row.lat,
        lon=row.lon,
        people=people,
        words=row.words,
    )
