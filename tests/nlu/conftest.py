"""One trained model for all tests of this room."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nlu.engines.embedded import EmbeddedEngine
from nlu.training import train

TEXTS = Path(__file__).parent / "texts"


def rows(name: str) -> list[dict[str, Any]]:
    lines = (TEXTS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="session")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("var")
    train(folder)
    return folder


@pytest.fixture(scope="session")
def engine(var: Path) -> EmbeddedEngine:
    return EmbeddedEngine.load(var / "models")


@pytest.fixture(scope="session")
def labelled() -> Any:
    """rows(name): the hand-written texts of texts/<name>.jsonl."""
    return rows
