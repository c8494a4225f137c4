"""Models: what became of them, promote, roll back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from console.api import shapes
from console.api.operation import Call, Operation
from console.api.problem import ProblemError
from console.rights import Right
from console.teach import promotion
from nlu import shelf
from nlu.engines.model import ModelError
from store import learnings
from store.learnings import Learnt


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


_LISTED = 50
_VERSION = {"version": {"type": "string", "pattern": "^[0-9]{8}-[0-9a-f]{8}$"}}


def _model(one: Learnt) -> Model:
    return Model(
        at=one.at, actor=one.actor, outcome=one.outcome, version=one.version, before=one.before
    )


async def models(call: Call) -> Models:
    """The current model, and what became of the last ones."""
    async with call.desk.database.read() as connection:
        latest = await learnings.latest(connection)
        since = await learnings.fresh(connection, latest.learned_to if latest else 0)
        items = await learnings.newest(connection, _LISTED)
    return Models(
        current=shelf.current_version(call.desk.var),
        corrections_since=since,
        items=[_model(one) for one in items],
    )


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
    return _model(made)


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
            parameters=_VERSION,
        )
        for path, summary, act in (
            ("promote", "Let a candidate that measures better serve", promote),
            ("rollback", "Let a model serve again that has served before", roll_back),
        )
    ),
)
