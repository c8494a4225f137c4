"""The overview's days tell what a plain count of every row tells, whatever changes, on both."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from console.overview import counting
from store import days, overview, waits
from store.database import Database
from store.facts import Area
from store.overview import Corrected, Period
from store.scope import EVERYTHING, Scope
from store.tables import (
    Complaint,
    ComplaintEvent,
    ConversationEvent,
    Correction,
    OverviewChange,
    table,
)
from store.waits import Waited
from tests.store.test_overview import CIKINI, NOW, NOWHERE, TEBET, City

COMPLAINT, EVENT, DOING = table(Complaint), table(ComplaintEvent), table(ConversationEvent)
CORRECTION, CHANGE = table(Correction), table(OverviewChange)
WEEK = Period(start=NOW - timedelta(days=6, hours=7), end=NOW)
SCOPES = (EVERYTHING, Scope(agency="dinas_lh"), Scope(area="Jakarta Pusat/Menteng"))
AGENCIES, SLUGS = ("dinas_sda", "dinas_lh", None), ("banjir", "sampah", "macet")
STATUSES = ("open", "in_progress", "done", "reopened")


async def plain(database: Database, period: Period, scope: Scope) -> dict[str, Any]:
    """Every figure, counted by going through all rows."""
    async with database.read() as connection:
        rows = [*await connection.execute(select(COMPLAINT))]
        moves = [*await connection.execute(select(EVENT).where(EVENT.c.kind == "status"))]
        said = [*await connection.execute(select(DOING).where(DOING.c.kind == "said"))]
        words = [*await connection.execute(select(CORRECTION).order_by(CORRECTION.c.id))]
    path = scope.area.split("/") if scope.area else []
    mine = [
        row
        for row in rows
        if period.start <= row.filed_at < period.end
        and scope.agency in ("", row.agency)
        and [row.kota, row.kecamatan, row.kelurahan][: len(path)] == path
    ]
    undone = {word.undoes for word in words}
    first: dict[int, Any] = {}
    for word in words:
        if word.category and word.undoes is None and word.id not in undone:
            first.setdefault(word.complaint_id, word)
    answered, done, predicted, wrong = [], [], Counter[str](), Counter[str]()
    for row in mine:
        moved = [one.at for one in moves if one.complaint_id == row.id]
        spoke = [
            one.at
            for one in said
            if one.conversation_id == row.conversation_id and one.at >= row.filed_at
        ]
        if moved or spoke:
            answered.append((row, (min(moved + spoke) - row.filed_at).total_seconds()))
        if row.status == "done" and moved:
            done.append((row, (max(moved) - row.filed_at).total_seconds()))
        before = json.loads(first[row.id].before).get("category") if row.id in first else None
        predicted[before or row.category] += 1
        wrong[before] += before is not None and before != first[row.id].category
    return {
        "hours": Counter(row.filed_at.replace(minute=0, second=0, microsecond=0) for row in mine),
        "channels": Counter(row.channel for row in mine),
        "categories": Counter(row.category for row in mine),
        "areas": Counter(area_of(row) for row in mine),
        "answered": by_group(answered),
        "done": by_group(done),
        "corrected": {
            Corrected(category=slug, predicted=n, corrected=wrong[slug])
            for slug, n in predicted.items()
        },
    }


def area_of(row: Any) -> Area:
    if not row.kelurahan:
        return NOWHERE
    return Area(row.kelurahan, row.kecamatan or "", row.kota or "")


def by_group(took: Sequence[tuple[Any, float]]) -> tuple[Any, Any, Any]:
    def waited(times: Sequence[float]) -> Waited:
        ordered = sorted(times)
        n = len(ordered)  # the least value that half, or nine of ten, do not exceed
        return Waited(n=n, median=ordered[(n + 1) // 2 - 1], ninth=ordered[(9 * n + 9) // 10 - 1])

    def grouped(key: Any) -> Any:
        groups: dict[Any, list[float]] = {}
        for row, seconds in took:
            if any(key(row)):
                groups.setdefault(key(row), []).append(seconds)
        return {name: waited(times) for name, times in groups.items()}

    everything = [seconds for _, seconds in took]
    agencies = {name: one for (name,), one in grouped(lambda row: (row.agency,)).items()}
    return waited(everything) if everything else None, agencies, grouped(area_of)


async def quick(database: Database, period: Period, scope: Scope) -> dict[str, Any]:
    """The same figures, as the overview has them."""
    facts = await counting.facts(database, period, scope)
    volume = overview.volume(facts)
    assert volume.total == sum(volume.hours.values())
    answered, done = waits.to_answer(facts), waits.to_done(facts)
    return {
        "hours": volume.hours,
        "channels": volume.channels,
        "categories": volume.categories,
        "areas": volume.areas,
        "answered": (answered.all, answered.agencies, answered.areas),
        "done": (done.all, done.agencies, done.areas),
        "corrected": {*overview.corrected(facts)},
    }


class Life(City):
    """A city in which anything may happen, by one seed always the same."""

    def __init__(self, database: Database, seed: int) -> None:
        super().__init__(database)
        self.draw = Random(seed)

    def moment(self) -> datetime:
        return NOW - timedelta(seconds=self.draw.uniform(-3600, 8 * 86400))

    async def any_of(self, of: Any) -> int:
        async with self.database.read() as connection:
            return self.draw.choice([*(await connection.execute(select(of.c.id))).scalars()])

    async def change(self, of: Any, **values: Any) -> None:
        number = await self.any_of(of)
        async with self.database.begin() as connection:
            await connection.execute(update(of).where(of.c.id == number).values(**values))

    async def happen(self) -> None:
        """Something happens, to whatever is there."""
        draw, complaint = self.draw, await self.any_of(COMPLAINT)
        area = draw.choice((CIKINI, TEBET))
        match draw.randrange(10):
            case 0 | 1:
                await self.moved(complaint, draw.choice(STATUSES), self.moment())
                await self.change(COMPLAINT, status=draw.choice(STATUSES))
            case 2:
                await self.change(COMPLAINT, category=draw.choice(SLUGS))
            case 3:
                await self.change(COMPLAINT, agency=draw.choice(AGENCIES))
            case 4:
                await self.change(COMPLAINT, **area._asdict())
            case 5:
                await self.speak()
            case 6:
                await self.correct(complaint)
            case 7 | 8:
                await self.lose()
            case 9:
                await self.file()

    async def file(self) -> None:
        draw = self.draw
        await self.filed(
            self.moment(), draw.choice(SLUGS), draw.choice((CIKINI, TEBET, NOWHERE)),
            agency=draw.choice(AGENCIES), status=draw.choice(STATUSES),
            channel=draw.choice(("paper", "email")),
        )  # fmt: skip

    async def speak(self) -> None:
        async with self.database.read() as connection:
            talks = (await connection.execute(select(COMPLAINT.c.conversation_id))).scalars()
            talk = self.draw.choice([*talks])
        await self.put(
            ConversationEvent, conversation_id=talk, at=self.moment(), kind="said", actor="ani",
            text="",
        )  # fmt: skip
        await self.change(DOING, at=self.moment())

    async def correct(self, complaint: int) -> None:
        """A word, and now and then one that takes it back."""
        about = {"complaint_id": complaint, "actor": "ani", "at": NOW, "engine": "test",
                 "categories": "[]"}  # fmt: skip
        before = json.dumps({"category": self.draw.choice((*SLUGS, None))})
        word = await self.put(Correction, **about, before=before, category=self.draw.choice(SLUGS))
        if self.draw.random() < 0.4:
            await self.put(Correction, **about, before="{}", category="macet", undoes=word)

    async def lose(self) -> None:
        """Rows of a history that are gone, or say something else: an erasure, a repair by hand."""
        complaint = await self.any_of(COMPLAINT)
        moved = select(func.min(EVENT.c.id)).where(EVENT.c.kind == "status").scalar_subquery()
        spoke = select(func.max(DOING.c.id)).scalar_subquery()
        undid = select(func.max(CORRECTION.c.id)).where(CORRECTION.c.undoes.is_not(None))
        word = select(func.min(CORRECTION.c.id)).scalar_subquery()
        its = CORRECTION.c.complaint_id == complaint
        undoing = CORRECTION.c.undoes.is_not(None)
        statements: list[list[Any]] = [
            [delete(EVENT).where(EVENT.c.id == moved)],
            [update(EVENT).where(EVENT.c.id == moved).values(at=self.moment())],
            [delete(DOING).where(DOING.c.id == spoke)],
            [delete(CORRECTION).where(CORRECTION.c.id == undid.scalar_subquery())],
            [update(CORRECTION).where(CORRECTION.c.id == word).values(before="{}")],
            [
                delete(CORRECTION).where(its, undoing),
                delete(CORRECTION).where(its),
                delete(EVENT).where(EVENT.c.complaint_id == complaint),
                delete(COMPLAINT).where(COMPLAINT.c.id == complaint),
            ],
        ]
        async with self.database.begin() as connection:
            for one in self.draw.choice(statements):
                await connection.execute(one)


@pytest.mark.parametrize("seed", [1, 5])
async def test_the_days_tell_what_a_plain_count_tells(database: Database, seed: int) -> None:
    city = Life(database, seed)
    for _ in range(40):
        await city.file()
    for _ in range(60):
        await city.happen()  # few at a time: what nobody marks is seen
        for scope in (EVERYTHING, city.draw.choice(SCOPES)):
            assert await quick(database, WEEK, scope) == await plain(database, WEEK, scope)
    async with database.read() as connection:
        marked = select(CHANGE.c.day).where(CHANGE.c.day.between("2026-11-18", "2026-11-25"))
        assert (await connection.execute(marked)).all() == []  # what was counted is kept


async def test_what_comes_while_a_day_is_counted_is_counted_the_next_time(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    city, plainly = City(database), days.count
    await city.filed(NOW - timedelta(hours=1))

    async def overtaken(connection: Any, which: Sequence[str]) -> Any:
        found = await plainly(connection, which)
        monkeypatch.setattr(days, "count", plainly)
        await city.filed(NOW - timedelta(hours=2))
        await counting.facts(database, WEEK)  # somebody else counts both, and keeps that
        return found

    monkeypatch.setattr(days, "count", overtaken)
    assert len((await counting.facts(database, WEEK)).rows) == 1  # as it was when he looked
    assert len((await counting.facts(database, WEEK)).rows) == 2


async def test_nobody_looks_and_the_marks_do_not_heap_up(database: Database) -> None:
    city = City(database)
    for back in range(9):
        await city.filed(NOW - timedelta(days=back))
    assert await counting.catch_up(database, most=100) == 0
    assert await counting.catch_up(database, most=5) == 9
    async with database.read() as connection:
        assert (await connection.execute(select(func.count()).select_from(CHANGE))).scalar() == 0
    assert len((await counting.facts(database, WEEK)).rows) == 6  # the end is not part of it


async def test_a_day_ends_at_midnight_in_utc(database: Database) -> None:
    city, midnight = City(database), datetime(2026, 11, 24, tzinfo=UTC)
    jakarta = datetime.fromisoformat("2026-11-24T06:59:59.999999+07:00")
    for at in (jakarta, midnight, midnight + timedelta(days=1)):
        await city.filed(at)
    found = await counting.facts(database, Period(start=midnight, end=midnight + timedelta(days=1)))
    assert len(found.rows) == 1
    found = await counting.facts(database, Period(start=jakarta, end=midnight))
    assert len(found.rows) == 1
