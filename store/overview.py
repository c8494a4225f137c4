"""Figures of the city, counted by the database: how much, of what, where, how well.

Every function looks at complaints filed in a period, and at those alone that `within` allows
(conditions on the table of complaints: what an officer may see). Figures, never a citizen's words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from store import corrections
from store.dialect import json_text, utc_hour
from store.tables import Complaint, Correction, Outbox, table

COMPLAINT, CORRECTION, OUTBOX = table(Complaint), table(Correction), table(Outbox)
Within = Sequence[ColumnElement[bool]]
FAILED = ("failed", "dead")  # states of the outbox in which nobody got the message
_ON_ITS_WAY = ("queued", "unknown", "parked")


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """From a moment to before another, aware."""

    start: datetime
    end: datetime

    def holds(self, at: ColumnElement[Any]) -> tuple[ColumnElement[bool], ...]:
        """The conditions that a moment lies in it."""
        return at >= self.start, at < self.end


class Area(NamedTuple):
    """A kelurahan; all empty: the complaint's place is not known so well."""

    kelurahan: str
    kecamatan: str
    kota: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Volume:
    """How many complaints were filed."""

    total: int
    hours: dict[datetime, int]  # by the hour in which they were filed, UTC
    channels: dict[str, int]
    categories: dict[str, int]
    areas: dict[Area, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Corrected:
    """How often a category was predicted, and how often a moderator said that it is another."""

    category: str
    predicted: int
    corrected: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivered:
    """What became of a channel's messages to citizens."""

    channel: str
    messages: int
    failed: int  # the provider took it and could not deliver, or never took it
    waiting: int


async def volume(connection: AsyncConnection, period: Period, within: Within = ()) -> Volume:
    """Count by hour, channel, category and area."""
    hour = utc_hour(connection, COMPLAINT.c.filed_at)
    hours = await _counted(connection, period, within, hour)
    areas = await _counted(
        connection, period, within,
        COMPLAINT.c.kelurahan, COMPLAINT.c.kecamatan, COMPLAINT.c.kota,
    )  # fmt: skip
    channels = await _counted(connection, period, within, COMPLAINT.c.channel)
    by_category = await _counted(connection, period, within, COMPLAINT.c.category)
    return Volume(
        total=sum(channels.values()),
        hours={datetime.fromisoformat(at).replace(tzinfo=UTC): n for (at,), n in hours.items()},
        channels={name: n for (name,), n in channels.items()},
        categories={slug: n for (slug,), n in by_category.items()},
        areas=_areas(areas),
    )


def _areas(counted: dict[tuple[Any, ...], int]) -> dict[Area, int]:
    found: Counter[Area] = Counter()
    for names, n in counted.items():
        found[Area(*(name or "" for name in names)) if names[0] else Area("", "", "")] += n
    return dict(found.most_common())


async def _counted(
    connection: AsyncConnection, period: Period, within: Within, *by: ColumnElement[Any]
) -> dict[tuple[Any, ...], int]:
    """How many complaints share the same values, the commonest first."""
    count = func.count()
    statement = (
        select(*by, count)
        .select_from(COMPLAINT)
        .where(*period.holds(COMPLAINT.c.filed_at), *within)
        .group_by(*by)
        .order_by(count.desc(), *by)
    )
    return {tuple(row[:-1]): row[-1] for row in await connection.execute(statement)}


async def corrected(
    connection: AsyncConnection, period: Period, within: Within = ()
) -> list[Corrected]:
    """By the category that was predicted, the commonest first.

    The first word of a moderator counts: what it found is what the engine, or the citizen whom the
    engine asked, had said.
    """
    now = {
        slug: n
        for (slug,), n in (await _counted(connection, period, within, COMPLAINT.c.category)).items()
    }
    predicted, wrong = Counter(now), Counter[str]()
    for before, said, stands, n in await _first_words(connection, period, within):
        predicted[stands] -= n
        predicted[before] += n
        if said != before:
            wrong[before] += n
    return [
        Corrected(category=slug, predicted=n, corrected=wrong[slug])
        for slug, n in predicted.most_common()
        if n > 0
    ]


async def _first_words(
    connection: AsyncConnection, period: Period, within: Within
) -> Sequence[Any]:
    """(before, said, as it stands now, how often) of each complaint's first word that stands."""
    first = (
        select(func.min(CORRECTION.c.id).label("id"))
        .join(COMPLAINT, COMPLAINT.c.id == CORRECTION.c.complaint_id)
        .where(
            CORRECTION.c.category.is_not(None),
            corrections.stands(),
            *period.holds(COMPLAINT.c.filed_at),
            *within,
        )
        .group_by(CORRECTION.c.complaint_id)
        .subquery()
    )
    before = json_text(connection, CORRECTION.c.before, "category")
    by = (before, CORRECTION.c.category, COMPLAINT.c.category)
    statement = (
        select(*by, func.count())
        .join(first, first.c.id == CORRECTION.c.id)
        .join(COMPLAINT, COMPLAINT.c.id == CORRECTION.c.complaint_id)
        .where(before.is_not(None))
        .group_by(*by)
    )
    return (await connection.execute(statement)).all()


async def deliveries(connection: AsyncConnection, period: Period) -> list[Delivered]:
    """What became of what we said in the period, by channel, the busiest first."""
    statement = (
        select(OUTBOX.c.channel, OUTBOX.c.state, func.count().label("n"))
        .where(*period.holds(OUTBOX.c.created_at))
        .group_by(OUTBOX.c.channel, OUTBOX.c.state)
    )
    counts: dict[str, Counter[str]] = {}
    for row in await connection.execute(statement):
        counts.setdefault(row.channel, Counter())[row.state] += row.n
    found = [
        Delivered(
            channel=channel,
            messages=states.total(),
            failed=sum(states[state] for state in FAILED),
            waiting=sum(states[state] for state in _ON_ITS_WAY),
        )
        for channel, states in counts.items()
    ]
    return sorted(found, key=lambda one: (-one.messages, one.channel))


async def rows(
    connection: AsyncConnection,
    period: Period,
    within: Within = (),
    *,
    after: int = 0,
    most: int = 500,
) -> Sequence[Any]:
    """Complaints for a file, oldest first, those after an id: pass the last one's id to go on."""
    statement = (
        select(
            COMPLAINT.c.id,
            COMPLAINT.c.ticket,
            COMPLAINT.c.filed_at,
            COMPLAINT.c.updated_at,
            COMPLAINT.c.status,
            COMPLAINT.c.category,
            COMPLAINT.c.agency,
            COMPLAINT.c.channel,
            COMPLAINT.c.emergency,
            COMPLAINT.c.kelurahan,
            COMPLAINT.c.kecamatan,
            COMPLAINT.c.kota,
            COMPLAINT.c.lat,
            COMPLAINT.c.lon,
            COMPLAINT.c.place_words,
            COMPLAINT.c.text,
        )
        .where(COMPLAINT.c.id > after, *period.holds(COMPLAINT.c.filed_at), *within)
        .order_by(COMPLAINT.c.id)
        .limit(most)
    )
    return (await connection.execute(statement)).all()
