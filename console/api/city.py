"""The city in figures."""

from __future__ import annotations

from datetime import datetime, timedelta

from console.api import shapes
from console.api.operation import Call, Operation
from console.api.problem import ProblemError
from console.overview.files import figures_of
from console.overview.look import look
from console.overview.period import LONGEST, USUAL
from console.rights import Right
from store.overview import Period


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


async def figures(call: Call) -> Figures:
    """Every figure of the overview, within the account's scope."""
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
    seen = await look(call.desk, Period(start=since, end=until), call.scope)
    return Figures(
        since=since,
        until=until,
        items=[
            Figure(figure=figure, of=of, measure=measure, value=value)
            for figure, of, measure, value in figures_of(seen)
        ],
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
)
