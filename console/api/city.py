"""The city in figures, its alarms, and its reports to take away."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from console.api import shapes
from console.api.operation import Call, Operation
from console.api.problem import ProblemError
from console.overview.files import figures_of, report_of, taken
from console.overview.look import alarms, look
from console.overview.period import LONGEST, USUAL
from console.rights import Right
from store import overview
from store.overview import Period
from store.scope import within


class PeriodAsked(shapes.Shape):
    """From a moment to before another; the last 30 days without."""

    since: shapes.Moment | None = None
    until: shapes.Moment | None = None


class Figure(shapes.Shape):
    """One figure: `of` names the channel, category, agency or area that it counts."""

    figure: str
    of: str
    measure: str
    value: float


class Figures(shapes.Shape):
    """The city in figures."""

    since: datetime
    until: datetime
    items: list[Figure]


class ReportsAsked(PeriodAsked):
    """Which reports, oldest first: a page at a time."""

    after: Annotated[str, Field(pattern=r"^([0-9]{1,18})?$")] = ""
    most: Annotated[int, Field(ge=1, le=500)] = 500


class Report(shapes.Shape):
    """A report as it is taken away: masked, and without its conversation."""

    ticket: str
    filed_at: datetime
    updated_at: datetime
    status: str
    category: str
    agency: str | None
    channel: str
    emergency: bool
    kelurahan: str | None
    kecamatan: str | None
    kota: str | None
    lat: float | None
    lon: float | None
    place: str
    text: str


class Reports(shapes.Shape):
    """Reports of a time."""

    items: list[Report]
    next: shapes.Id | None


class Alarm(shapes.Shape):
    """A kelurahan that tells far more than it usually does at this hour."""

    kota: str
    kecamatan: str
    kelurahan: str
    since: datetime
    reports: int
    usual: float
    categories: list[str] = Field(description="what they tell of, the commonest first")


class Alarms(shapes.Shape):
    """What stands out just now."""

    items: list[Alarm]


async def figures(call: Call) -> Figures:
    """Every figure of the overview, within the account's scope."""
    period = _period(call)
    seen = await look(call.desk, period, call.scope)
    return Figures(
        since=period.start,
        until=period.end,
        items=[
            Figure(figure=figure, of=of, measure=measure, value=value)
            for figure, of, measure, value in figures_of(seen)
        ],
    )


def _period(call: Call) -> Period:
    asked: PeriodAsked = call.query
    until = asked.until or call.desk.clock()
    since = asked.since or until - timedelta(days=USUAL)
    if not timedelta() < until - since <= LONGEST:
        raise ProblemError(
            409,
            "period",
            "That is no period",
            f"`since` before `until`, at most {LONGEST.days} days.",
        )
    return Period(start=since, end=until)


async def reports(call: Call) -> Reports:
    """Reports to take away; who takes them stands in the audit log."""
    asked: ReportsAsked = call.query
    period = _period(call)
    told = {"from": period.start.isoformat(), "to": period.end.isoformat()}
    await taken(call.desk, "reports.api", told, actor=call.actor)
    async with call.desk.database.read() as connection:
        found = await overview.rows(
            connection,
            period,
            within(call.scope),
            after=int(asked.after or 0),
            most=asked.most,
        )
    items = [Report.model_validate(report_of(row)) for row in found]
    return Reports(items=items, next=str(found[-1].id) if len(found) == asked.most else None)


async def alarming(call: Call) -> Alarms:
    """Where far more is told just now than usual."""
    async with call.desk.database.read() as connection:
        found = await alarms(connection, call.desk.clock(), call.scope)
    return Alarms(
        items=[
            Alarm(
                kota=one.spike.area.kota,
                kecamatan=one.spike.area.kecamatan,
                kelurahan=one.spike.area.kelurahan,
                since=one.since,
                reports=one.spike.now,
                usual=one.spike.usual,
                categories=list(one.categories),
            )
            for one in found
        ]
    )


OPERATIONS = (
    Operation(
        method="GET",
        path="/figures",
        name="figures",
        summary="The city in figures: how much, of what, where, how long citizens wait",
        right=Right.LOOK,
        act=figures,
        query=PeriodAsked,
        answers=Figures,
        tag="overview",
        problems=(409,),
    ),
    Operation(
        method="GET",
        path="/alarms",
        name="alarms",
        summary="Where far more is told just now than usual",
        right=Right.LOOK,
        act=alarming,
        answers=Alarms,
        tag="overview",
    ),
    Operation(
        method="GET",
        path="/reports",
        name="reports",
        summary="Reports to take away, masked; that they were taken is kept",
        right=Right.ACT,
        act=reports,
        query=ReportsAsked,
        answers=Reports,
        tag="overview",
        problems=(409,),
    ),
)
