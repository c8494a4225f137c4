"""The moderators' queue: what needs a person first, then the newest; a page at a time.

Complaints come from one index each way of filtering; what waits and is no complaint
(store/loose.py) is merged in. A page ends with a cursor, so that the hundredth costs what the first
one does, and nothing is shown twice when something comes in between.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from dialogs.conversation import Status
from store import loose
from store.dialect import plan_for_these
from store.scope import EVERYTHING, Scope, in_area, within
from store.tables import Complaint, ComplaintEvent, Utc, table
from store.urgency import OPEN, SETTLED, Need
from store.words import containing

COMPLAINT, EVENT = table(Complaint), table(ComplaintEvent)
C = COMPLAINT.c

MOST = 50  # of a page
ANY = "any"  # every status
EXCERPT = 240  # characters of a text
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """What somebody wants to see; an empty field asks for nothing."""

    words: str = ""
    category: str = ""
    channel: str = ""
    area: str = ""  # "Jakarta Pusat/Menteng/Cikini", as far as it goes
    status: str = ""  # one status; ANY; "" for all that is not settled
    agency: str = ""
    since: datetime | None = None  # filed at or after
    until: datetime | None = None  # filed before
    below: float | None = None  # the machine was less sure than this
    need: Need | None = None
    unchecked: bool = False  # nobody has said yet what it is about


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Cursor:
    """The place of a row in the queue: the next page begins after it."""

    urgency: int
    at: datetime
    id: int

    def __str__(self) -> str:
        microseconds = (self.at - _EPOCH) // timedelta(microseconds=1)
        return f"{self.urgency}.{microseconds}.{self.id}"

    @classmethod
    def read(cls, written: str) -> Cursor:
        """Read what `str` wrote. Raises: ValueError."""
        urgency, microseconds, row = (int(part) for part in written.split("."))
        try:
            at = _EPOCH + timedelta(microseconds=microseconds)
        except OverflowError as error:
            raise ValueError(f"{written!r} is no cursor") from error
        if not (SETTLED <= urgency <= max(Need) and 0 <= row < 1 << 63):
            raise ValueError(f"{written!r} is no cursor")
        return cls(urgency=urgency, at=at, id=row)


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """A row of the queue."""

    kind: str  # complaint | talk | message | mo | mt | raw
    id: int  # of the complaint; else of what `kind` names (a talk is its conversation)
    urgency: int  # a Need, else OPEN or SETTLED
    at: datetime  # filed; else since when it waits
    channel: str
    conversation_id: int | None
    ticket: str = ""
    status: Status | None = None
    category: str = ""
    confidence: float | None = None
    agency: str = ""
    kota: str = ""
    kecamatan: str = ""
    kelurahan: str = ""
    place: str = ""  # in the citizen's words, where no kelurahan is known
    text: str = ""  # the beginning, as written: mask it before it is shown
    why: tuple[str, ...] = ()  # reasons of open tasks, or of a dead letter
    emergency: bool = False
    escalated: int = 0
    revision: int = 0  # see `revision`; of complaints alone

    @property
    def cursor(self) -> Cursor:
        """Its place in the queue."""
        return Cursor(urgency=self.urgency, at=self.at, id=self.id)


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Some rows of the queue, in its order, and where the next ones begin (None: no more)."""

    items: tuple[Item, ...]
    next: Cursor | None


async def search(
    connection: AsyncConnection,
    wanted: Filter,
    scope: Scope,
    *,
    now: datetime,
    after: Cursor | None = None,
    most: int = MOST,
) -> Page:
    """A page of what somebody wants to see within his scope. Raises: ValueError for a bad area."""
    which = await conditions(connection, wanted, scope)
    loose_ones = []
    if after is None or after.urgency > OPEN:
        loose_ones = await waiting_beside(connection, wanted, scope, now)
    return await page_of(connection, which, loose_ones, after, most)


async def page_of(
    connection: AsyncConnection,
    which: Collection[ColumnElement[bool]],
    loose_ones: Sequence[Item],
    after: Cursor | None = None,
    most: int = MOST,
) -> Page:
    """A page of the complaints that these conditions hold, with what waits beside them."""
    found = await _complaints(connection, which, after, most + 1)
    found += [item for item in loose_ones if after is None or item.cursor < after]
    found.sort(key=lambda item: item.cursor, reverse=True)
    more = len(found) > most
    return Page(items=tuple(found[:most]), next=found[most - 1].cursor if more else None)


async def conditions(
    connection: AsyncConnection, wanted: Filter, scope: Scope
) -> list[ColumnElement[bool]]:
    """What the rows of `complaint` must be. Raises: ValueError for a bad area.

    What is asked with them in this transaction is planned for them.
    """
    await plan_for_these(connection)
    which = [*within(scope), *in_area(wanted.area)]
    which += [
        C[name] == value
        for name in ("category", "channel", "agency")
        if (value := getattr(wanted, name))
    ]
    if not wanted.status:
        which.append(C.urgency >= OPEN)
    elif wanted.status != ANY:
        which.append(C.status == wanted.status)
    if wanted.since is not None:
        which.append(C.filed_at >= wanted.since)
    if wanted.until is not None:
        which.append(C.filed_at < wanted.until)
    if wanted.below is not None:
        which.append(C.confidence < wanted.below)
    if wanted.need is not None:
        which.append(C.urgency == wanted.need.value)
    if wanted.unchecked:
        which.append(C.checked.is_(False))
    return [*which, *await containing(connection, wanted.words)]


