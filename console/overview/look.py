"""All figures of the overview, asked of the store at once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from console.desk import Desk
from console.overview import counting
from console.overview.spikes import WINDOWS, Spike, clearest, spikes, weeks_known
from nlu.places.gazetteer import gazetteer
from store import bursts, overview, waits
from store.overview import Corrected, Delivered, Period, Volume
from store.scope import Scope, within
from store.waits import Waits


@dataclass(frozen=True, kw_only=True, slots=True)
class Alarm:
    """A spike, and what it is about."""

    spike: Spike
    categories: tuple[str, ...]  # the commonest first
    since: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What an overview shows."""

    volume: Volume
    answered: Waits
    done: Waits
    corrected: list[Corrected]
    deliveries: list[Delivered] | None  # None to an officer: messages belong to no agency
    alarms: list[Alarm]


async def look(desk: Desk, period: Period, scope: Scope) -> Seen:
    """Ask everything that a visitor may see. Raises: StoreError."""
    mine = within(scope)
    async with desk.database.read() as connection:
        deliveries = None if mine else await overview.deliveries(connection, period)
        spiking = await alarms(connection, desk.clock(), scope)
    facts = await counting.facts(desk.database, period, scope)

    def counted() -> Seen:
        return Seen(
            volume=overview.volume(facts),
            answered=waits.to_answer(facts),
            done=waits.to_done(facts),
            corrected=overview.corrected(facts),
            deliveries=deliveries,
            alarms=spiking,
        )

    return await asyncio.to_thread(counted)


async def alarms(connection: AsyncConnection, now: datetime, scope: Scope) -> list[Alarm]:
    """The kelurahan that tell far more than usual just now, the least likely first."""
    weeks = weeks_known(await bursts.first(connection), now)
    looked_at = len(gazetteer().kelurahan)
    found: list[Spike] = []
    for window in WINDOWS:
        told = await bursts.told(connection, now, window, weeks, within(scope))
        found += spikes(told, window, weeks, looked_at)
    return [await _alarm(connection, one, now, one.window) for one in clearest(found)]


async def _alarm(
    connection: AsyncConnection, spike: Spike, now: datetime, window: timedelta
) -> Alarm:
    since = now - window
    about = await bursts.of_what(connection, (since, now), spike.area)
    return Alarm(spike=spike, categories=tuple(about), since=since)
