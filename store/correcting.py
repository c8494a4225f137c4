"""Acts of correcting: many complaints at once, and a duplicate. For a split: store/splitting.py.

Each takes the revision that the moderator saw, and refuses to overwrite what he did not see. Each
leaves a row in `correction`, from which store/undoing.py takes it back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.conversation import Status
from store import joining, progress, revisions
from store.corrections import CORRECTION, row_of
from store.ids import Ids
from store.joining import NoTicketError
from store.revisions import ConflictError
from store.said import Said
from store.scope import EVERYTHING, Scope
from store.taking import REGRET, Taking, take_on
from store.workflow import check_move


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """A complaint, and the revision of it that somebody saw."""

    ticket: str
    rev: int | None = None  # None: as it stands


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """A word that was kept."""

    ticket: str
    correction: int  # its id: by it the word is taken back
    changed: bool  # False: it confirms what stood


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of a word on many complaints."""

    done: tuple[Done, ...]
    conflicts: tuple[ConflictError, ...]  # changed meanwhile, and left alone
    unknown: tuple[str, ...]  # no such tickets


async def correct(
    connection: AsyncConnection,
    ids: Ids,
    marks: Sequence[Mark],
    said: Said | None,
    *,
    actor: str,
    now: datetime,
    batch: int | None = None,
    scope: Scope = EVERYTHING,
) -> Outcome:
    """Say one thing of some hundred complaints; None says of each that it is right as it is.

    What was changed since it was seen is left alone and told of.
    Raises: UnknownLabelError; ValueError where nothing is said.
    """
    if said is not None:
        said.check()
    wanted = {mark.ticket: mark.rev for mark in marks}
    rows = await revisions.locked(connection, list(wanted), scope)
    now_at = await revisions.revisions(connection, [row.id for row in rows.values()])
    stale = {
        row.id: rev
        for ticket, row in rows.items()
        if (rev := wanted[ticket]) is not None and rev != now_at[row.id]
    }
    missed = await revisions.changes(connection, stale)
    fresh = [row for row in rows.values() if row.id not in stale]
    done: list[Done] = []
    for word, alike in _words(fresh, said):
        takings = await take_on(connection, ids, alike, word, actor=actor, now=now)
        done += await _keep(
            connection, ids, alike, takings, word, actor=actor, now=now, batch=batch
        )
    return Outcome(
        done=tuple(done),
        conflicts=tuple(
            ConflictError(row.ticket, now_at[row.id], missed[row.id])
            for row in rows.values()
            if row.id in stale
        ),
        unknown=tuple(ticket for ticket in wanted if ticket not in rows),
    )


def _words(rows: Sequence[Any], said: Said | None) -> list[tuple[Said, list[Any]]]:
    """What is said of which: the same of all, or of each the category that it has."""
    if said is not None:
        return [(said, list(rows))] if rows else []
    alike: dict[str, list[Any]] = {}
    for row in rows:
        alike.setdefault(row.category, []).append(row)
    return [(Said(categories=(slug,)), found) for slug, found in alike.items()]


async def _keep(
    connection: AsyncConnection,
    ids: Ids,
    complaints: Sequence[Any],
    takings: Sequence[Taking],
    said: Said,
    *,
    actor: str,
    now: datetime,
    batch: int | None,
) -> list[Done]:
    rows = [
        row_of(ids, said, complaint, taking=taking, actor=actor, now=now, batch=batch)
        for complaint, taking in zip(complaints, takings, strict=True)
    ]
    await connection.execute(insert(CORRECTION), rows)
    return [
        Done(ticket=complaint.ticket, correction=row["id"], changed=taking.changed)
        for complaint, taking, row in zip(complaints, takings, rows, strict=True)
    ]


async def duplicate(
    connection: AsyncConnection,
    ids: Ids,
    mark: Mark,
    of: str,
    *,
    actor: str,
    now: datetime,
    scope: Scope = EVERYTHING,
) -> Done:
    """Say that a complaint tells of the same as another: it is merged into that one.

    Who filed or joined it hears of it after REGRET, and of the other from then on.
    Raises: LookupError, ConflictError, IllegalMoveError; NoTicketError for `of`; SameError.
    """
    known = await revisions.locked(connection, [mark.ticket, of], scope)
    complaint = await revisions.unchanged(connection, mark.ticket, mark.rev, scope)
    check_move(Status(complaint.status), Status.DUPLICATE)
    if of not in known:
        raise NoTicketError(f"no complaint has the number {of}")
    folded = await joining.fold(connection, ids, mark.ticket, into=of, actor=actor, now=now)
    await progress.tell(connection, ids, complaint.id, folded.event_id, now, after=REGRET)
    taking = Taking(
        complaint_id=complaint.id,
        was={"status": complaint.status, "merged_into": complaint.merged_into},
        now={"status": Status.DUPLICATE.value, "merged_into": folded.into_id},
        events=(folded.event_id,),
        changed=True,
        passed=folded.passed,
        tasks=folded.tasks,
    )
    row = row_of(
        ids, Said(), complaint, taking=taking, actor=actor, now=now, duplicate_of=folded.into_id
    )
    await connection.execute(insert(CORRECTION), [row])
    return Done(ticket=mark.ticket, correction=row["id"], changed=True)