async def _complaints(
    connection: AsyncConnection,
    which: Collection[ColumnElement[bool]],
    after: Cursor | None,
    most: int,
) -> list[Item]:
    query = _rows().where(*which)
    if after is not None:
        place = tuple_(literal(after.urgency), literal(after.at, Utc), literal(after.id))
        query = query.where(tuple_(C.urgency, C.filed_at, C.id) < place)
    order = (C.urgency.desc(), C.filed_at.desc(), C.id.desc())
    return [_item(row) for row in await connection.execute(query.order_by(*order).limit(most))]


def _rows() -> Select[Any]:
    newest = select(func.max(EVENT.c.id)).where(EVENT.c.complaint_id == C.id).scalar_subquery()
    names = (
        "id", "ticket", "status", "category", "confidence", "agency", "channel", "conversation_id",
        "kota", "kecamatan", "kelurahan", "emergency", "escalated", "urgency", "filed_at",
    )  # fmt: skip
    text = func.substr(C.text, 1, EXCERPT).label("told")
    place = func.substr(C.place_words, 1, EXCERPT).label("place")
    return select(*(C[name] for name in names), text, place, newest.label("revision"))


def _item(row: Any) -> Item:
    return Item(
        kind="complaint",
        id=row.id,
        urgency=row.urgency,
        at=row.filed_at,
        channel=row.channel,
        conversation_id=row.conversation_id,
        ticket=row.ticket,
        status=Status(row.status),
        category=row.category,
        confidence=row.confidence,
        agency=row.agency or "",
        kota=row.kota or "",
        kecamatan=row.kecamatan or "",
        kelurahan=row.kelurahan or "",
        place=row.place,
        text=row.told,
        emergency=row.emergency,
        escalated=row.escalated,
        revision=row.revision or 0,
    )


async def waiting_beside(
    connection: AsyncConnection, wanted: Filter, scope: Scope, now: datetime
) -> list[Item]:
    """What waits and is no complaint, where the filter speaks of nothing that it lacks."""
    if not scope.whole or wanted.status not in ("", ANY):
        return []
    if wanted.words or wanted.area or wanted.agency:
        return []
    read = bool(wanted.category) or wanted.below is not None  # a message was, a letter was not
    return [
        _loose_item(one)
        for one in await loose.waiting(connection, now)
        if (not read or one.category)
        and wanted.category in ("", one.category)
        and wanted.channel in ("", one.channel)
        and wanted.need in (None, one.need)
        and (wanted.below is None or (one.confidence or 0) < wanted.below)
        and (wanted.since is None or one.at >= wanted.since)
        and (wanted.until is None or one.at < wanted.until)
    ]


def _loose_item(one: loose.Loose) -> Item:
    return Item(
        kind=one.kind,
        id=one.id,
        urgency=one.need.value,
        at=one.at,
        channel=one.channel,
        conversation_id=one.conversation_id,
        category=one.category,
        confidence=one.confidence,
        text=one.text[:EXCERPT],
        why=one.why,
    )


async def among(
    connection: AsyncConnection,
    tickets: Collection[str],
    wanted: Filter,
    scope: Scope,
) -> list[Item]:
    """Of these complaints, those that the filter and the scope hold, in the queue's order."""
    which = [*await conditions(connection, wanted, scope), C.ticket.in_(tickets)]
    return await _complaints(connection, which, None, len(tickets)) if tickets else []


async def revision(connection: AsyncConnection, ticket: str, scope: Scope = EVERYTHING) -> int:
    """The revision of a complaint: the id of its newest event; every change appends one.

    Raises: LookupError for a ticket that does not exist, or not within the scope.
    """
    found = await connection.execute(
        select(func.max(EVENT.c.id))
        .join(COMPLAINT, C.id == EVENT.c.complaint_id)
        .where(C.ticket == ticket, *within(scope))
    )
    number: int | None = found.scalar()
    if number is None:
        raise LookupError(f"no complaint has the number {ticket}")
    return number


async def beside(
    connection: AsyncConnection, place: Cursor, wanted: Filter, scope: Scope
) -> tuple[Item | None, Item | None]:
    """The complaints before and after a place in the filter's order; None at its ends.

    Raises: ValueError for a bad area.
    """
    which = await conditions(connection, wanted, scope)
    here = tuple_(literal(place.urgency), literal(place.at, Utc), literal(place.id))
    key = (C.urgency, C.filed_at, C.id)
    upwards = _rows().where(*which, tuple_(*key) > here).order_by(*key).limit(1)
    before = (await connection.execute(upwards)).first()
    after = await _complaints(connection, which, place, 1)
    return (_item(before) if before else None), (after[0] if after else None)
