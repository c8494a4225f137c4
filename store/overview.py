"""Figures of the city: how much, of what, where, how well. Never a citizen's words.

What is counted of complaints is counted of their facts (store/days.py), those of a period that
somebody may see.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from store.facts import EPOCH, HOUR_US, NONE, Area, Facts
from store.tables import Complaint, Outbox, table
from store.tables.going import UNTOLD

COMPLAINT, OUTBOX = table(Complaint), table(Outbox)
Name = TypeVar("Name", str, Area)
Within = Sequence[ColumnElement[bool]]
FAILED = ("failed", "dead")  # states of the outbox in which nobody got the message


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """From a moment to before another, aware."""

    start: datetime
    end: datetime

    def holds(self, at: ColumnElement[Any]) -> tuple[ColumnElement[bool], ...]:
        """The conditions that a moment lies in it."""
        return at >= self.start, at < self.end


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


def volume(facts: Facts) -> Volume:
    """Count by hour, channel, category and area; the commonest first."""
    hours, counts = np.unique(facts.column("filed") // HOUR_US, return_counts=True)
    return Volume(
        total=len(facts.rows),
        hours={
            EPOCH + timedelta(hours=int(hour)): int(n)
            for hour, n in zip(hours, counts, strict=True)
        },
        channels=_counted(facts.column("channel"), facts.names["channel"]),
        categories=_counted(facts.column("category"), facts.names["category"]),
        areas=_counted(facts.column("area"), facts.areas()),
    )


def _counted(column: NDArray[Any], names: Sequence[Name]) -> dict[Name, int]:
    """How often each name stands in a column, the commonest first."""
    counts = np.bincount(column[column != NONE], minlength=len(names)).tolist()
    found = [(name, n) for name, n in zip(names, counts, strict=True) if n]
    return dict(sorted(found, key=lambda one: (-one[1], one[0])))


def corrected(facts: Facts) -> list[Corrected]:
    """By the category that was predicted, the commonest first.

    The first word of a moderator counts: what it found is what the engine, or the citizen whom the
    engine asked, had said.
    """
    category, before, said = (facts.column(name) for name in ("category", "before", "said"))
    names = facts.names["category"]
    spoken = before != NONE
    predicted = _counted(np.where(spoken, before, category), names)
    wrong = _counted(before[spoken & (said != before)], names)
    return [
        Corrected(category=slug, predicted=n, corrected=wrong.get(slug, 0))
        for slug, n in predicted.items()
    ]


async def deliveries(connection: AsyncConnection, period: Period) -> list[Delivered]:
    """What became of what we said in the period, by channel, the busiest first.

    All that arrived is counted by an index of channels, what did not by one of the few that did
    not: neither database reads the messages themselves.
    """
    channel = select(func.min(OUTBOX.c.channel).label("name")).cte(recursive=True)
    next_one = select(func.min(OUTBOX.c.channel)).where(OUTBOX.c.channel > channel.c.name)
    channel = channel.union_all(
        select(next_one.scalar_subquery()).where(channel.c.name.is_not(None))
    )
    said = select(func.count()).where(
        OUTBOX.c.channel == channel.c.name, *period.holds(OUTBOX.c.created_at)
    )
    counted = await connection.execute(
        select(channel.c.name, said.scalar_subquery()).where(channel.c.name.is_not(None))
    )
    untold: dict[str, Counter[str]] = {}
    statement = (
        select(OUTBOX.c.channel, OUTBOX.c.state, func.count().label("n"))
        .where(text(UNTOLD), *period.holds(OUTBOX.c.created_at))
        .group_by(OUTBOX.c.channel, OUTBOX.c.state)
    )
    for row in await connection.execute(statement):
        untold.setdefault(row.channel, Counter())[row.state] += row.n
    found = []
    for name, messages in counted:
        states = untold.get(name, Counter())
        failed = sum(states[state] for state in FAILED)
        waiting = states.total() - failed
        found.append(Delivered(channel=name, messages=messages, failed=failed, waiting=waiting))
    return sorted(
        (one for one in found if one.messages), key=lambda one: (-one.messages, one.channel)
    )


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
