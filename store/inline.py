"""SQLite for writers: statements run where they are called, only the wait for the disk does not.

aiosqlite crosses to a thread and back four times a statement, which costs a batch of small writes
more than SQLite itself does. A statement of ours takes microseconds, so here it runs on the event
loop; COMMIT, which waits for the disk, runs in a thread, and a database that another process holds
is waited for without holding up the loop. Reads, which may be long, keep to aiosqlite.
See docs/adr/0003-sqlite-writes-run-on-the-loop.md
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from typing import Any

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import URL
from sqlalchemy.pool import AsyncAdaptedQueuePool, Pool
from sqlalchemy.util import await_only

DRIVER = "sqlite+inline"
_LOOK_AGAIN_S = 0.002


class InlineCursor(sqlite3.Cursor):
    """A cursor as the extension expects one: it holds nothing open on a server."""

    async def _async_soft_close(self) -> None:
        """Nothing to do."""


class InlineConnection(sqlite3.Connection):
    """A connection whose cursors the extension accepts."""

    def cursor(self, factory: Any = InlineCursor) -> Any:
        """Make a cursor."""
        return super().cursor(factory)


class InlineDialect(SQLiteDialect_pysqlite):
    """The standard library's driver under SQLAlchemy's asyncio extension."""

    driver = "inline"
    is_async = True
    supports_statement_cache = True

    @classmethod
    def get_pool_class(cls, url: URL) -> type[Pool]:
        """A pool that waits without blocking."""
        del url
        return AsyncAdaptedQueuePool

    def do_execute(self, cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        """Run at once. The extension insists on one await a statement, to catch wrong drivers."""
        super().do_execute(cursor, statement, parameters, context)  # type: ignore[no-untyped-call]
        await_only(_at_once())

    def do_executemany(
        self, cursor: Any, statement: str, parameters: Any, context: Any = None
    ) -> None:
        """The same for many rows."""
        super().do_executemany(cursor, statement, parameters, context)  # type: ignore[no-untyped-call]
        await_only(_at_once())

    def do_commit(self, dbapi_connection: Any) -> None:
        """COMMIT in a thread: it waits for the disk."""
        await_only(asyncio.to_thread(dbapi_connection.commit))


async def _at_once() -> None:
    """Await nothing: the loop does not turn."""


def begin(connection: sqlite3.Connection, patience_s: float) -> None:
    """BEGIN IMMEDIATE, waiting for another process at most `patience_s` seconds.

    Raises: sqlite3.OperationalError when it is still held then.
    """
    until = time.monotonic() + patience_s
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            await_only(asyncio.sleep(_LOOK_AGAIN_S))
        else:
            return


# COMMIT runs in another thread than the statements before it; never two at once.
ARGUMENTS = {"check_same_thread": False, "factory": InlineConnection}

registry.register("sqlite.inline", __name__, InlineDialect.__name__)
