"""What people do with a complaint: tell progress, assign, note, merge. One transaction each (T2).

`revision` is that of the report that was looked at; None asks nobody. Whoever acts on what a
colleague has changed since gets a ConflictError that says what. `scope` is what the actor may see.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from console.answer.talks import words_of
from console.answer.unasked import unasked
from dialogs.conversation import Status
from nlu import ticket as numbers
from store import agencies, answering, audit, joining, outbox, progress
from store.assignment import Assign
from store.audit import Deed
from store.database import Database
from store.ids import Ids
from store.joining import Person
from store.media import Kept
from store.progress import Result
from store.scope import EVERYTHING, Scope
from store.workflow import IllegalMoveError

_LONGEST_NUMBER = 60  # characters of a number, with whatever stands around it


class NoTicketError(LookupError):
    """No complaint has the number that was named to merge into."""


class SameError(ValueError):
    """Both complaints are one already."""


class UnknownChoiceError(ValueError):
    """A choice that nobody has; `what` says which: status, agency, too_many (photos)."""

    def __init__(self, what: str, chosen: str) -> None:
        super().__init__(f"no such choice: {what} {chosen!r}")
        self.what = what


async def change_status(
    database: Database,
    ids: Ids,
    ticket: str,
    status: Status,
    *,
    actor: str,
    note: str,
    now: datetime,
    photos: Sequence[Kept] = (),
    publish: bool = False,
    revision: int | None = None,
    scope: Scope = EVERYTHING,
) -> None:
    """Move a complaint and wake whoever follows it; no change of status without its message.

    Raises: LookupError for an unknown ticket, IllegalMoveError, ConflictError, NothingSaidError for
    a note that is too long, StoreError.
    """
    words = words_of(note, needed=False)
    result = Result(status=status, actor=actor, note=words, photos=tuple(photos), publish=publish)
    async with database.begin() as connection:
        await answering.lock(connection, ticket, revision, scope)
        await progress.move(connection, ids, ticket, result, now)
        await _audited(
            connection, ids, ticket, "status", actor=actor, now=now,
            to=status.value, photos=len(result.photos),
        )  # fmt: skip


async def assign(
    database: Database,
    ids: Ids,
    ticket: str,
    agency: str | None,
    *,
    actor: str,
    now: datetime,
    revision: int | None = None,
    scope: Scope = EVERYTHING,
) -> None:
    """Give a complaint to an agency by hand, or to none; no rule takes it away again.

    The citizen hears of it when its status changes. Raises: LookupError, ConflictError, StoreError.
    """
    async with database.begin() as connection:
        await answering.lock(connection, ticket, revision, scope)
        if await agencies.assign(connection, ids, ticket, agency, actor=actor, now=now):
            await _audited(connection, ids, ticket, "assign", actor=actor, now=now, agency=agency)


async def assign_by_rule(
    database: Database,
    ids: Ids,
    ticket: str,
    rules: Assign,
    *,
    actor: str,
    now: datetime,
    revision: int | None = None,
    scope: Scope = EVERYTHING,
) -> None:
    """Let the rules assign it again, whatever a hand had done.

    Raises: LookupError, ConflictError, StoreError.
    """
    async with database.begin() as connection:
        await answering.lock(connection, ticket, revision, scope)
        if await agencies.let_go(connection, ids, ticket, rules, actor=actor, now=now):
            await _audited(connection, ids, ticket, "assign_by_rule", actor=actor, now=now)


async def note(
    database: Database,
    ids: Ids,
    ticket: str,
    text: str,
    *,
    actor: str,
    now: datetime,
    revision: int | None = None,
    scope: Scope = EVERYTHING,
) -> None:
    """Write for colleagues: no citizen ever reads it.

    Raises: NothingSaidError, LookupError, ConflictError, StoreError.
    """
    words = words_of(text)
    async with database.begin() as connection:
        complaint_id = await answering.lock(connection, ticket, revision, scope)
        await answering.note(connection, ids, complaint_id, words, actor=actor, now=now)
        await _audited(connection, ids, ticket, "note", actor=actor, now=now, chars=len(words))


async def merge(
    database: Database,
    ids: Ids,
    ticket: str,
    *,
    into: str,
    actor: str,
    now: datetime,
    revision: int | None = None,
) -> int:
    """Let `ticket` be a duplicate of `into`; returns how many people are told.

    Who filed or joined the first one is told the other number, and of all that happens to it.
    Raises: LookupError, NoTicketError, SameError, IllegalMoveError, ConflictError, StoreError.
    """
    told = 0
    async with database.begin() as connection:
        await answering.lock(connection, ticket, revision)
        people = await _merged(connection, ids, ticket, into=into, actor=actor, now=now)
        for one in people:
            said = unasked(one, f"merged:{ids.next()}", "merged", ticket=ticket, into=into)
            if said is not None:
                row = outbox.row(ids, one.conversation_id, said, now)
                await outbox.put(connection, [row])
                told += 1
        await _audited(connection, ids, ticket, "merge", actor=actor, now=now, into=into, told=told)
    return told


async def _merged(
    connection: AsyncConnection, ids: Ids, ticket: str, *, into: str, actor: str, now: datetime
) -> Sequence[Person]:
    try:
        return await joining.merge(connection, ids, ticket, into=into, actor=actor, now=now)
    except LookupError as error:
        raise NoTicketError(str(error)) from error
    except IllegalMoveError:
        raise
    except ValueError as error:
        raise SameError(str(error)) from error


def number_in(typed: str) -> str:
    """The ticket number that somebody typed, with or without its prefix. Raises: NoTicketError."""
    text = typed[:_LONGEST_NUMBER]
    found = numbers.find(text) or numbers.find(f"{numbers.PREFIX} {text.strip()}")
    if len(found) != 1:
        raise NoTicketError(f"no complaint has the number {text!r}")
    return found[0][0]


async def _audited(
    connection: AsyncConnection, ids: Ids, ticket: str, act: str, *, actor: str, now: datetime,
    **detail: Any,
) -> None:  # fmt: skip
    deed = Deed(actor=actor, act=f"answer.{act}", subject=ticket, at=now, detail=detail)
    await audit.append(connection, ids, deed)
