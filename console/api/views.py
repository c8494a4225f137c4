"""Views: filters of the queue that are kept under a name, for oneself or for everybody."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from console.api import shapes
from console.api.filters import KeptFilter
from console.api.operation import Call, Operation, check
from console.api.refusing import refused
from console.queue import acts
from console.rights import Right
from store import views
from store.views import LONGEST_NAME


class View(shapes.Shape):
    """A filter under a name; its fields may be sent to /complaints as they are."""

    id: shapes.Id
    name: str
    shared: bool = Field(description="everybody's")
    filter: KeptFilter


class Views(shapes.Shape):
    """One's own views and everybody's, by name."""

    items: list[View]


class NewView(shapes.Shape):
    """What is kept, in the place of one's own of the same name."""

    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, pattern=shapes.SAID)]
    shared: Annotated[bool, Field(description="everybody's: needs the scope `correct`")] = False
    filter: KeptFilter


class ViewNumber(shapes.Shape):
    """The view that was kept, or forgotten."""

    id: shapes.Id


async def listed(call: Call) -> Views:
    """One's own views and everybody's."""
    async with call.desk.database.read() as connection:
        found = await views.of(connection, call.bearer.account.id)
    return Views(
        items=[
            View(
                id=str(one.id), name=one.name, shared=one.shared, filter=KeptFilter.read(one.query)
            )
            for one in found
        ]
    )


async def save(call: Call) -> ViewNumber:
    """Keep a filter under a name."""
    asked: NewView = call.body
    if asked.shared:
        check(call.bearer, Right.CORRECT)
    with refused():
        number = await acts.save_view(
            call.desk, call.bearer.account, asked.name, asked.filter.kept(), shared=asked.shared
        )
    return ViewNumber(id=str(number))


async def delete(call: Call) -> ViewNumber:
    """Forget a view of one's own; whoever may correct forgets everybody's too."""
    number = call.whole("id")
    with refused():
        await acts.delete_view(
            call.desk, call.bearer.account, number, shared_too=call.may(Right.CORRECT)
        )
    return ViewNumber(id=str(number))


OPERATIONS = (
    Operation(
        method="GET",
        path="/views",
        name="views",
        summary="Filters that are kept: one's own and everybody's",
        right=Right.LOOK,
        act=listed,
        answers=Views,
        tag="queue",
    ),
    Operation(
        method="POST",
        path="/views",
        name="save_view",
        summary="Keep a filter under a name",
        right=Right.LOOK,
        act=save,
        body=NewView,
        answers=ViewNumber,
        status=201,
        tag="queue",
        problems=(409,),
    ),
    Operation(
        method="DELETE",
        path="/views/{id}",
        name="delete_view",
        summary="Forget a filter that was kept",
        right=Right.LOOK,
        act=delete,
        answers=ViewNumber,
        tag="queue",
    ),
)
