"""What was told around a place, of any kind and in any state: for somebody who looks at a map.

`nearby` asks another question: which unresolved complaint does this one repeat?
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, radians
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.conversation import Status
from nlu.places.gazetteer import METRES_PER_DEGREE, distance_m
from store.complaints import COMPLAINT
from store.scope import Scope, within

_MOST_ROWS = 400  # looked at, the newest; a flood brings more, and none of them is far


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """Where to look, how far, and how long before and after a moment."""

    lat: float
    lon: float
    radius_m: int
    at: datetime
    within: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class Neighbour:
    """A complaint that lies near."""

    ticket: str
    category: str
    status: Status
    lat: float
    lon: float
    metres: int
    filed_at: datetime
    emergency: bool


async def around(
    connection: AsyncConnection, look: Look, scope: Scope, *, but: str = "", most: int = 40
) -> tuple[Neighbour, ...]:
    """Complaints near a point and a time, the nearest first; `but` is the one that they are near.

    One that is merged into another is passed over: the other stands for it.
    """
    up = look.radius_m / METRES_PER_DEGREE
    across = up / max(cos(radians(look.lat)), 0.01)
    rows = await connection.execute(
        select(COMPLAINT)
        .where(
            COMPLAINT.c.lat.between(look.lat - up, look.lat + up),
            COMPLAINT.c.lon.between(look.lon - across, look.lon + across),
            COMPLAINT.c.filed_at.between(look.at - look.within, look.at + look.within),
            COMPLAINT.c.status != Status.DUPLICATE.value,
            COMPLAINT.c.ticket != but,
            *within(scope),
        )
        .order_by(COMPLAINT.c.id.desc())
        .limit(_MOST_ROWS)
    )
    found = [_neighbour(row, look) for row in rows]
    near = [one for one in found if one.metres <= look.radius_m]
    return tuple(sorted(near, key=lambda one: (one.metres, one.ticket))[:most])


def _neighbour(row: Any, look: Look) -> Neighbour:
    return Neighbour(
        ticket=row.ticket,
        category=row.category,
        status=Status(row.status),
        lat=row.lat,
        lon=row.lon,
        metres=round(distance_m(look.lat, look.lon, row.lat, row.lon)),
        filed_at=row.filed_at,
        emergency=row.emergency,
    )
