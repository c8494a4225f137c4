"""What the teaching page shows, asked of the store and of the shelf."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from console.desk import Desk
from console.teach.asking import instructive
from console.teach.shown import Point
from nlu import shelf
from nlu.learning.queue import Asked
from nlu.shelf import Listed
from store import inbox, learnings, trainings
from store.learnings import CURRENT, Learnt
from store.trainings import Run

RECORDS = 200  # newest verdicts that the curve shows
ASKED = 12
_SHOWN = 240  # characters of a text
_LOOKED_AT, _KNOWN = 600, 1500  # fewer than the command takes: somebody waits for the page


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """A model on disk, and what may be done with it."""

    listed: Listed
    served: bool  # it has been the current one
    may_return: bool  # an admin may go back to it


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A text to ask about."""

    name: str  # a ticket number, or that of a message
    link: str
    text: str  # masked
    first: tuple[str, str]  # category and confidence
    second: tuple[str, str]
    alike: int


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """How learning stands."""

    current: str
    serving: str  # what the engine of this process says that it is
    fresh: int  # corrections since the current model
    run: Run | None
    candidate: Learnt | None
    promotable: bool
    figures: Mapping[str, Any]  # of the candidate's verdict
    models: list[Model]
    points: list[Point]


async def state(desk: Desk) -> State:
    """Ask how learning stands. Raises: StoreError."""
    current = shelf.current_version(desk.var)
    on_disk = await asyncio.to_thread(shelf.listed, desk.var, checked=False)
    card = next((one.card for one in on_disk if one.current), None)
    async with desk.database.read() as connection:
        records = await learnings.newest(connection, RECORDS)
        fresh = await learnings.fresh(connection, card.learned_to if card else 0)
        run = await trainings.newest(connection, desk.clock())
    candidate = judged(records)
    return State(
        current=current,
        serving=desk.engine.version,
        fresh=fresh,
        run=run,
        candidate=candidate,
        promotable=promotable(candidate, current, on_disk),
        figures=json.loads(candidate.verdict) if candidate else {},
        models=_models(on_disk, records),
        points=points(records),
    )


async def questions(desk: Desk) -> list[Asked]:
    """The texts whose correction would teach most, masked. Raises: StoreError."""
    return await instructive(desk.database, ASKED, looked_at=_LOOKED_AT, known=_KNOWN)


async def lines(desk: Desk) -> list[Line]:
    """The same as the page lists them."""
    asked = await questions(desk)
    loose = [one.waiting.inbox_id for one in asked if not one.waiting.ticket]
    async with desk.database.read() as connection:
        talks = await inbox.conversations_of(connection, loose)
    return [_line(one, talks) for one in asked]


def _line(asked: Asked, talks: Mapping[int, int]) -> Line:
    one = asked.waiting
    first, second = ((two.category, f"{two.confidence:.2f}") for two in one.candidates[:2])
    talk = f"/console/talks/{talks.get(one.inbox_id, 0)}"
    return Line(
        name=one.ticket or str(one.inbox_id),
        link=f"/console/reports/{one.ticket}" if one.ticket else talk,
        text=" ".join(one.masked.split())[:_SHOWN],
        first=first,
        second=second,
        alike=asked.alike,
    )


def judged(records: Sequence[Learnt]) -> Learnt | None:
    """The candidate to show, of records newest first: one that was kept, else the last refused.

    Only since the current model became it: what was judged before was judged against another.
    """
    since: list[Learnt] = []
    for one in records:
        if one.outcome in CURRENT:
            break
        since.append(one)
    return next((one for one in since if one.outcome == "kept"), since[0] if since else None)


def promotable(candidate: Learnt | None, current: str, on_disk: Sequence[Listed]) -> bool:
    """Whether there is a button: it measured better than the model that serves, and is there."""
    return (
        candidate is not None
        and candidate.outcome == "kept"
        and candidate.before == current
        and any(one.version == candidate.version and one.card for one in on_disk)
    )


def _models(on_disk: Sequence[Listed], records: Sequence[Learnt]) -> list[Model]:
    kept = {one.version for one in records if one.outcome == "kept"}
    promoted = {one.version for one in records if one.outcome in CURRENT}
    found = []
    for one in on_disk:
        served = one.version in promoted or one.version not in kept
        may = served and not one.current and one.card is not None
        found.append(Model(listed=one, served=served, may_return=may))
    return found


def points(records: Sequence[Learnt]) -> list[Point]:
    """Every model that was judged, oldest first; one that was kept and promoted stands once."""
    accuracy: dict[str, float] = {}
    counts: dict[str, int] = {}
    for one in reversed(records):
        said = json.loads(one.verdict)
        if frozen := said.get("frozen"):
            accuracy.setdefault(one.before, frozen["before"])
            accuracy[one.version] = frozen["after"]
            counts[one.version] = said.get("looked_at", 0)
    promoted = {one.version for one in records if one.outcome == "promoted"}
    return [
        Point(
            at=one.at,
            version=one.version,
            outcome=one.outcome,
            accuracy=accuracy[one.version],
            corrections=counts.get(one.version, 0),
        )
        for one in reversed(records)
        if one.version in accuracy and not (one.outcome == "kept" and one.version in promoted)
    ]
