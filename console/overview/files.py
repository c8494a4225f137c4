"""Figures and reports of a period as files, within what the visitor may see."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import UTC
from typing import Any

from aiohttp import web

from console.desk import Desk
from console.door import Handler
from console.overview.look import Seen, look
from console.overview.period import Chosen, chosen
from console.overview.sheets import stream
from console.visitor import visitor
from nlu.slots.personal import masked
from store import audit, overview
from store.audit import Deed
from store.facts import Area
from store.overview import Period
from store.scope import Scope, within
from store.waits import Waits

FIGURES = ("figure", "of", "measure", "value")
REPORTS = (
    "ticket", "filed_at", "updated_at", "status", "category", "agency", "channel", "emergency",
    "kelurahan", "kecamatan", "kota", "lat", "lon", "place", "text",
)  # fmt: skip


def figures(desk: Desk) -> Handler:
    """GET /console/overview/figures.csv and .json: a row for each figure of the page."""

    async def answer(request: web.Request) -> web.StreamResponse:
        choice = chosen(request.query, desk.clock(), desk.zone)
        seen = await look(desk, choice.period, visitor(request).scope)

        async def rows() -> AsyncIterator[Sequence[Mapping[str, Any]]]:
            yield [dict(zip(FIGURES, row, strict=True)) for row in figures_of(seen)]

        name = _name("figures", choice)
        return await stream(request, request.match_info["kind"], name, FIGURES, rows())

    return answer


def reports(desk: Desk) -> Handler:
    """GET /console/overview/reports.csv and .json: masked; who takes them is written down."""

    async def answer(request: web.Request) -> web.StreamResponse:
        now, who = desk.clock(), visitor(request)
        choice, kind = chosen(request.query, now, desk.zone), request.match_info["kind"]
        asked = {"from": str(choice.first), "to": str(choice.last)}
        await taken(desk, f"reports.{kind}", asked, actor=who.name)
        found = _reports(desk, choice.period, who.scope)
        return await stream(request, kind, _name("reports", choice), REPORTS, found)

    return answer


def _name(what: str, choice: Chosen) -> str:
    return f"{what}-{choice.first}-{choice.last}"


async def taken(desk: Desk, what: str, asked: Mapping[str, str], *, actor: str) -> None:
    """Write down who takes reports away, and of which time."""
    deed = Deed(
        actor=actor, act="overview.export", subject=what, at=desk.clock(), detail=dict(asked)
    )
    async with desk.database.begin() as connection:
        await audit.append(connection, desk.ids, deed)


async def _reports(
    desk: Desk, period: Period, scope: Scope
) -> AsyncIterator[Sequence[Mapping[str, Any]]]:
    """Batch after batch, each read by itself: a long file holds nobody up."""
    after = 0
    while True:
        async with desk.database.read() as connection:
            found = await overview.rows(connection, period, within(scope), after=after)
        if not found:
            return
        after = found[-1].id
        yield [report_of(row) for row in found]


def report_of(row: Any) -> dict[str, Any]:
    """A report as it is taken away (REPORTS), masked."""
    said = {name: getattr(row, name) for name in REPORTS if name not in {"place", "text"}}
    return {
        **said,
        "filed_at": row.filed_at.astimezone(UTC).isoformat(timespec="seconds"),
        "updated_at": row.updated_at.astimezone(UTC).isoformat(timespec="seconds"),
        "place": masked(row.place_words),
        "text": masked(row.text),
    }


def figures_of(seen: Seen) -> Iterator[tuple[str, str, str, float]]:
    """Every figure of the page: what it is, of what, its measure, its value."""
    volume = seen.volume
    yield "reports", "", "count", volume.total
    for at, n in sorted(volume.hours.items()):
        yield "reports by hour", at.isoformat(timespec="minutes"), "count", n
    for what, counts in (("channel", volume.channels), ("category", volume.categories)):
        for name, n in counts.items():
            yield f"reports by {what}", name, "count", n
    for area, n in volume.areas.items():
        yield "reports by kelurahan", _named(area), "count", n
    yield from _waits("to first answer", seen.answered)
    yield from _waits("to done", seen.done)
    for one in seen.corrected:
        yield "predictions", one.category, "count", one.predicted
        yield "predictions", one.category, "corrected", one.corrected
    for channel in seen.deliveries or ():
        yield "messages", channel.channel, "count", channel.messages
        yield "messages", channel.channel, "failed", channel.failed
        yield "messages", channel.channel, "waiting", channel.waiting
    for alarm in seen.alarms:
        yield "alarm", _named(alarm.spike.area), "reports", alarm.spike.now
        yield "alarm", _named(alarm.spike.area), "usual", round(alarm.spike.usual, 3)


def _waits(what: str, found: Waits) -> Iterator[tuple[str, str, str, float]]:
    groups = [
        *([(what, "", found.all)] if found.all else []),
        *((f"{what} by agency", slug, one) for slug, one in found.agencies.items()),
        *((f"{what} by kelurahan", _named(area), one) for area, one in found.areas.items()),
    ]
    for figure, name, one in groups:
        yield figure, name, "count", one.n
        yield figure, name, "median seconds", round(one.median)
        yield figure, name, "90th percentile seconds", round(one.ninth)


def _named(area: Area) -> str:
    return " / ".join(filter(None, area))
