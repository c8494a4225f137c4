"""Tables, migrations and the two databases agree."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import asyncpg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from structlog.testing import capture_logs

from store import schema
from store.database import ClashError, Database, GroupCommit, StoreError, driver_url
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


PASSES = ["08006", "25006", "40P01", "53100", "53300", "57P01", "57P03"]  # of SQLSTATEs


async def fails_with(connection, code: str) -> None:
    await connection.execute(
        text(f"DO $$ BEGIN RAISE EXCEPTION 'no' USING errcode = '{code}'; END $$")
    )


@pytest.mark.peer("postgres")
async def test_what_passes_on_the_server_is_no_rows_fault(postgres, tmp_path) -> None:
    database = Database(postgres, tmp_path)
    for code in PASSES:
        for way in (database.begin, database.read):
            with pytest.raises(StoreError):
                async with way() as connection:
                    await fails_with(connection, code)
    with pytest.raises(ClashError):
        async with database.begin() as connection:
            await fails_with(connection, "40001")
    await database.close()


@pytest.mark.peer("postgres")
async def test_a_row_that_the_server_refuses_is_no_trouble_of_the_store(postgres, tmp_path) -> None:
    database = Database(postgres, tmp_path)
    for asked, words in [("CAST(:a AS text)", "nul\0"), ("CAST(:a AS integer)", 2**40)]:
        with pytest.raises(DBAPIError):
            async with database.begin() as connection:
                await connection.execute(text(f"SELECT {asked}"), {"a": words})
    with pytest.raises(DBAPIError):
        async with database.begin() as connection:
            await fails_with(connection, "P0001")  # a rule of ours: only ever appended
    await database.close()


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.CannotConnectNowError("the database system is starting up"),
        asyncpg.TooManyConnectionsError("sorry, too many clients already"),
        TimeoutError(),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_a_server_that_lets_nobody_in_now_is_away(tmp_path, monkeypatch, error) -> None:
    async def refuse(*_, **__):
        raise error

    monkeypatch.setattr(asyncpg, "connect", refuse)
    database = Database("postgresql://kanal@127.0.0.1:1/none", tmp_path)
    for way in (database.begin, database.read):
        with pytest.raises(StoreError):
            async with way():
                pass
    await database.close()


async def test_connections_that_are_all_taken_mean_not_now(database, monkeypatch) -> None:
    def taken(*_):
        raise PoolTimeoutError("QueuePool limit reached")

    monkeypatch.setattr(database._reads.sync_engine.pool, "connect", taken)
    with pytest.raises(StoreError):
        async with database.read():
            pass


async def test_a_batch_that_clashes_is_written_item_by_item(database) -> None:
    async def apply(connection, items):
        if len(items) > 1:
            raise ClashError("deadlock detected")
        return items

    group: GroupCommit[int, int] = GroupCommit(database, apply)
    assert await asyncio.gather(*map(group.submit, range(3))) == [0, 1, 2]


def test_an_errors_text_quotes_no_citizen(refused: IntegrityError) -> None:
    assert "Ani" not in str(refused)
