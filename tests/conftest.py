"""What every test may ask for: an engine that has learned, databases, channels on paper."""

from __future__ import annotations

import fcntl
import hashlib
import secrets
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import pytest
from aiohttp import web_app

from store import schema
from store.database import Database
from tests.peers.postgres import server as postgres_server

if TYPE_CHECKING:  # the training library is large; most tests do without it
    from nlu.engines.embedded import EmbeddedEngine

ROOT = Path(__file__).resolve().parent.parent


def _digest() -> str:
    """Names what a model depends on, so that one model serves until corpus or code changes."""
    files = sorted(
        path for ending in ("*.py", "*.yml", "*.csv") for path in (ROOT / "nlu").rglob(ending)
    )
    seen = hashlib.sha256()
    for path in files:
        seen.update(path.read_bytes())
    return seen.hexdigest()[:16]


@pytest.fixture(scope="session")
def model_var() -> Path:
    """A folder as `var` is, with a trained model under models/."""
    from nlu.training import train

    var = ROOT / "build" / "test-model" / _digest()
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
    """URL of a running PostgreSQL."""
    with postgres_server() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.peer("postgres"))])
async def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """A fresh database of each kind, as config.yml would name it."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'kanal.db'}"
        return
    async with fresh_database(request.getfixturevalue("postgres")) as url:
        yield url


@asynccontextmanager
async def fresh_database(server: str) -> AsyncIterator[str]:
    """Make a database on a running PostgreSQL, and drop it afterwards."""
    name = f"t{secrets.token_hex(6)}"
    connection = await asyncpg.connect(server)
    await connection.execute(f"CREATE DATABASE {name}")
    try:
        yield server.replace("/postgres?", f"/{name}?")
    finally:
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await connection.close()


@pytest.fixture
async def database(store_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    """A migrated database of each kind."""
    made = Database(store_url, tmp_path)
    await schema.upgrade(made)
    yield made
    await made.close()
