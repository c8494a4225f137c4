"""Many complaints corrected together, and all of it taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from console.api import shapes
from console.api.filters import Filtered
from console.api.operation import Call, Operation
from console.api.problem import ProblemError
from console.api.refusing import refused
from console.correct import acts, selecting
from console.correct.acts import By
from console.correct.selecting import TICKED
from console.correct.steps import Reversing, Step
from console.rights import Right
from store.correcting import Mark
from store.revisions import ConflictError
from store.said import Said

MOST = Step.SIZE  # of one transaction


class Picked(shapes.Shape):
    """A complaint, and the revision of it that was looked at."""

    ticket: shapes.Ticket
    revision: shapes.Id | None = None


class ByTicket(shapes.Shape):
    """These."""

    tickets: Annotated[list[Picked], Field(min_length=1, max_length=MOST)]


class ByFilter(shapes.Shape):
    """Those of the queue that a filter holds, the first 500."""

    filter: Filtered


class ByLikeness(shapes.Shape):
    """Those that are like one in words, itself too; of a filter's, if one is given."""

    like: shapes.Ticket
    least: Annotated[
        float, Field(ge=selecting.LIKE, le=1, description="likeness from which on")
    ] = TICKED
    filter: Filtered = Filtered()


class Together(shapes.Shape):
    """What is said of all of them. No categories: each is right as it is."""

    which: ByTicket | ByFilter | ByLikeness
    categories: Annotated[
        list[shapes.Slug],
        Field(max_length=3, description="the main one first; bukan_aduan: no complaint"),
    ]


class Spoken(shapes.Shape):
    """A word that was kept."""

    ticket: str
    correction: shapes.Id
    changed: bool = Field(description="false: it confirms what stood")


class Missed(shapes.Shape):
    """What somebody did meanwhile."""

    id: shapes.Number
    at: datetime
    kind: str
    actor: str


class Left(shapes.Shape):
    """A complaint that was changed meanwhile, and left alone."""

    ticket: str
    revision: shapes.Id
    changes: list[Missed]


class TogetherDone(shapes.Shape):
    """What became of it, complaint by complaint."""

    batch: shapes.Id = Field(description="by it all of it is taken back")
    corrected: list[Spoken]
    left: list[Left]
    unknown: list[str]
    more: bool = Field(description="there are more: ask again for those that are `unchecked`")


class Reverse(shapes.Shape):
    """Some of a batch at a time."""

    after: Annotated[
        str, Field(pattern=r"^([0-9]{1,18})?$", description="`next` of the answer before")
    ] = ""


class Reversed(shapes.Shape):
    """What stands as before again."""

    undone: list[str]
    left: list[str] = Field(description="somebody has built upon it: they stay as they are")
    next: shapes.Id | None = Field(description="`after` of the next request; null: that was all")


async def correct(call: Call) -> TogetherDone:
    """Say one thing of some hundred complaints, in one transaction."""
    asked: Together = call.body
    said = Said(categories=tuple(asked.categories)) if asked.categories else None
    batch = call.desk.ids.next()
    with refused():
        if said is not None:
            said.check()
        marks, more = await _marks(call, asked.which)
        outcome = await acts.say_of_many(call.desk, marks[:MOST], said, batch=batch, by=_by(call))
    return TogetherDone(
        batch=str(batch),
        corrected=[
            Spoken(ticket=one.ticket, correction=str(one.correction), changed=one.changed)
            for one in outcome.done
        ],
        left=[_left(one) for one in outcome.conflicts],
        unknown=list(outcome.unknown),
        more=more or len(marks) > MOST,
    )


def _left(one: ConflictError) -> Left:
    return Left(
        ticket=one.ticket,
        revision=str(one.rev),
        changes=[Missed.made_of(each) for each in one.changes],
    )


async def _marks(call: Call, which: ByTicket | ByFilter | ByLikeness) -> tuple[list[Mark], bool]:
    """The complaints, as they were seen; and whether there are more of them."""
    now = call.desk.clock()
    match which:
        case ByTicket():
            picked = {one.ticket: one.revision for one in which.tickets}
            marks = [Mark(ticket=one, rev=int(rev) if rev else None) for one, rev in picked.items()]
            return marks, False
        case ByFilter():
            items, more = await selecting.of_filter(
                call.desk, which.filter.filter(now), call.scope, MOST
            )
        case ByLikeness():
            wanted = which.filter.filter(now)
            near, more = await selecting.alike(call.desk, which.like, wanted, call.scope)
            items = [one for one, like in near if like >= which.least or one.ticket == which.like]
    return [Mark(ticket=one.ticket, rev=one.revision) for one in items], more


async def undo(call: Call) -> Reversed:
    """Take back the words of a batch, a hundred a request."""
    asked: Reverse = call.body
    with refused():
        reversal = await acts.undo_many(
            call.desk,
            call.whole("batch"),
            after=int(asked.after or 0),
            most=Reversing.SIZE,
            by=_by(call),
        )
    if not (asked.after or reversal.undone or reversal.left):
        raise ProblemError(404, "not-found", "No word of that batch stands")
    return Reversed(
        undone=list(reversal.undone),
        left=list(reversal.left),
        next=str(reversal.upto) if reversal.more else None,
    )


def _by(call: Call) -> By:
    return By(actor=call.actor, scope=call.scope)


OPERATIONS = (
    Operation(
        method="POST",
        path="/corrections",
        name="correct_many",
        summary="Say one thing of many complaints: those named, of a filter, or that look alike",
        right=Right.CORRECT,
        act=correct,
        body=Together,
        answers=TogetherDone,
        tag="corrections",
        problems=(404, 409),
    ),
    Operation(
        method="POST",
        path="/batches/{batch}/undo",
        name="undo_many",
        summary="Take back what was said of many together",
        right=Right.CORRECT,
        act=undo,
        body=Reverse,
        answers=Reversed,
        tag="corrections",
    ),
)
