"""The overview's days: what counts of the complaints of each, counted again when it has changed.

Whatever changes a figure marks the complaint's day in `overview_change`, by a trigger and so in the
same transaction (r0017). Who looks (console/overview/counting.py) counts the days that are marked,
keeps them, and takes away the marks that he had seen before he counted. Where others have come
between, his count serves him alone and the marks stay: what is kept and not marked is right,
whoever wrote it (docs/adr/0007).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, delete, func, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.conversation import Status
from store import corrections
from store.dialect import json_text, upsert
from store.facts import Area, Fact, pack
from store.tables import (
    Complaint,
    ComplaintEvent,
    ConversationEvent,
    Correction,
    OverviewChange,
    OverviewDay,
    table,
)

COMPLAINT, EVENT, DOING = table(Complaint), table(ComplaintEvent), table(ConversationEvent)
CORRECTION, DAY, CHANGE = table(Correction), table(OverviewDay), table(OverviewChange)
_DAY = timedelta(days=1)
# Spelled out, not a parameter: a partial index is used for this and for nothing else.
_STATUS: ColumnElement[bool] = literal_column("complaint_event.kind = 'status'")

Packed = tuple[str, bytes]  # store/facts.py


class Marked(NamedTuple):
    """The marks of a day, as somebody saw them."""

    day: str
    n: int
    newest: int  # id


class _ComeBetweenError(Exception):
    """Others have marked or counted the day meanwhile."""


async def kept(
    connection: AsyncConnection, first: date, last: date
) -> tuple[dict[str, Packed], Sequence[Marked]]:
    """The days (UTC) from one to another as they are kept, and those that must be counted."""
    # Marks first: whoever counts a day takes its marks and keeps it at once.
    within = (first.isoformat(), last.isoformat())
    marked = await marks(connection, CHANGE.c.day >= within[0], CHANGE.c.day <= within[1])
    rows = await connection.execute(
        select(DAY.c.day, DAY.c.names, DAY.c.facts).where(
            DAY.c.day >= within[0], DAY.c.day <= within[1]
        )
    )
    return {row.day: (row.names, row.facts) for row in rows}, marked


async def marks(connection: AsyncConnection, *which: ColumnElement[bool]) -> Sequence[Marked]:
    """All days that must be counted, the oldest first."""
    statement = (
        select(CHANGE.c.day, func.count(), func.max(CHANGE.c.id))
        .where(*which)
        .group_by(CHANGE.c.day)
        .order_by(CHANGE.c.day)
    )
    return [Marked(*row) for row in await connection.execute(statement)]


async def waiting(connection: AsyncConnection) -> int:
    """How many marks there are."""
    return int((await connection.execute(select(func.count()).select_from(CHANGE))).scalar_one())


async def keep(
    connection: AsyncConnection, marked: Sequence[Marked], counted: Mapping[str, Packed]
) -> None:
    """Keep days that were counted after their marks were read, but for those that changed since."""
    for one in marked:
        try:
            async with connection.begin_nested():
                await _keep(connection, one, *counted[one.day])
        except _ComeBetweenError:
            continue


async def _keep(connection: AsyncConnection, marked: Marked, names: str, numbers: bytes) -> None:
    gone = await connection.execute(
        delete(CHANGE).where(CHANGE.c.day == marked.day, CHANGE.c.id <= marked.newest)
    )
    if gone.rowcount != marked.n:
        raise _ComeBetweenError
    row = {"day": marked.day, "names": names, "facts": numbers}
    await upsert(connection, DAY, [row], keys=("day",), renew=("names", "facts"))


async def count(connection: AsyncConnection, days: Sequence[str]) -> dict[str, Packed]:
    """What counts of the complaints of these days, by the day."""
    rows = (await connection.execute(_complaints(_on(days)))).all()
    words = await _words(connection, [row.word for row in rows if row.word is not None])
    found: dict[str, list[Fact]] = {day: [] for day in days}
    for row in rows:
        before, said = words.get(row.word, (None, None))
        fact = Fact(
            filed_at=row.filed_at,
            answered=_seconds(
                row.filed_at, min(filter(None, (row.first, row.spoke)), default=None)
            ),
            done=_seconds(row.filed_at, row.last) if row.status == Status.DONE.value else None,
            channel=row.channel,
            category=row.category,
            agency=row.agency or "",
            area=Area(row.kelurahan, row.kecamatan or "", row.kota or "")
            if row.kelurahan
            else Area("", "", ""),
            before=before,
            said=said,
        )
        found[row.filed_at.astimezone(UTC).date().isoformat()].append(fact)
    return {day: pack(facts) for day, facts in found.items()}


def _seconds(start: datetime, end: datetime | None) -> float | None:
    return None if end is None else (end - start).total_seconds()


def _on(days: Sequence[str]) -> ColumnElement[bool]:
    """The condition that a complaint was filed on one of them; neighbours are one range."""
    filed = COMPLAINT.c.filed_at
    ranges: list[tuple[datetime, datetime]] = []
    for day in sorted(days):
        begin = datetime.combine(date.fromisoformat(day), time(), UTC)
        if ranges and ranges[-1][1] == begin:
            begin = ranges.pop()[0]
        end = datetime.combine(date.fromisoformat(day), time(), UTC) + _DAY
        ranges.append((begin, end))
    return or_(*(and_(filed >= begin, filed < end) for begin, end in ranges))


def _complaints(filed: ColumnElement[bool]) -> Any:
    """What is known of complaints, each with some looks into indexes of what followed."""
    columns = COMPLAINT.c
    moved = EVENT.c.complaint_id == columns.id
    spoke = [  # a moderator, in the conversation that filed it
        DOING.c.conversation_id == columns.conversation_id,
        DOING.c.kind == "said",
        DOING.c.at >= columns.filed_at,
    ]
    word = [  # the first on its category that stands
        CORRECTION.c.complaint_id == columns.id,
        CORRECTION.c.category.is_not(None),
        corrections.stands(),
    ]
    return select(
        columns.filed_at, columns.channel, columns.category, columns.agency,
        columns.kelurahan, columns.kecamatan, columns.kota, columns.status,
        _of_it(func.min(EVENT.c.at), moved, _STATUS).label("first"),
        _of_it(func.max(EVENT.c.at), moved, _STATUS).label("last"),
        _of_it(func.min(DOING.c.at), *spoke).label("spoke"),
        _of_it(func.min(CORRECTION.c.id), *word).label("word"),
    ).where(filed)  # fmt: skip


def _of_it(what: ColumnElement[Any], *which: ColumnElement[bool]) -> Any:
    return select(what).where(*which).correlate(COMPLAINT).scalar_subquery()


async def _words(connection: AsyncConnection, said: Sequence[int]) -> Mapping[int, tuple[str, str]]:
    """(before, said) of moderators' words; not of those that no longer tell what was before."""
    before = json_text(connection, CORRECTION.c.before, "category")
    rows = await connection.execute(
        select(CORRECTION.c.id, before.label("before"), CORRECTION.c.category).where(
            CORRECTION.c.id.in_(said), before.is_not(None)
        )
    )
    return {row.id: (row.before, row.category) for row in rows}
