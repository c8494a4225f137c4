"""The commands that merge complaints, empty what is old, and prove an erasure."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli import app
from nlu.engine import Engine
from tests.gateway.conftest import Talk, file, pass_the_minute, talking
from tests.gateway.test_joining import history


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A person at a terminal, and the configuration that his commands read."""
    config = tmp_path / "config.yml"
    config.write_text(f"var: {tmp_path}\nstore: {{url: sqlite}}\n")
    monkeypatch.setenv("KANAL_CONFIG", str(config))

    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, list(words))
        return done.exit_code, done.output

    return run


def on(tmp_path: Path, engine: Engine, work) -> object:
    """Do something with a gateway on the same database."""

    async def go() -> object:
        async with talking("sqlite", tmp_path, engine) as talk:
            return await work(talk)

    return asyncio.run(go())


async def two(talk: Talk) -> tuple[str, str]:
    return await file(talk, "ani"), await file(talk, "budi")


def test_two_complaints_become_one(desk, tmp_path: Path, engine: Engine) -> None:
    first, second = on(tmp_path, engine, two)
    code, said = desk("complaint", "merge", second, "--into", "JKT-NONE-0000")
    assert code == 2
    assert "no complaint has the number JKT-NONE-0000" in said
    code, said = desk("complaint", "merge", second, "--into", first)
    assert code == 0
    assert f"{second} is merged into {first}" in said
    code, back = desk("complaint", "undo", said.split()[-1])
    assert (code, back.strip()) == (0, f"{second} stands as before.")
    assert desk("complaint", "undo", said.split()[-1])[0] == 2
    assert desk("complaint", "merge", second, "--into", first)[0] == 0
    code, said = desk("complaint", "show", second)
    assert "status by" in said
    assert "budi" not in said

    async def look(talk: Talk) -> list[str]:
        await pass_the_minute(talk.gateway.database)
        await talk.settle()
        (told,) = talk.paper.sent  # of the second merge; the first one was taken back unheard
        assert first in str(told)
        return [one["kind"] for one in await history(talk, first)]

    assert on(tmp_path, engine, look) == ["filed", "merged", "unmerged", "merged"]


def test_an_erasure_is_proven_by_address(desk, tmp_path: Path, engine: Engine) -> None:
    async def forget(talk: Talk) -> None:
        await file(talk, "siti")
        await talk.say("hapus data saya", "siti")
        await talk.say("ya", "siti")

    on(tmp_path, engine, forget)
    code, said = desk("retention", "erasures", "paper", "siti")
    assert code == 0
    assert "complaint 1" in said
    assert desk("retention", "erasures", "paper", "budi")[0] == 2


def test_what_is_old_is_emptied_by_command(desk, tmp_path: Path, engine: Engine) -> None:
    on(tmp_path, engine, two)
    code, said = desk("retention", "run")
    assert code == 0
    assert "deliveries: 0" in said

    async def age(talk: Talk) -> None:
        from datetime import UTC, datetime, timedelta

        from sqlalchemy import update

        from store.tables import Delivery, table

        async with talk.gateway.database.begin() as connection:
            past = datetime.now(UTC) - timedelta(days=31)
            await connection.execute(update(table(Delivery)).values(received_at=past))

    on(tmp_path, engine, age)
    code, said = desk("retention", "run")
    assert "deliveries: 0" not in said
