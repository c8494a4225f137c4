"""What every test may ask for: an engine that has learned, databases, channels on paper."""

from __future__ import annotations

import asyncio
import fcntl
import secrets
import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import pytest
from aiohttp import web_app
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from store import schema
from store.database import Database
from store.tables import Lease, table
from tests import trained
from tests.peers.postgres import server as postgres_server

if TYPE_CHECKING:  # the training library is large; most tests do without it
    from nlu.engines.embedded import EmbeddedEngine

MIGRATED = "migrated"


@pytest.fixture(scope="session")
def model_var() -> Path:
    """A folder as `var` is, with a trained model under models/."""
    from nlu.training import train

    var = trained.var()
    var.parent.mkdir(parents=True, exist_ok=True)
    with (var.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # of runs at once, one trains and the others wait for it
        if not (var / "models" / "current").exists():
            shutil.rmtree(var, ignore_errors=True)  # what a run that was stopped left
            train(var)
    return var


@pytest.fixture(scope="session")
def engine(model_var: Path) -> EmbeddedEngine:
    """The embedded engine with its places, trained on the whole corpus."""
    from nlu.engines.embedded import EmbeddedEngine
    from nlu.places.resolve import resolve

    return EmbeddedEngine.load(model_var / "models", places=resolve)


@pytest.fixture(autouse=True)
def _no_gateway_outlives_its_test() -> Iterator[None]:
    """For aiohttp remembers its last 1,024 handlers, and each of them a gateway with its model."""
    yield
    web_app._cached_build_middleware.cache_clear()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """URL of a running PostgreSQL, with a migrated database that others are copied from."""
    with postgres_server(in_memory=True) as url:
        asyncio.run(_run_on(url, f"CREATE DATABASE {MIGRATED}"))
        asyncio.run(_migrate(_named(url, MIGRATED)))
        yield url


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that others are copied from."""
    file = tmp_path_factory.mktemp(MIGRATED) / "kanal.db"
    asyncio.run(_migrate(f"sqlite:///{file}"))
    return file


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.peer("postgres"))])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of each kind as `kanal migrate` leaves it, named as config.yml would."""
    if request.param == "sqlite":
        file = shutil.copyfile(request.getfixturevalue("sqlite"), tmp_path / "kanal.db")
        yield f"sqlite:///{file}"
        return
    server, name = request.getfixturevalue("postgres"), f"t{secrets.token_hex(6)}"
    asyncio.run(_run_on(server, f"CREATE DATABASE {name} TEMPLATE {MIGRATED}"))
    yield _named(server, name)
    asyncio.run(_run_on(server, f"DROP DATABASE {name} WITH (FORCE)"))


def _named(server: str, name: str) -> str:
    """The URL of another database on the same server."""
    return server.replace("/postgres?", f"/{name}?")


async def _run_on(server: str, statement: str) -> None:
    connection = await asyncpg.connect(server)
    await connection.execute(statement)
    await connection.close()


async def _migrate(url: str) -> None:
    made = Database(url, trained.ROOT)
    await schema.upgrade(made)
    await made.close()


@pytest.fixture
async def database(store_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    """A migrated database of each kind."""
    made = Database(store_url, tmp_path)
    yield made
    await made.close()


@pytest.fixture
async def refused(database: Database) -> IntegrityError:
    """What a database of each kind says of a row that it refuses: Ani's words stand in that row."""
    row = {"name": "air got depan rumah Ani", "owner": "ani", "until": datetime.now(UTC)}
    with pytest.raises(IntegrityError) as caught:
        async with database.begin() as connection:
            await connection.execute(insert(table(Lease)), [row, row])
    return caught.value
