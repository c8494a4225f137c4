"""The engine that config.yml names, opened; a model is trained where none is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import structlog

import nlu
from gateway.metrics import Meters
from gateway.settings import Settings
from nlu.engine import Engine
from nlu.engines.embedded import EmbeddedEngine, Places, current
from nlu.engines.model import ModelError, check
from nlu.engines.rasa import FellBack, RasaEngine, RasaServer
from nlu.places.resolve import resolve

log = structlog.get_logger()


def models_folder(var: Path) -> Path:
    """Where trained models lie."""
    return var / "models"


async def open_engine(settings: Settings, meters: Meters, places: Places = resolve) -> Engine:
    """Load the engine. Raises: ModelError, with the command that makes a model."""
    embedded = EmbeddedEngine.load(models_folder(settings.var), places=places)
    if settings.nlu.engine == "embedded":
        return embedded
    said = settings.nlu.rasa
    server = RasaServer(
        url=str(said.url), token=os.environ.get(said.token_env, ""), timeout_s=said.timeout_s
    )
    return RasaEngine(server, fallback=embedded, fell_back=_counted(meters))


def _counted(meters: Meters) -> FellBack:
    def fell_back(reason: str) -> None:
        meters.fallbacks.labels(reason).inc()
        if reason not in {"open", "busy"}:  # those two follow from what has been said
            log.warning("understanding.fallback", reason=reason)

    return fell_back


def needs_training(settings: Settings) -> bool:
    """Whether no model can be read, or the corpus is newer than the model."""
    models = models_folder(settings.var)
    try:
        check(current(models))
    except ModelError:
        return True
    trained_at = (models / "current").stat().st_mtime
    return any(file.stat().st_mtime > trained_at for file in _taught_from())


def _taught_from() -> Iterator[Path]:
    nlu_folder = Path(str(nlu.__file__)).parent
    yield nlu_folder / "categories.yml"
    yield nlu_folder / "lexicon.yml"
    yield nlu_folder / "keywords.yml"
    yield nlu_folder / "concepts.yml"
    for room in ("corpus", "dangers"):
        yield from (nlu_folder / room).rglob("*.yml")
