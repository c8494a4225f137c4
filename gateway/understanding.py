"""The engine that config.yml names, opened; a model is trained where none is."""

from __future__ import annotations

from pathlib import Path

from gateway.settings import Settings
from nlu.engine import Engine
from nlu.engines.embedded import EmbeddedEngine
from nlu.engines.model import ModelError
from nlu.places.resolve import resolve


def models_folder(var: Path) -> Path:
    """Where trained models lie."""
    return var / "models"


async def open_engine(settings: Settings) -> Engine:
    """Load the engine. Raises: ModelError, with the command that makes a model."""
    return EmbeddedEngine.load(models_folder(settings.var), places=resolve)


def has_model(settings: Settings) -> bool:
    """Whether a model is there and can be read."""
    try:
        EmbeddedEngine.load(models_folder(settings.var))
    except ModelError:
        return False
    return True
