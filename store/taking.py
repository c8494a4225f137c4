"""What complaints take on from a moderator's word: columns, history, and who is told.

A report that is no complaint is closed, and its citizen told so kindly; one that was closed so and
is a complaint after all is opened again. Citizens hear of it after REGRET: what is taken back
before that they never hear.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.conversation import Status
from nlu.learning.labels import NOT_A_COMPLAINT
from store import languages, progress, tasks
from store.complaints import COMPLAINT, EVENT, agency_of, event_row, where
from store.ids import Ids
from store.said import Said
from store.workflow import NEXT

REGRET = timedelta(seconds=60)
UNSURE = frozenset({"unsure", "misunderstood"})  # tasks that a word on the category settles
_ASIDE = {"checked", "agency"}  # columns that follow


@dataclass(frozen=True, kw_only=True, slots=True)
class Taking:
    """What one complaint took on, enough to put it back."""

    complaint_id: int
    was: Mapping[str, Any]  # the columns that changed
    now: Mapping[str, Any]
    events: tuple[int, ...]  # appended for it, the newest last
    changed: bool = True  # False: it stood so already
    language: str | None = None  # the conversation's, before
    passed: tuple[int, ...] = ()  # supporters that another complaint got by a merge
    tasks: tuple[int, ...] = ()  # that were closed


async def take_on(
    connection: AsyncConnection,
    ids: Ids,
    complaints: Sequence[Any],
    said: Said,
    *,
    actor: str,
    now: datetime,
) -> list[Taking]:
    """Let complaints (rows, locked) take on a word; one Taking each, in order.

    History gets `corrected`, or `confirmed` where nothing changed; `status` where it moved.
    """
    spoken: Mapping[int, str] = {}
    if said.language is not None:
        talks = [row.conversation_id for row in complaints]
        spoken = await languages.speak(connection, ids, talks, said.language, now)
    closed = await _close(connection, complaints, said, actor=actor, now=now)
    takings, events = [], []
    for row in complaints:
        fresh = _changes(row, said)
        before = spoken.get(row.conversation_id)
        changed = bool(fresh.keys() - _ASIDE) or (before is not None and before != said.language)
        told = [event_row(ids, row.id, *_happening(row, said, actor, now, changed=changed))]
        if "status" in fresh:
            told.append(event_row(ids, row.id, *_move(row, fresh["status"], actor, now)))
        events += told
        takings.append(
            Taking(
                complaint_id=row.id,
                was={name: getattr(row, name) for name in fresh},
                now=fresh,
                events=tuple(event["id"] for event in told),
                changed=changed,
                language=before,
                tasks=closed.get(row.ticket, ()),
            )
        )
    fresh_at = {"updated_at": now}
    await put(
        connection,
        {
            one.complaint_id: {**one.now, **(fresh_at if one.now.keys() - _ASIDE else {})}
            for one in takings
            if one.now
        },
    )
    await connection.execute(insert(EVENT), events)
    moved = {one.complaint_id: one.events[-1] for one in takings if "status" in one.now}
    await progress.tell_of(connection, ids, moved, now, after=REGRET)
    return takings


async def _close(
    connection: AsyncConnection, complaints: Sequence[Any], said: Said, *, actor: str, now: datetime
) -> dict[str, tuple[int, ...]]:
    """A word on the category settles the doubt; who closes a complaint has looked at it."""
    if not said.categories:
        return {}
    moving = {row.ticket for row in complaints if _status(row, said.categories[0]) != row.status}
    others = [row.ticket for row in complaints if row.ticket not in moving]
    closed = await tasks.close(connection, others, reasons=UNSURE, actor=actor, now=now)
    return closed | await tasks.close(connection, moving, actor=actor, now=now)


def _changes(row: Any, said: Said) -> dict[str, Any]:
    """The columns that are to be another than they are."""
    wanted: dict[str, Any] = {}
    if said.categories:
        wanted["category"] = said.categories[0]
        wanted["status"] = _status(row, said.categories[0])
        wanted["checked"] = True
        if row.agency == agency_of(row.category):  # nobody chose another
            wanted["agency"] = agency_of(said.categories[0])
    if said.spot is not None:
        wanted |= where(said.spot)
    return {name: value for name, value in wanted.items() if value != getattr(row, name)}


def _status(row: Any, category: str) -> str:
    now = Status(row.status)
    if category == NOT_A_COMPLAINT and Status.REJECTED in NEXT[now]:
        return Status.REJECTED.value
    closed = row.category == NOT_A_COMPLAINT and now is Status.REJECTED
    if closed and category != NOT_A_COMPLAINT:
        return Status.REOPENED.value
    return str(row.status)


def _happening(
    row: Any, said: Said, actor: str, now: datetime, *, changed: bool
) -> tuple[str, str, datetime, dict[str, Any]]:
    body = {
        "from": row.category,
        "to": said.categories[0] if said.categories else row.category,
        "also": list(said.categories[1:]),
        "intent": said.intent,
        "place": said.spot.words if said.spot else None,
        "language": said.language,
    }
    return "corrected" if changed else "confirmed", actor, now, body


def _move(
    row: Any, status: str, actor: str, now: datetime
) -> tuple[str, str, datetime, dict[str, Any]]:
    body = {"from": row.status, "to": status, "note": "", "photos": []}
    if status == Status.REJECTED.value:
        body["reason"] = "no_complaint"
    return "status", actor, now, body


async def put(connection: AsyncConnection, values: Mapping[int, Mapping[str, Any]]) -> None:
    """Give complaints, by id, new values in some columns."""
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for number, fresh in values.items():
        alike.setdefault(tuple(sorted(fresh)), []).append({"b_id": number, **fresh})
    for names, rows in alike.items():
        statement = update(COMPLAINT).where(COMPLAINT.c.id == bindparam("b_id"))
        columns = {name: bindparam(name, type_=COMPLAINT.c[name].type) for name in names}
        await connection.execute(statement.values(columns), rows)
