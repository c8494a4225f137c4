"""What stands around a complaint: neighbours, what it may repeat, and what moved the machine."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from console.api import shapes
from console.api.dossier import found_of, looked
from console.api.operation import Call, Operation
from console.api.problem import ProblemError
from console.correct import twins as finding
from console.desk import Desk
from console.report import beside, reasons, veil, where
from console.rights import Right


class Neighbour(shapes.Shape):
    """A complaint near it in place and time."""

    ticket: str
    category: str
    status: str
    metres: int
    lat: float
    lon: float
    filed_at: datetime


class Neighbours(shapes.Shape):
    """Those around it, the nearest first."""

    items: list[Neighbour]


class Twin(shapes.Shape):
    """A complaint that may tell of the same."""

    ticket: str
    category: str
    text: str
    metres: int | None
    like: float


class Twins(shapes.Shape):
    """Those that it may repeat, the likeliest first."""

    items: list[Twin]


class PlaceAsked(shapes.Shape):
    """A point, degrees north and east; or words that the gazetteer knows, or a map's link."""

    lat: Annotated[float | None, Field(ge=-90, le=90)] = None
    lon: Annotated[float | None, Field(ge=-180, le=180)] = None
    words: Annotated[str, Field(max_length=where.MOST_WORDS, pattern=shapes.TEXT)] = ""

    def found(self, desk: Desk) -> where.Found:
        """What lies there."""
        lat, lon = ("" if one is None else str(one) for one in (self.lat, self.lon))
        return where.look(desk, lat, lon, self.words)


class Place(shapes.Shape):
    """A place that is known here."""

    name: str
    lat: float | None
    lon: float | None
    kelurahan: str
    kecamatan: str
    kota: str


class Places(shapes.Shape):
    """What lies there; several where words may mean several."""

    problem: str = Field(description="empty; or nothing, point, outside, unknown, several")
    items: list[Place]


class WhyAsked(shapes.Shape):
    """Of which of the candidates."""

    category: Annotated[str, Field(max_length=60, pattern=shapes.TEXT)] = ""


class Mover(shapes.Shape):
    """A word, and how much it moved the machine: below zero, away from it."""

    word: str
    share: float


class Why(shapes.Shape):
    """What moved the machine, as far as its engine can tell."""

    category: str
    engine: str
    items: list[Mover]


async def neighbours(call: Call) -> Neighbours:
    """What else was told around it."""
    found = await found_of(call)
    async with call.desk.database.read() as connection:
        near = await beside.near(connection, found, call.scope)
    return Neighbours(items=[Neighbour.made_of(one) for one in near])


async def twins(call: Call) -> Twins:
    """Which complaints it may repeat."""
    report, found = await finding.twins(call.desk, call.path["ticket"], call.scope)
    if report is None:
        raise ProblemError(404, "not-found", "No complaint of that number")
    return Twins(items=[Twin.made_of(one) for one in found])


async def places(call: Call) -> Places:
    """What lies at a point, or under a name; nothing is changed."""
    asked: PlaceAsked = call.query
    found = asked.found(call.desk)
    known = [found.spot.place] if found.spot and found.spot.place else found.offered
    return Places(
        problem=found.problem,
        items=[
            Place(
                name=one.name,
                lat=one.lat,
                lon=one.lon,
                kelurahan=one.kelurahan or "",
                kecamatan=one.kecamatan or "",
                kota=one.kota or "",
            )
            for one in known
        ],
    )


async def why(call: Call) -> Why:
    """The words that moved the machine towards a category, or away from it."""
    asked: WhyAsked = call.query
    found = await found_of(call)
    shown = veil.complaint(found, veil.veil(call, anonymous=found.anonymous))
    told = reasons.why(shown, call.desk.engine, asked.category)
    return Why(
        category=told.category,
        engine=told.now,
        items=[Mover.made_of(one) for one in told.movers],
    )


OPERATIONS = (
    looked("/neighbours", "neighbours", "Complaints around it", neighbours, Neighbours),
    looked("/twins", "twins", "Complaints that it may repeat", twins, Twins, right=Right.CORRECT),
    looked("/reasons", "reasons", "The words that moved the machine", why, Why, query=WhyAsked),
    Operation(
        method="GET",
        path="/places",
        name="places",
        summary="What lies at a point, or under a name",
        right=Right.CORRECT,
        act=places,
        query=PlaceAsked,
        answers=Places,
        tag="reference",
    ),
)
