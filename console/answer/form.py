"""A form of the panel, read: every field that somebody may have typed, and the photos."""

from __future__ import annotations

from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.web_request import FileField

from console.answer.panel import Typed
from nlu import ticket


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """What came."""

    revision: int = 0  # that was looked at; 0 where the form names none, which is older than any
    ticket: str = ""  # of a message in a conversation: the report that it is about
    wording: str = ""  # "<locale>:<key>"
    by_rule: bool = False
    typed: Typed = field(default_factory=Typed)
    photos: tuple[bytes, ...] = field(default=(), repr=False)


async def read(request: web.Request) -> Form:
    """Read a form that the door has let in."""
    fields = await request.post()

    def text(name: str) -> str:
        found = fields.get(name, "")
        return found if isinstance(found, str) else ""

    revision, number = text("rev"), text("ticket")
    photos = [
        one.file.read()
        for one in fields.getall("photo", [])
        if isinstance(one, FileField) and one.filename
    ]
    return Form(
        revision=int(revision) if revision.isascii() and revision.isdigit() else 0,
        ticket=number if ticket.is_valid(number) else "",
        wording=text("wording"),
        by_rule=bool(text("by_rule")),
        typed=Typed(
            text=text("text"),
            note=text("note"),
            noted=text("noted"),
            status=text("status"),
            agency=text("agency"),
            into=text("into"),
            publish=bool(text("publish")),
        ),
        photos=tuple(photos),
    )
