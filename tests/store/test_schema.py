"""Tables, migrations and the two databases agree."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text
from structlog.testing import capture_logs

from store import schema
from store.database import Database, GroupCommit, StoreError, driver_url
from store.dialect import upsert
from store.tables import Cursor, table

CURSOR = table(Cursor)


async def test_migrations_make_just_the_tables(database: Database) -> None:
    assert await schema.drift(database) == []


async def test_the_newest_file_is_the_head(database: Database) -> None:
    async with database.read() as connection:
        stands = await connection.scalar(text("SELECT version_num FROM alembic_version"))
    assert stands == schema.head()


async def test_migrating_twice_and_at_once_is_harmless(database: Database) -> None:
    await asyncio.gather(schema.upgrade(database), schema.upgrade(database))
    assert await schema.drift(database) == []


async def test_sqlite_survives_a_power_cut(tmp_path) -> None:
    database = Database("sqlite", tmp_path)
    async with database.read() as connection:
        assert (await connection.execute(text("PRAGMA journal_mode"))).scalar() == "wal"
        assert (await connection.execute(text("PRAGMA synchronous"))).scalar() == 2  # FULL
        assert (await connection.execute(text("PRAGMA foreign_keys"))).scalar() == 1
    await database.close()


async def test_a_naive_time_is_refused(database: Database) -> None:
    from store import leases

    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - that is the point
    with pytest.raises(Exception, match="no time zone"):
        async with database.begin() as connection:
            await leases.take(connection, "x", owner="a", until=naive, now=datetime.now(UTC))


@pytest.mark.parametrize("url", ["mysql://root@127.0.0.1/x", "oracle://x"])
def test_another_database_is_refused_with_the_remedy(url: str, tmp_path) -> None:
    with pytest.raises(ValueError, match=r"use sqlite or postgresql"):
        driver_url(url, tmp_path)


async def test_a_group_commit_answers_each_with_its_own(database: Database) -> None:
    batches = []

    async def apply(connection, items):
        batches.append(len(items))
        for item in items:
            row = {"channel": "test", "account": str(item), "value": str(item)}
            await upsert(connection, CURSOR, [row], keys=("channel", "account"), renew=("value",))
        return [item * 2 for item in items]

    group: GroupCommit[int, int] = GroupCommit(database, apply, most=8)
    assert await asyncio.gather(*map(group.submit, range(20))) == [n * 2 for n in range(20)]
    assert sum(batches) == 20
    assert max(batches) <= 8
    async with database.read() as connection:
        assert len((await connection.execute(select(CURSOR))).all()) == 20


async def test_a_bad_item_takes_no_neighbour_with_it(database: Database) -> None:
    async def apply(connection, items):
        for item in items:
            row = {"channel": "test", "account": str(item), "value": str(item)}
            await upsert(connection, CURSOR, [row], keys=("channel", "account"), renew=("value",))
            if item == 3:
                raise RuntimeError("three")
        return items

    group: GroupCommit[int, int] = GroupCommit(database, apply)
    with capture_logs() as logs:
        results = await asyncio.gather(*map(group.submit, range(6)), return_exceptions=True)
    assert [(line["event"], line["items"], line["error"]) for line in logs] == [
        ("commit.split", 6, "RuntimeError")
    ]
    assert [r for r in results if isinstance(r, int)] == [0, 1, 2, 4, 5]
    assert isinstance(results[3], RuntimeError)
    async with database.read() as connection:
        kept = (await connection.execute(select(CURSOR.c.account))).scalars().all()
    assert sorted(kept) == ["0", "1", "2", "4", "5"]


async def test_a_store_that_is_away_says_so(tmp_path) -> None:
    database = Database("postgresql://kanal@127.0.0.1:1/none", tmp_path)
    with pytest.raises(StoreError):
        async with database.begin():
            pass
    await database.close()
