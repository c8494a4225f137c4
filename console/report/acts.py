"""What is done on a report's page: one transaction each, with history and audit.

Whoever changes a report names the revision that he saw: where somebody else changed it meanwhile
nothing happens, and he is told what did (store/revisions.py). `rev` None means: as it stands.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from channels.text import tidy
from console.correct import acts as correcting
from console.desk import Desk
from console.report.unreadable import Part, unreadable
from console.report.veil import Veil, may_lift, veil
from console.visitor import Reader
from dialogs.conversation import Spot
from store import audit, dossier, pictures, publishing, revisions
from store.audit import Deed
from store.correcting import Mark
from store.dossier import Dossier
from store.publishing import Publication
from store.said import Said
from store.scope import Scope

LONGEST = 4000  # characters of words that are published


class MissingError(LookupError):
    """There is no such report or photo, or it lies beyond the scope."""


class SealedError(Exception):
    """Who wished to stay unknown stays so to this reader."""


class TooLongError(ValueError):
    """More words than anybody would read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class By:
    """Who acts, what he may touch, and the revision that he saw."""

    actor: str  # an account's name
    scope: Scope
    rev: int | None = None


@asynccontextmanager
async def _changing(
    desk: Desk, ticket: str, by: By
) -> AsyncIterator[tuple[AsyncConnection, Dossier]]:
    """Open a transaction on a report that stands as it was seen."""
    async with desk.database.begin() as connection:
        await revisions.unchanged(connection, ticket, by.rev, by.scope)
        report = await dossier.of(connection, ticket, by.scope)
        if report is None:
            raise MissingError(ticket)
        yield connection, report


async def publish_words(desk: Desk, ticket: str, text: str, *, by: By) -> None:
    """Let everybody read these words on the ticket's page; "" takes them back.

    Raises: LookupError, ConflictError, TooLongError.
    """
    words = tidy(text)
    if len(words) > LONGEST:
        raise TooLongError(f"{len(words)} characters; at most {LONGEST}")
    async with _changing(desk, ticket, by) as (connection, _):
        decision = Publication(actor=by.actor, text=words, withdraw=not words)
        await publishing.publish(connection, desk.ids, ticket, decision, desk.clock())
        await _note(connection, desk, "report.words", ticket, by, published=bool(words))


async def publish_photo(desk: Desk, ticket: str, photo: int, *, shown: bool, by: By) -> None:
    """Let everybody see a photo on the ticket's page, or take it back.

    Raises: LookupError, ConflictError; EditedError for one of which an edited copy is there.
    """
    async with _changing(desk, ticket, by) as (connection, report):
        _photo(report, photo)
        decision = Publication(actor=by.actor, photos=(photo,), withdraw=not shown)
        await publishing.publish(connection, desk.ids, ticket, decision, desk.clock())
        await _note(connection, desk, "report.photo", ticket, by, photo=str(photo), published=shown)


async def make_unreadable(
    desk: Desk,
    ticket: str,
    photo: int,
    parts: Sequence[Part],
    *,
    turn: int = 0,
    publish: bool = False,
    by: By,
) -> int:
    """Keep a copy of a photo with parts of it unreadable; answers the copy's id.

    The photo itself is withdrawn and stays for those who work on the case.
    Raises: LookupError, ConflictError, BadPartError.
    """
    async with desk.database.read() as connection:
        report = await dossier.of(connection, ticket, by.scope)
    if report is None:
        raise MissingError(ticket)
    content = await _content(desk, photo, _photo(report, photo).sha256)
    kept = await desk.keep_photo(await asyncio.to_thread(unreadable, content, parts, turn))
    async with _changing(desk, ticket, by) as (connection, report):
        _photo(report, photo)
        copy = await pictures.add_edited(
            connection, desk.ids, photo, kept, actor=by.actor, now=desk.clock(), publish=publish
        )
        more = {"photo": str(photo), "copy": str(copy), "parts": len(parts), "published": publish}
        await _note(connection, desk, "report.unreadable", ticket, by, **more)
    return copy


async def place(desk: Desk, ticket: str, spot: Spot, *, by: By) -> None:
    """Say where it is: a word like any other, which can be taken back.

    Raises: LookupError, ConflictError.
    """
    mark = Mark(ticket=ticket, rev=by.rev)
    await correcting.say(
        desk, mark, Said(spot=spot), by=correcting.By(actor=by.actor, scope=by.scope)
    )


async def lift(desk: Desk, me: Reader, subject: str, *, anonymous: bool, by: By) -> Veil:
    """Lift the veil of a ticket or a conversation for once, and keep that somebody asked.

    Raises: SealedError.
    """
    over = veil(me, anonymous=anonymous, lifted=True)
    if not may_lift(me, over):
        raise SealedError(subject)
    async with desk.database.begin() as connection:
        await _note(connection, desk, "report.reveal", subject, by)
    return over


async def content_of(desk: Desk, photo: int, scope: Scope) -> bytes:
    """A photo as it is kept, by its number alone: no name leads to another file.

    Raises: MissingError.
    """
    async with desk.database.read() as connection:
        sha256 = await pictures.file_of(connection, photo, scope)
    if sha256 is None:
        raise MissingError(f"photo {photo}")
    return await _content(desk, photo, sha256)


async def _content(desk: Desk, photo: int, sha256: str) -> bytes:
    """The bytes of a kept photo. Its name is a hash of ours, never anybody's word."""
    path = desk.photos / sha256[:2] / f"{sha256}.jpg"
    try:
        return await asyncio.to_thread(path.read_bytes)
    except OSError as error:  # erased meanwhile
        raise MissingError(f"photo {photo}") from error


def _photo(report: Dossier, photo: int) -> pictures.Picture:
    found = next((one for one in report.photos if one.id == photo), None)
    if found is None:
        raise MissingError(f"photo {photo}")
    return found


async def _note(
    connection: AsyncConnection, desk: Desk, act: str, subject: str, by: By, **detail: Any
) -> None:
    deed = Deed(actor=by.actor, act=act, subject=subject, at=desk.clock(), detail=detail)
    await audit.append(connection, desk.ids, deed)
