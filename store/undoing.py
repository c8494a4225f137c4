"""A moderator's word taken back: the complaint stands as before, and the word teaches nothing.

The inverse is appended as a correction of its own. What nobody was told yet he never hears of;
what he was told is put right by news.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.conversation import Status
from store import joining, languages, progress, revisions, taking, tasks
from store.complaints import COMPLAINT, EVENT, SUPPORTER, event_row
from store.corrections import CORRECTION, row_of, stands
from store.ids import Ids
from store.revisions import ConflictError
from store.said import Said
from store.scope import EVERYTHING, Scope, within
from store.workflow import NEXT

_FOLLOW = {"agency", "checked"}  # who changed them since has changed nothing of the word


class NothingToUndoError(LookupError):
    """There is no such word, or it cannot be taken back any more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Undone:
    """What was taken back."""

    ticket: str
    correction: int  # of the inverse
    told: bool  # the citizen had heard of it, and hears of this


async def undo(
    connection: AsyncConnection,
    ids: Ids,
    correction: int,
    *,
    actor: str,
    now: datetime,
    scope: Scope = EVERYTHING,
) -> Undone:
    """Take a word on a complaint back.

    Raises: NothingToUndoError; ConflictError when somebody changed or corrected it since.
    """
    word = await _word(connection, correction)
    complaint = await _locked(connection, word.complaint_id, scope)
    before: dict[str, Any] = json.loads(word.before)
    if "was" not in before:
        raise NothingToUndoError("what stood before is no longer known")
    await _refuse_what_was_changed(connection, word, complaint, before)
    told = await _put_back(connection, ids, complaint, before, actor=actor, now=now)
    if word.split_into is not None:
        told = await _unsplit(connection, ids, word, before, actor=actor, now=now)
    if before["spoke"] is not None:
        talks = [complaint.conversation_id]
        await languages.speak(connection, ids, talks, before["spoke"], now)
    said = Said(categories=(str(before["was"].get("category", complaint.category)),))
    row = row_of(ids, said, complaint, taking=None, actor=actor, now=now, undoes=word.id)
    await connection.execute(insert(CORRECTION), [row])
    return Undone(ticket=complaint.ticket, correction=row["id"], told=told)


async def _word(connection: AsyncConnection, correction: int) -> Any:
    found = await connection.execute(
        select(CORRECTION).where(
            CORRECTION.c.id == correction, CORRECTION.c.complaint_id.is_not(None), stands()
        )
    )
    word = found.one_or_none()
    if word is None:
        raise NothingToUndoError("there is nothing to take back, or it was taken back already")
    return word


async def _locked(connection: AsyncConnection, complaint_id: int, scope: Scope = EVERYTHING) -> Any:
    found = await connection.execute(
        select(COMPLAINT).where(COMPLAINT.c.id == complaint_id, *within(scope)).with_for_update()
    )
    row = found.one_or_none()
    if row is None:
        raise NothingToUndoError("there is nothing to take back")
    return row


async def _refuse_what_was_changed(
    connection: AsyncConnection, word: Any, complaint: Any, before: Mapping[str, Any]
) -> None:
    later = await connection.execute(
        select(CORRECTION.c.id).where(
            CORRECTION.c.complaint_id == complaint.id, CORRECTION.c.id > word.id, stands()
        )
    )
    other = any(
        getattr(complaint, name) != value
        for name, value in before["now"].items()
        if name not in _FOLLOW
    )
    if later.first() is None and not other:
        return
    rev = (await revisions.revisions(connection, [complaint.id]))[complaint.id]
    missed = await revisions.changes(connection, {complaint.id: max(before["events"])})
    raise ConflictError(complaint.ticket, rev, missed[complaint.id])


async def _put_back(
    connection: AsyncConnection,
    ids: Ids,
    complaint: Any,
    before: Mapping[str, Any],
    *,
    actor: str,
    now: datetime,
) -> bool:
    """Columns, supporters and history; whether the citizen must hear of it."""
    was = {
        name: value
        for name, value in before["was"].items()
        if name not in _FOLLOW or getattr(complaint, name) == before["now"][name]
    }
    heard = "status" in was and not await progress.untell(
        connection, complaint.id, before["events"][-1], now
    )
    if heard and Status(was["status"]) not in NEXT[Status(complaint.status)]:
        was["status"] = Status.REOPENED.value
    await taking.put(connection, {complaint.id: {**was, "updated_at": now}})
    await connection.execute(delete(SUPPORTER).where(SUPPORTER.c.id.in_(before["passed"])))
    await tasks.reopen(connection, before["tasks"])
    body = {
        "from": complaint.category,
        "to": was.get("category", complaint.category),
        "undoes": [] if heard else [str(event) for event in before["events"]],
        "place": was.get("place_words"),
    }
    events = [event_row(ids, complaint.id, "undone", actor, now, body)]
    if into := before["now"].get("merged_into"):
        back = {"from": complaint.ticket}
        events.append(event_row(ids, into, "unmerged", actor, now, back))
    if heard:
        moved = {"from": complaint.status, "to": was["status"], "note": "", "photos": []}
        events.append(event_row(ids, complaint.id, "status", actor, now, moved))
    await connection.execute(insert(EVENT), events)
    if heard:
        await progress.tell(connection, ids, complaint.id, events[-1]["id"], now)
    return heard


async def _unsplit(
    connection: AsyncConnection,
    ids: Ids,
    word: Any,
    before: Mapping[str, Any],
    *,
    actor: str,
    now: datetime,
) -> bool:
    """The second complaint becomes a duplicate of the first; told where its number was told."""
    second = await _locked(connection, word.split_into)
    made = before["events"][0]
    missed = (await revisions.changes(connection, {second.id: made}))[second.id]
    if Status.DUPLICATE not in NEXT[Status(second.status)] or any(
        one.kind in {"corrected", "status"} for one in missed
    ):
        rev = missed[-1].id if missed else made
        raise ConflictError(second.ticket, rev, missed)
    heard = not await progress.untell(connection, second.id, made, now)
    first = await _locked(connection, word.complaint_id)
    folded = await joining.fold(
        connection, ids, second.ticket, into=first.ticket, actor=actor, now=now
    )
    if heard:
        await progress.tell(connection, ids, second.id, folded.event_id, now)
    return heard
