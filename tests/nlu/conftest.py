"""One trained model for all tests of this room."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import nlu
from nlu.engines.embedded import EmbeddedEngine

TEXTS = Path(__file__).parent / "texts"
FROZEN = Path(str(nlu.__file__)).parent / "frozen"


def rows(name: str) -> list[dict[str, Any]]:
    folder = FROZEN if (FROZEN / f"{name}.jsonl").exists() else TEXTS
    lines = (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="session")
def var(model_var: Path) -> Path:
    """A folder as `var` is, with a model of the whole corpus; only read."""
    return model_var


@pytest.fixture(scope="session")
def engine(var: Path) -> EmbeddedEngine:
    return EmbeddedEngine.load(var / "models")


@pytest.fixture(scope="session")
def labelled() -> Any:
    """rows(name): the hand-written texts of frozen/ and texts/."""
    return rows
