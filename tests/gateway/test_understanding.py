"""Which engine a gateway opens, and what it counts when that engine is away."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiohttp.test_utils import unused_port
from prometheus_client import generate_latest
from pydantic import ValidationError

from gateway.metrics import Meters
from gateway.settings import Settings
from gateway.understanding import open_engine
from nlu.engines.embedded import EmbeddedEngine
from nlu.engines.model import ModelError
from nlu.engines.rasa import RasaEngine


async def test_the_embedded_engine_is_the_default(model_var: Path) -> None:
    engine = await open_engine(Settings(var=model_var), Meters())
    assert isinstance(engine, EmbeddedEngine)


async def test_without_rasa_its_texts_are_answered_and_counted(model_var: Path) -> None:
    settings = Settings.model_validate(
        {
            "var": model_var,
            "nlu": {"engine": "rasa", "rasa": {"url": f"http://127.0.0.1:{unused_port()}"}},
        }
    )
    meters = Meters()
    engine = await open_engine(settings, meters)
    readings = await engine.understand(["banjir selutut"] * 7)
    readings += await engine.understand(["banjir selutut"])
    await engine.close()

    assert isinstance(engine, RasaEngine)
    assert {reading.engine.split()[0] for reading in readings} == {"embedded"}
    shown = generate_latest(meters.registry).decode()
    assert 'kanal_understand_fallbacks_total{reason="down"} 7.0' in shown
    assert 'kanal_understand_fallbacks_total{reason="open"} 1.0' in shown


async def test_rasa_needs_a_model_to_fall_back_on(tmp_path: Path) -> None:
    settings = Settings.model_validate({"var": tmp_path, "nlu": {"engine": "rasa"}})
    with pytest.raises(ModelError, match="kanal nlu train"):
        await open_engine(settings, Meters())


@pytest.mark.parametrize("timeout_s", [0, 0.95, 30])
def test_a_fallback_comes_within_a_second(timeout_s: float) -> None:
    with pytest.raises(ValidationError, match="timeout_s"):
        Settings.model_validate({"nlu": {"rasa": {"timeout_s": timeout_s}}})
