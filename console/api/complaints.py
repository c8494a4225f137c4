"""What is done with a complaint: moved, assigned, noted, its words published."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from pydantic import BaseModel, Field

from console.answer import acts
from console.api import changing, shapes
from console.api.operation import Call, Operation
from console.api.problem import ProblemError
from console.api.refusing import refused
from console.report import acts as report
from console.rights import Right
from dialogs.conversation import Status
from store import desk
from store.media import Kept

_BASE64 = r"^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
_MOST_BYTES = 24_000_000  # four photos of a phone, as base64


Photo = Annotated[
    str,
    Field(
        pattern=_BASE64,
        json_schema_extra={"contentEncoding": "base64", "contentMediaType": "image/*"},
    ),
]


class StatusChange(shapes.Change):
    """A status, and what the citizen is told with it."""

    status: Status
    note: Annotated[str, Field(max_length=4000, pattern=shapes.TEXT)] = ""
    photos: list[Photo] = Field(
        default_factory=list, max_length=acts.MOST_PHOTOS, description="of the result"
    )
    publish: Annotated[bool, Field(description="everybody may see the photos")] = False


class Assignment(shapes.Change):
    """An agency by hand, or by the city's rules again."""

    agency: Annotated[str, Field(max_length=60, pattern=shapes.TEXT)] | None = Field(
        default=None, description="null: the city's rules decide; empty: none, by hand"
    )


class PublicWords(shapes.Change):
    """What everybody may read on the ticket's page."""

    text: Annotated[
        str, Field(max_length=4000, pattern=shapes.TEXT, description="empty: it is taken back")
    ]


class Note(shapes.Change):
    """For colleagues alone."""

    text: Annotated[str, Field(min_length=1, max_length=4000, pattern=shapes.SAID)]


def _with(call: Call) -> dict[str, Any]:
    """What every act takes of a call."""
    return {"actor": call.actor, "now": call.desk.clock(), "revision": changing.seen(call)}


async def _photos(call: Call, written: list[str]) -> list[Kept]:
    """Photos as they are kept, of a complaint that is there."""
    if not written:
        return []
    with refused():
        async with call.desk.database.read() as connection:
            await desk.revision(connection, call.path["ticket"], call.scope)
        return [await call.desk.keep_photo(base64.b64decode(one)) for one in written]


async def status(call: Call) -> shapes.Changed:
    """Move a complaint, and let whoever follows it be told."""
    asked: StatusChange = call.body
    photos = await _photos(call, asked.photos)
    act = acts.change_status(
        call.desk.database, call.desk.ids, call.path["ticket"], asked.status,
        note=asked.note, photos=photos, publish=asked.publish, scope=call.scope, **_with(call),
    )  # fmt: skip
    return await changing.changed(call, act)


async def assign(call: Call) -> shapes.Changed:
    """Give a complaint to an agency, or let the rules decide again."""
    asked: Assignment = call.body
    parts = (call.desk.database, call.desk.ids, call.path["ticket"])
    if asked.agency is None:
        rules = call.desk.agencies.assign
        return await changing.changed(
            call, acts.assign_by_rule(*parts, rules, scope=call.scope, **_with(call))
        )
    if asked.agency and asked.agency not in call.desk.agencies.by_slug:
        raise ProblemError(409, "agency", "There is no such agency", "GET /agencies names them.")
    return await changing.changed(
        call, acts.assign(*parts, asked.agency or None, scope=call.scope, **_with(call))
    )


async def note(call: Call) -> shapes.Changed:
    """Keep a note for colleagues."""
    asked: Note = call.body
    act = acts.note(
        call.desk.database, call.desk.ids, call.path["ticket"], asked.text,
        scope=call.scope, **_with(call),
    )  # fmt: skip
    return await changing.changed(call, act)


async def publish(call: Call) -> shapes.Changed:
    """Let everybody read these words, or take them back."""
    asked: PublicWords = call.body
    act = report.publish_words(call.desk, call.path["ticket"], asked.text, by=changing.by(call))
    return await changing.changed(call, act)


Act = Callable[[Call], Awaitable[BaseModel]]


def _change(
    path: str, summary: str, right: Right, act: Act, body: type[BaseModel], **more: Any
) -> Operation:
    return Operation(
        method="POST",
        path=f"/complaints/{{ticket}}/{path}",
        name=path,
        summary=summary,
        right=right,
        act=act,
        body=body,
        answers=shapes.Changed,
        tag="complaints",
        problems=(409,),
        **more,
    )


OPERATIONS = (
    _change("status", "Change its status", Right.ACT, status, StatusChange, most_bytes=_MOST_BYTES),
    _change("assignment", "Assign it to an agency", Right.ANSWER, assign, Assignment),
    _change("notes", "Keep a note for colleagues", Right.ACT, note, Note),
    _change("words", "Publish words of it", Right.ANSWER, publish, PublicWords),
)
