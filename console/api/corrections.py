"""Corrections: said, merged, split, taken back; kept beside the prediction, to be learned from."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from console.api import changing, shapes
from console.api.around import PlaceAsked
from console.api.operation import Call, Operation
from console.api.problem import ProblemError
from console.api.refusing import refused
from console.correct import acts
from console.correct.acts import By
from console.rights import Right
from dialogs.conversation import Spot
from store.correcting import Done, Mark
from store.said import Said


class Correction(shapes.Change):
    """What a moderator says; what he says nothing of stays. Nothing: it is right as it is."""

    categories: Annotated[
        list[shapes.Slug],
        Field(max_length=3, description="the main one first; bukan_aduan: no complaint"),
    ] = Field(default_factory=list)
    place: PlaceAsked | None = None
    language: Literal["id", "en"] | None = Field(
        default=None, description="in which the citizen is answered"
    )


class Corrected(shapes.Changed):
    """A word that was kept beside the prediction; by its number it is taken back."""

    correction: shapes.Id


class Merge(shapes.Change):
    """The complaint that this one repeats."""

    into: shapes.Ticket


class Split(shapes.Change):
    """A second complaint in the same message."""

    category: shapes.Slug
    text: Annotated[
        str,
        Field(
            max_length=4000,
            pattern=shapes.TEXT,
            description="the part that tells of it; empty: all of it",
        ),
    ] = ""


class Parted(shapes.Changed):
    """Both complaints."""

    second: str


def _mark(call: Call) -> Mark:
    return Mark(ticket=call.path["ticket"], rev=changing.seen(call))


def _by(call: Call) -> By:
    return By(actor=call.actor, scope=call.scope)


async def correct(call: Call) -> Corrected:
    """Say what a complaint is about, where it is, in which language its citizen is answered."""
    asked: Correction = call.body
    said = Said(
        categories=tuple(asked.categories),
        spot=_spot(call, asked.place) if asked.place else None,
        language=asked.language,
    )
    with refused():
        done = await acts.say(
            call.desk, _mark(call), None if said == Said() else said, by=_by(call)
        )
        return await _corrected(call, done)


async def _corrected(call: Call, done: Done) -> Corrected:
    revision = await changing.revision(call, done.ticket)
    return Corrected(ticket=done.ticket, revision=revision, correction=str(done.correction))


def _spot(call: Call, place: PlaceAsked) -> Spot:
    found = place.found(call.desk)
    if found.spot is None:
        offered = [{"place": one.name, "lat": one.lat, "lon": one.lon} for one in found.offered]
        raise ProblemError(
            409, "place", "That is no place in the city", found.problem, errors=offered
        )
    return found.spot


async def merge(call: Call) -> Corrected:
    """Make it a duplicate of another; who reported it is told after a minute, unless taken back."""
    asked: Merge = call.body
    with refused():
        done = await acts.duplicate(call.desk, _mark(call), asked.into, by=_by(call))
        return await _corrected(call, done)


async def split(call: Call) -> Parted:
    """Make a second complaint of the same message; its citizen is told its number."""
    asked: Split = call.body
    with refused():
        done, second = await acts.split(
            call.desk, _mark(call), asked.category, asked.text, by=_by(call)
        )
        revision = await changing.revision(call, done.ticket)
    return Parted(ticket=done.ticket, revision=revision, second=second)


async def undo(call: Call) -> shapes.Changed:
    """Take a word back; the complaint stands as it stood before it."""
    with refused():
        undone = await acts.undo(call.desk, call.whole("correction"), by=_by(call))
        revision = await changing.revision(call, undone.ticket)
    return shapes.Changed(ticket=undone.ticket, revision=revision)


OPERATIONS = (
    Operation(
        method="POST",
        path="/complaints/{ticket}/corrections",
        name="correct",
        summary="Say what it is about, where it is, or that it is right",
        right=Right.CORRECT,
        act=correct,
        body=Correction,
        answers=Corrected,
        tag="corrections",
        problems=(409,),
    ),
    Operation(
        method="POST",
        path="/complaints/{ticket}/merge",
        name="merge",
        summary="Merge it into another",
        right=Right.CORRECT,
        act=merge,
        body=Merge,
        answers=Corrected,
        tag="corrections",
        problems=(409,),
    ),
    Operation(
        method="POST",
        path="/complaints/{ticket}/split",
        name="split",
        summary="Make a second complaint of the same message",
        right=Right.CORRECT,
        act=split,
        body=Split,
        answers=Parted,
        tag="corrections",
        problems=(409,),
    ),
    Operation(
        method="POST",
        path="/corrections/{correction}/undo",
        name="undo",
        summary="Take a word back",
        right=Right.CORRECT,
        act=undo,
        answers=shapes.Changed,
        tag="corrections",
        problems=(409,),
    ),
)
