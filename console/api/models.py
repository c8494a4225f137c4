"""Models: what became of them, train a candidate, promote, roll back, what to correct next."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from pydantic import Field

from console.api import shapes
from console.api.operation import Call, Operation
from console.api.problem import ProblemError
from console.rights import Right
from console.teach import promotion, seen
from nlu import shelf
from nlu.engines.model import ModelError
from store import learnings
from store.learnings import Learnt
from store.trainings import AlreadyTrainingError


class Model(shapes.Shape):
    """What became of a model: promoted, refused, kept for a person to promote, rolled back to."""

    at: datetime
    actor: str
    outcome: str
    version: str
    before: str


class Models(shapes.Shape):
    """The current model, and what became of the last ones, newest first."""

    current: str
    corrections_since: int
    items: list[Model]


class Training(shapes.Shape):
    """One training of a candidate: how far it is, or what came of it."""

    id: shapes.Number
    at: datetime
    actor: str
    state: str = Field(description="running, done, failed")
    step: str = Field(description="what is being done; of a failed one, why it failed")
    share: float = Field(description="of the work, 0 to 1")
    version: str = Field(description="of the candidate; empty: none came of it")
    ended_at: datetime | None


class Begun(shapes.Shape):
    """A training has begun; GET /teaching tells how far it is."""

    id: shapes.Id


class OnDisk(shapes.Shape):
    """A model that is kept."""

    version: str
    made_at: datetime
    current: bool
    served: bool = Field(description="it has been the current one")
    may_return: bool = Field(description="one may roll back to it")


class Teaching(shapes.Shape):
    """How the machine's learning stands."""

    current: str
    serving: str = Field(description="the model of the process that answers")
    corrections_since: int
    training: Training | None = Field(description="the last one")
    candidate: Model | None
    promotable: bool
    figures: dict[str, Any] = Field(description="the candidate beside the current model")
    models: list[OnDisk]


class Question(shapes.Shape):
    """A text whose correction would teach much; masked."""

    message: shapes.Id
    ticket: str | None
    text: str
    candidates: list[str] = Field(description="the two that the machine cannot decide between")
    alike: int = Field(description="texts that are nearly the same, this one too")


class Questions(shapes.Shape):
    """What to correct next, the most instructive first."""

    items: list[Question]


_LISTED = 50


async def models(call: Call) -> Models:
    """The current model, and what became of the last ones."""
    async with call.desk.database.read() as connection:
        latest = await learnings.latest(connection)
        since = await learnings.fresh(connection, latest.learned_to if latest else 0)
        items = await learnings.newest(connection, _LISTED)
    return Models(
        current=shelf.current_version(call.desk.var),
        corrections_since=since,
        items=[Model.made_of(one) for one in items],
    )


async def teaching(call: Call) -> Teaching:
    """How learning stands: models on disk, the candidate beside the current one, the training."""
    found = await seen.state(call.desk)
    return Teaching(
        current=found.current,
        serving=found.serving,
        corrections_since=found.fresh,
        training=Training.made_of(found.run) if found.run else None,
        candidate=Model.made_of(found.candidate) if found.candidate else None,
        promotable=found.promotable,
        figures=dict(found.figures),
        models=[
            OnDisk(
                version=one.listed.version,
                made_at=one.listed.made_at,
                current=one.listed.current,
                served=one.served,
                may_return=one.may_return,
            )
            for one in found.models
        ],
    )


async def questions(call: Call) -> Questions:
    """The reports and messages of which a minute's correction would teach most."""
    asked = await seen.questions(call.desk)
    return Questions(
        items=[
            Question(
                message=str(one.waiting.inbox_id),
                ticket=one.waiting.ticket,
                text=one.waiting.masked,
                candidates=[two.category for two in one.waiting.candidates[:2]],
                alike=one.alike,
            )
            for one in asked
        ]
    )


async def train(call: Call) -> Begun:
    """Begin to train a candidate, in a process of its own."""
    try:
        number = await call.trainer.begin(call.actor, call.desk.clock())
    except AlreadyTrainingError as error:
        raise ProblemError(409, "training", "A candidate is being trained", str(error)) from error
    return Begun(id=str(number))


Change = Callable[..., Awaitable[Learnt]]


async def _changed(call: Call, change: Change) -> Model:
    try:
        made = await change(
            call.desk.database,
            call.desk.ids,
            call.desk.var,
            call.path["version"],
            actor=call.actor,
            now=call.desk.clock(),
        )
    except ModelError as error:
        raise ProblemError(
            409, "model", "It does not become the current one", str(error)
        ) from error
    return Model.made_of(made)


async def promote(call: Call) -> Model:
    """Let a candidate that measures better serve."""
    return await _changed(call, promotion.promote)


async def roll_back(call: Call) -> Model:
    """Let a model serve again that has served before."""
    return await _changed(call, promotion.roll_back)


OPERATIONS = (
    Operation(
        method="GET",
        path="/models",
        name="models",
        summary="The current model, and what became of the last ones",
        right=Right.CORRECT,
        act=models,
        answers=Models,
        tag="models",
    ),
    Operation(
        method="GET",
        path="/teaching",
        name="teaching",
        summary="How learning stands: training, candidate, models on disk",
        right=Right.CORRECT,
        act=teaching,
        answers=Teaching,
        tag="models",
    ),
    Operation(
        method="GET",
        path="/questions",
        name="questions",
        summary="What to correct next: the most instructive first",
        right=Right.CORRECT,
        act=questions,
        answers=Questions,
        tag="models",
    ),
    Operation(
        method="POST",
        path="/trainings",
        name="train",
        summary="Begin to train a candidate",
        right=Right.TEACH,
        act=train,
        answers=Begun,
        status=202,
        tag="models",
        problems=(409,),
    ),
    *(
        Operation(
            method="POST",
            path=f"/models/{{version}}/{path}",
            name=path,
            summary=summary,
            right=Right.TEACH,
            act=act,
            answers=Model,
            tag="models",
            problems=(409,),
        )
        for path, summary, act in (
            ("promote", "Let a candidate that measures better serve", promote),
            ("rollback", "Let a model serve again that has served before", roll_back),
        )
    ),
)
