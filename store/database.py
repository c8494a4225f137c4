"""The database: one URL, write transactions, reads, and commits shared by many callers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Generic, TypeVar

import structlog
from sqlalchemy import Connection, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from store import inline

log = structlog.get_logger()
Item = TypeVar("Item")
Result = TypeVar("Result")

_BUSY_S = 30  # how long one process waits for another's commit on SQLite

# What SQLSTATEs begin with that speak of the server, not of what was asked: the connection, a
# read-only server, who may log in, a database that is not there, a full disk or too many clients,
# locks, a server that starts or stops, its files. SQLAlchemy gives most of PostgreSQL's errors one
# class: without the code these look like a row that cannot be kept ("22").
# Source: PostgreSQL, "PostgreSQL Error Codes".
_NOT_NOW = ("08", "25006", "28", "3D", "53", "55", "57", "58")
_CLASH = "40"  # deadlocks and the like


class StoreError(Exception):
    """The store cannot do it now; the same call may succeed later."""


class ClashError(StoreError):
    """Another transaction had the right of way; the same call may succeed at once."""


def driver_url(url: str, var: Path) -> URL:
    """Turn what config.yml says into SQLAlchemy's words.

    `sqlite` is a file under `var`; `sqlite:///path` and `postgresql://...` name their own.
    Raises: ValueError, naming the remedy, for anything else.
    """
    if url == "sqlite":
        return make_url(f"sqlite+aiosqlite:///{var / 'kanal.db'}")
    parsed = make_url(url)
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
    backend = parsed.get_backend_name()
    if backend not in drivers:
        raise ValueError(f"store.url: {backend} is not supported; use sqlite or postgresql://...")
    return parsed.set(drivername=drivers[backend])


class Database:
    """Transactions on one database. `begin` writes, `read` does not.

    On SQLite there is one writer at a time: `begin` queues this process's writers in turn, and a
    busy time-out makes other processes wait. WAL and synchronous=FULL: a commit that returned
    survives a power cut.

    An error's text quotes no parameters: they are citizens' words, and a library may log it.
    """

    def __init__(self, url: str, var: Path) -> None:
        self.url = driver_url(url, var)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self._reads = _sqlite(self.url)
            self._writes = _sqlite(self.url.set(drivername=inline.DRIVER))
        else:
            self._reads = self._writes = create_async_engine(
                self.url, pool_size=8, max_overflow=8, pool_pre_ping=True, hide_parameters=True
            )
        self._writer = asyncio.Lock()

    @property
    def name(self) -> str:
        """What people call it: the file's name, or the database's on its server."""
        return Path(self.url.database or "").name

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """Open a write transaction; commits at the end, rolls back when anything raises.

        Raises: StoreError when the database is away, full or locked.
        """
        with _not_now():
            if self.is_sqlite:
                async with self._writer, self._writes.begin() as connection:
                    yield connection
            else:
                async with self._writes.begin() as connection:
                    yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that only reads. Raises: StoreError."""
        with _not_now():
            async with self._reads.begin() as connection:
                yield connection

    async def close(self) -> None:
        """Let go of every connection."""
        await self._reads.dispose()
        await self._writes.dispose()


def _sqlite(url: URL) -> AsyncEngine:
    """An engine on one file: for writers that run inline, for readers in threads."""
    writes = url.drivername == inline.DRIVER
    engine = create_async_engine(
        url, connect_args=inline.ARGUMENTS if writes else {}, hide_parameters=True
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _prepare(connection: Any, _: ConnectionPoolEntry) -> None:
        # The driver's own BEGIN comes too late for IMMEDIATE; we say it ourselves below.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={_BUSY_S * 1000}")  # while WAL is switched on
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        # kB; unset it is 2,000, of every connection, for pages that the system holds anyway.
        cursor.execute("PRAGMA cache_size=-500")
        if writes:
            cursor.execute("PRAGMA busy_timeout=0")  # inline.begin waits, not the loop
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        if writes:
            inline.begin(connection.connection.dbapi_connection, _BUSY_S)  # type: ignore[arg-type]
        else:
            connection.exec_driver_sql("BEGIN")

    return engine


@contextmanager
def _not_now() -> Iterator[None]:
    """Raise StoreError where the same call may succeed later; other errors pass as they are."""
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeoutError, OSError) as error:
        raise StoreError(_reason(error)) from error
    except DBAPIError as error:
        state = getattr(error.orig, "sqlstate", None) or ""
        if state.startswith(_CLASH):
            raise ClashError(_reason(error)) from error
        if error.connection_invalidated or state.startswith(_NOT_NOW):
            raise StoreError(_reason(error)) from error
        raise


def _reason(error: Exception) -> str:
    """The driver's first line, without the statement's parameters: they are citizens' words."""
    original = getattr(error, "orig", None) or error
    return f"{type(original).__name__}: {str(original).splitlines()[0] if str(original) else ''}"


class GroupCommit(Generic[Item, Result]):
    """Many callers, one commit: each `submit` returns after the commit that holds its item.

    `apply(connection, items)` writes a batch and returns one result an item, in order. While one
    batch commits the next one gathers, so nobody waits for a timer. A batch that fails for what
    it holds, or for a clash, is tried again item by item: one bad item never takes its neighbours
    with it.
    """

    def __init__(
        self,
        database: Database,
        apply: Callable[[AsyncConnection, Sequence[Item]], Awaitable[Sequence[Result]]],
        *,
        most: int = 64,
    ) -> None:
        self._database = database
        self._apply = apply
        self._most = most
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._busy: asyncio.Task[None] | None = None

    async def submit(self, item: Item) -> Result:
        """Write `item` with whoever else writes now. Raises: StoreError, or what `apply` raised."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._busy is None:
            self._busy = asyncio.create_task(self._drain())
        return await future

    async def settled(self) -> None:
        """Wait for the commit that is under way, so that it is not cut off with the loop."""
        if self._busy is not None:
            await asyncio.wait([self._busy])

    async def _drain(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                await self._commit(batch)
        finally:
            self._busy = None

    async def _commit(self, batch: list[tuple[Item, asyncio.Future[Result]]]) -> None:
        try:
            async with self._database.begin() as connection:
                results = await self._apply(connection, [item for item, _ in batch])
        except Exception as error:  # noqa: BLE001 - whoever submitted it gets it
            away = isinstance(error, StoreError) and not isinstance(error, ClashError)
            if away or len(batch) == 1:
                for _, future in batch:
                    _fail(future, error)
                return
            # The error's text may quote a citizen: its name says enough of where to look.
            log.warning("commit.split", items=len(batch), error=type(error).__name__)
            for one in batch:
                await self._commit([one])
        else:
            for (_, future), result in zip(batch, results, strict=True):
                if not future.done():
                    future.set_result(result)


def _fail(future: asyncio.Future[Any], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
