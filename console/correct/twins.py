"""Reports that tell of the same as one, perhaps: near it, about its time, and in like words."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from console.desk import Desk
from nlu.alike import likeness
from nlu.slots.personal import masked
from store import around, desk, dossier
from store.around import Look
from store.desk import Filter, Item
from store.dossier import Dossier
from store.scope import Scope

RADIUS_M = 500
AROUND = timedelta(days=30)  # before and after
MOST = 9  # a key each
_PER_KM = 0.5  # of likeness, that a kilometre takes away
_SAME_KIND = 0.2  # of likeness, that the same category gives


@dataclass(frozen=True, kw_only=True, slots=True)
class Twin:
    """A report that may be the same."""

    ticket: str
    category: str
    text: str  # the beginning, masked
    metres: int | None  # None: it has no place, or this one has none
    like: float  # 0 to 1


async def twins(shared: Desk, ticket: str, scope: Scope) -> tuple[Dossier | None, tuple[Twin, ...]]:
    """A report, and those that may tell of the same, the likeliest first. No report: None."""
    async with shared.database.read() as connection:
        report = await dossier.of(connection, ticket, scope)
        if report is None:
            return None, ()
        metres = await _near(connection, report, scope)
        named = {str(one.body["ticket"]) for one in report.history if one.kind == "resembles"}
        others = {*metres, *named} - {ticket}
        items = await desk.among(connection, others, Filter(), scope)
    # Not on the loop: a text costs little, forty of them are felt.
    like = await asyncio.to_thread(likeness, report.text, [one.text for one in items])
    found = [
        _twin(one, metres.get(one.ticket), float(share))
        for one, share in zip(items, like, strict=True)
    ]
    return report, tuple(sorted(found, key=lambda one: -_worth(one, report, named))[:MOST])


async def _near(connection: AsyncConnection, report: Dossier, scope: Scope) -> dict[str, int]:
    if report.lat is None or report.lon is None:
        return {}
    look = Look(
        lat=report.lat, lon=report.lon, radius_m=RADIUS_M, at=report.filed_at, within=AROUND
    )
    found = await around.around(connection, look, scope, but=report.ticket)
    return {one.ticket: one.metres for one in found}


def _twin(item: Item, metres: int | None, like: float) -> Twin:
    return Twin(
        ticket=item.ticket,
        category=item.category,
        text=masked(item.text),
        metres=metres,
        like=like,
    )


def _worth(one: Twin, report: Dossier, named: Sequence[str] | set[str]) -> float:
    far = (one.metres if one.metres is not None else RADIUS_M) / 1000 * _PER_KM
    same = _SAME_KIND if one.category == report.category else 0.0
    return (1.0 if one.ticket in named else 0.0) + one.like + same - far
