"""What moderators say of reports: one transaction each, with history and audit.

The forms call these, and so do the API and `kanal complaint`. A mark's `rev` is the revision that
was seen: where somebody changed the report since, nothing happens.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from console.desk import Workplace
from nlu import ticket
from store import agencies, audit, correcting, corrections, splitting, undoing
from store.audit import Deed
from store.correcting import Done, Mark, Outcome
from store.revisions import ConflictError
from store.said import Said
from store.scope import EVERYTHING, Scope
from store.splitting import Half
from store.undoing import NothingToUndoError, Undone

_TRIES = 5  # numbers that are drawn for a second report: one is taken once in 10^10


@dataclass(frozen=True, kw_only=True, slots=True)
class By:
    """Who speaks, and what he may touch."""

    actor: str
    scope: Scope = EVERYTHING


async def say(desk: Workplace, mark: Mark, said: Said | None, *, by: By) -> Done:
    """Say one thing of one report; None: it is right as it is.

    Raises: LookupError, ConflictError, UnknownLabelError.
    """
    async with desk.database.begin() as connection:
        outcome = await correcting.correct(
            connection, desk.ids, [mark], said,
            actor=by.actor, now=desk.clock(), scope=by.scope,
        )  # fmt: skip
        if outcome.conflicts:
            raise outcome.conflicts[0]
        if outcome.unknown:
            raise LookupError(f"no complaint has the number {mark.ticket}")
        await agencies.assign_anew(connection, [mark.ticket], desk.agencies.assign, desk.clock())
        place = said.spot.place if said and said.spot else None
        detail = {"category": said.categories if said else None,
                  "language": said.language if said else None,
                  "kelurahan": place.kelurahan if place else None}  # fmt: skip
        await _note(connection, desk, "correct.say", mark.ticket, by, **detail)
    desk.ring()
    return outcome.done[0]


async def say_of_many(
    desk: Workplace, marks: Sequence[Mark], said: Said | None, *, batch: int, by: By
) -> Outcome:
    """Say one thing of some hundred reports, in one transaction; some are perhaps left alone.

    Raises: UnknownLabelError.
    """
    async with desk.database.begin() as connection:
        outcome = await correcting.correct(
            connection, desk.ids, marks, said,
            actor=by.actor, now=desk.clock(), batch=batch, scope=by.scope,
        )  # fmt: skip
        tickets = [one.ticket for one in outcome.done]
        await agencies.assign_anew(connection, tickets, desk.agencies.assign, desk.clock())
        category = said.categories if said else None
        await _note(
            connection, desk, "correct.many", str(batch), by, tickets=tickets, category=category
        )
    desk.ring()
    return outcome


async def duplicate(desk: Workplace, mark: Mark, of: str, *, by: By) -> Done:
    """Say that a report tells of the same as another. Its citizens hear of that one from now on.

    Raises: LookupError, ConflictError, IllegalMoveError; NoTicketError for `of`; SameError.
    """
    async with desk.database.begin() as connection:
        done = await correcting.duplicate(
            connection, desk.ids, mark, of, actor=by.actor, now=desk.clock(), scope=by.scope
        )
        await _note(connection, desk, "correct.duplicate", mark.ticket, by, of=of)
    desk.ring()
    return done


async def split(
    desk: Workplace, mark: Mark, category: str, text: str, *, by: By
) -> tuple[Done, str]:
    """Make a second report of the same message; answers its number as well.

    Raises: LookupError, ConflictError, UnknownLabelError, NotHisWordsError.
    """
    for left in reversed(range(_TRIES)):
        number = ticket.make(random.SystemRandom())
        half = Half(ticket=number, category=category, text=text)
        try:
            async with desk.database.begin() as connection:
                done = await splitting.split(
                    connection, desk.ids, mark, half,
                    actor=by.actor, now=desk.clock(), scope=by.scope,
                )  # fmt: skip
                now = desk.clock()
                await agencies.assign_anew(connection, [number], desk.agencies.assign, now)
                await _note(connection, desk, "correct.split", mark.ticket, by, into=number)
        except IntegrityError:  # the number is taken
            if not left:
                raise
        else:
            break
    desk.ring()
    return done, number


async def undo(desk: Workplace, correction: int, *, by: By) -> Undone:
    """Take a word back. Raises: NothingToUndoError, ConflictError."""
    async with desk.database.begin() as connection:
        undone = await undoing.undo(
            connection, desk.ids, correction,
            actor=by.actor, now=desk.clock(), scope=by.scope,
        )  # fmt: skip
        rules = desk.agencies.assign
        await agencies.assign_anew(connection, [undone.ticket], rules, desk.clock())
        await _note(connection, desk, "correct.undo", undone.ticket, by, word=str(correction))
    desk.ring()
    return undone


@dataclass(frozen=True, kw_only=True, slots=True)
class Reversal:
    """Some words of a batch, taken back."""

    undone: tuple[str, ...]  # tickets
    left: tuple[str, ...]  # changed by others since: they stand as these left them
    upto: int  # the id of the last word that was looked at; go on after it
    more: bool  # there may be more of them


async def undo_many(desk: Workplace, batch: int, *, after: int, most: int, by: By) -> Reversal:
    """Take back the words of a batch beyond an id, so many at most, in one transaction."""
    undone, left = [], []
    async with desk.database.begin() as connection:
        words = await corrections.of_batch(connection, batch, after, most)
        for word in words:
            try:
                async with connection.begin_nested():
                    one = await undoing.undo(
                        connection, desk.ids, word,
                        actor=by.actor, now=desk.clock(), scope=by.scope,
                    )  # fmt: skip
                undone.append(one.ticket)
            except ConflictError as conflict:
                left.append(conflict.ticket)
            except NothingToUndoError:  # beyond his scope, or a citizen's who was forgotten
                continue
        await agencies.assign_anew(connection, undone, desk.agencies.assign, desk.clock())
        if words:
            await _note(connection, desk, "correct.undo_many", str(batch), by, tickets=undone)
    desk.ring()
    return Reversal(
        undone=tuple(undone),
        left=tuple(left),
        upto=words[-1] if words else after,
        more=len(words) == most,
    )


async def _note(
    connection: AsyncConnection, desk: Workplace, act: str, subject: str, by: By, **detail: object
) -> None:
    deed = Deed(actor=by.actor, act=act, subject=subject, at=desk.clock(), detail=detail)
    await audit.append(connection, desk.ids, deed)
