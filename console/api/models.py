"""Models: what became of them, promote, roll back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from console.api import shapes
from console.api.operation import Call, Operation
from console.api.problem import ProblemError
from console.rights import Right
from console.teach import promotion
from nlu import shelf
from nlu.engines.model import ModelError
from store import learnings
from store.learnings import Learnt

_LISTED = 50
_VERSION = {"version": {"type": "string", "pattern": "^[0-9]{8}-[0-9a-f]{8}$"}}


def _model(one: Learnt) -> shapes.Model:
    return shapes.Model(
        at=one.at, actor=one.actor, outcome=one.outcome, version=one.version, before=one.before
    )


async def models(call: Call) -> shapes.Models:
    """The current model, and what became of the last ones."""
    async with call.desk.database.read() as connection:
        latest = await learnings.latest(connection)
        since = await learnings.fresh(connection, latest.learned_to if latest else 0)
        items = await learnings.newest(connection, _LISTED)
    return shapes.Models(
        current=shelf.current_version(call.desk.var),
        corrections_since=since,
        items=[_model(one) for one in items],
    )


Change = Callable[..., Awaitable[Learnt]]


async def _changed(call: Call, change: Change) -> shapes.Model:
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


async def promote(call: Call) -> shapes.Model:
    """Let a candidate that measures better serve."""
    return await _changed(call, promotion.promote)


async def roll_back(call: Call) -> shapes.Model:
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
        answers=shapes.Models,
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
            answers=shapes.Model,
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
