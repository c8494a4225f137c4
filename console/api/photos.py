"""Photos of a complaint: looked at, made unreadable in parts, turned, published."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from console.api import changing, shapes
from console.api.operation import Call, Operation
from console.api.problem import ProblemError
from console.api.refusing import refused
from console.report import acts, veil
from console.report.unreadable import MOST, Part
from console.rights import Right
from store import dossier

_SIDE = 100_000  # pixels: more than any photo that is kept


class Photo(shapes.Shape):
    """A kept photo: pixels alone, upright, without metadata. Its bytes are at /photos/{photo}."""

    id: shapes.Number
    width: int
    height: int
    by_officer: bool
    published: bool
    edited_from: shapes.Number | None = Field(description="the photo that it was made of")
    replaced: bool = Field(description="another was made of it: it is not published itself")
    lat: float | None = Field(description="where the citizen's camera was")
    lon: float | None


class Photos(shapes.Shape):
    """Photos, each followed by what was made of it."""

    items: list[Photo]


class Box(shapes.Shape):
    """A rectangle of a photo, in pixels from its upper left corner."""

    left: Annotated[int, Field(ge=-_SIDE, le=_SIDE), shapes.Whole]
    top: Annotated[int, Field(ge=-_SIDE, le=_SIDE), shapes.Whole]
    width: Annotated[int, Field(ge=1, le=_SIDE), shapes.Whole]
    height: Annotated[int, Field(ge=1, le=_SIDE), shapes.Whole]


class Edit(shapes.Change):
    """What is made of a photo. The photo itself is withdrawn and stays for the case."""

    unreadable: list[Box] = Field(default_factory=list, max_length=MOST)
    turn: Annotated[
        Literal[0, 90, 180, 270], Field(description="degrees, clockwise"), shapes.Whole
    ] = 0
    publish: bool = False


class Edited(shapes.Changed):
    """The copy that was made."""

    photo: shapes.Id


class Publication(shapes.Change):
    """Whether everybody may see it on the ticket's page."""

    published: bool


async def photos(call: Call) -> Photos:
    """A complaint's photos."""
    async with call.desk.database.read() as connection:
        found = await dossier.of(connection, call.path["ticket"], call.scope)
    if found is None:
        raise ProblemError(404, "not-found", "No complaint of that number")
    shown = veil.complaint(found, veil.veil(call, anonymous=found.anonymous))
    return Photos(items=[Photo.made_of(one) for one in shown.photos])


async def file(call: Call) -> bytes:
    """A photo as it is kept (JPEG)."""
    with refused():
        return await acts.content_of(call.desk, call.whole("photo"), call.scope)


async def edit(call: Call) -> Edited:
    """Keep a copy of a photo with parts that nobody can read, or turned."""
    asked: Edit = call.body
    number, ticket = call.whole("photo"), call.path["ticket"]
    parts = [Part(one.left, one.top, one.width, one.height) for one in asked.unreadable]
    with refused():
        copy = await acts.make_unreadable(
            call.desk,
            ticket,
            number,
            parts,
            turn=asked.turn,
            publish=asked.publish,
            by=changing.by(call),
        )
        revision = await changing.revision(call, ticket)
    return Edited(ticket=ticket, revision=revision, photo=str(copy))


async def publish(call: Call) -> shapes.Changed:
    """Let everybody see a photo, or take it back."""
    asked: Publication = call.body
    act = acts.publish_photo(
        call.desk,
        call.path["ticket"],
        call.whole("photo"),
        shown=asked.published,
        by=changing.by(call),
    )
    return await changing.changed(call, act)


OPERATIONS = (
    Operation(
        method="GET",
        path="/complaints/{ticket}/photos",
        name="photos",
        summary="A complaint's photos",
        right=Right.LOOK,
        act=photos,
        answers=Photos,
        tag="photos",
    ),
    Operation(
        method="GET",
        path="/photos/{photo}",
        name="photo",
        summary="A photo as it is kept",
        right=Right.LOOK,
        act=file,
        answers="image/jpeg",
        tag="photos",
    ),
    Operation(
        method="POST",
        path="/complaints/{ticket}/photos/{photo}/edit",
        name="edit_photo",
        summary="Make parts of a photo unreadable, or turn it: in a copy",
        right=Right.ANSWER,
        act=edit,
        body=Edit,
        answers=Edited,
        status=201,
        tag="photos",
        problems=(409,),
    ),
    Operation(
        method="POST",
        path="/complaints/{ticket}/photos/{photo}/published",
        name="publish_photo",
        summary="Publish a photo, or take it back",
        right=Right.ANSWER,
        act=publish,
        body=Publication,
        answers=shapes.Changed,
        tag="photos",
        problems=(409,),
    ),
)
