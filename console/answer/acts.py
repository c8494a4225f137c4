"""What people do with a complaint: tell progress, assign, note. One transaction each (T2).

`revision` is that of the report that was looked at; None asks nobody. Whoever acts on what a
colleague has changed since gets a ConflictError that says what. `scope` is what the actor may see.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from console.answer.talks import words_of
from dialogs.conversation import Status
from store import agencies, answering, audit, progress
from store.assignment import Assign
from store.audit import Deed
from store.database import Database
from store.ids import Ids
from store.media import Kept
from store.progress import Result
from store.scope import EVERYTHING, Scope

MOST_PHOTOS = 4  # of one status


class UnknownChoiceError(ValueError):
    """A choice that nobody has; `what` says which: status, agency, too_many (photos)."""

    def __init__(self, what: str, chosen: str) -> None:
        super().__init__(f"no such choice: {what} {chosen!r}")
        self.what = what


class OnlyByMergeError(ValueError):
    """A complaint becomes a duplicate of another one, whose number its people are told."""

    def __init__(self, ticket: str) -> None:
        super().__init__(f"{ticket} becomes a duplicate only by merging it into the one it repeats")


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

    Raises: LookupError for an unknown ticket, OnlyByMergeError for a duplicate, IllegalMoveError,
    ConflictError, NothingSaidError for a note that is too long, StoreError.
    """
    words = words_of(note, needed=False)
    result = Result(status=status, actor=actor, note=words, photos=tuple(photos), publish=publish)
    async with database.begin() as connection:
        await answering.lock(connection, ticket, revision, scope)
        if status is Status.DUPLICATE:
            raise OnlyByMergeError(ticket)
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


async def _audited(
    connection: AsyncConnection, ids: Ids, ticket: str, act: str, *, actor: str, now: datetime,
    **detail: Any,
) -> None:  # fmt: skip
    deed = Deed(actor=actor, act=f"answer.{act}", subject=ticket, at=now, detail=detail)
    await audit.append(connection, ids, deed)
