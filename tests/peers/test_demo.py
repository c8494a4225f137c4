"""`make demo`: somebody files on every channel, and whatever was started has ended."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from demo.citizens import CITIZENS
from demo.stage import opened
from tests.peers.peers import node, npm_install, peer

EMULATOR = Path(__file__).parent / "telegram" / "node_modules" / "telegram-test-api"


@pytest.mark.peer("telegram-test-api")
async def test_a_citizen_files_on_every_channel(
    model_var: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    peer(
        "telegram-test-api",
        available=bool(node()) and EMULATOR.is_dir(),
        install=npm_install("tests/peers/telegram"),
    )
    monkeypatch.setenv("KANAL_TELEGRAM_TOKEN", "")  # the demonstration's own; put back afterwards
    for name in ("CONSUMER_KEY", "CONSUMER_SECRET", "ACCESS_TOKEN", "ACCESS_SECRET"):
        monkeypatch.setenv(f"KANAL_TWITTER_{name}", "")
    shutil.copytree(model_var / "models", tmp_path / "models", symlinks=True)

    async with opened(tmp_path) as stage:
        told = {name: await citizen(stage) for name, citizen in CITIZENS.items()}

    assert len({one.ticket for one in told.values()} - {""}) == len(CITIZENS)
