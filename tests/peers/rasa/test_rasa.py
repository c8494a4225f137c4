"""The gateway's worker on a real Rasa server, and without it."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from gateway.app import open_gateway
from gateway.running import Gateway
from gateway.settings import Settings
from nlu.engines.labels import reading_of
from store.tables import Prediction, table
from tests.paper import Paper, line, raw
from tests.peers.rasa.conftest import SECRET, Running, serving

pytestmark = pytest.mark.peer("rasa")

TEXTS = (
    "banjir di depan rumah, air masuk rumah",
    "sampah menumpuk tidak diangkut",
    "lampu jalan mati, jalan gelap dan ada lubang",
    "makasih ya",
)


@pytest.fixture(scope="module")
def rasa(rasa_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serving(rasa_model, tmp_path_factory.mktemp("rasa")) as running:
        yield running


@asynccontextmanager
async def gateway_on(url: str, models: Path, var: Path) -> AsyncIterator[tuple[Gateway, Paper]]:
    (var / "models").symlink_to(models / "models")
    settings = Settings.model_validate(
        {"var": var, "nlu": {"engine": "rasa", "rasa": {"url": url, "timeout_s": 0.9}}}
    )
    paper = Paper()
    async with open_gateway(settings, {("paper", "main"): paper}) as gateway:
        yield gateway, paper


async def answered(gateway: Gateway, text: str, number: int) -> str:
    """Deliver a citizen's text and answer it; the engine that the prediction names."""
    await gateway.doors["paper", "main"](raw(line(f"m{number}", text, f"citizen{number}")))
    while await gateway.worker.once():
        pass
    while await gateway.dispatcher.once():
        await gateway.dispatcher.drain()
    rows = await predictions(gateway)
    return str(rows[-1].engine)


async def predictions(gateway: Gateway) -> list:
    own = table(Prediction)
    async with gateway.database.read() as connection:
        return list((await connection.execute(select(own).order_by(own.c.inbox_id))).all())


def fallbacks(gateway: Gateway) -> dict[str, float]:
    return {
        sample.labels["reason"]: sample.value
        for metric in gateway.meters.fallbacks.collect()
        for sample in metric.samples
        if sample.name.endswith("_total")
    }


async def test_the_worker_is_answered_by_rasa(
    rasa: Running, model_var: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KANAL_RASA_TOKEN", SECRET)
    async with gateway_on(rasa.url, model_var, tmp_path) as (gateway, paper):
        for number, text in enumerate(TEXTS):
            assert (await answered(gateway, text, number)).startswith("rasa nlu ")
        kept = await predictions(gateway)
        assert fallbacks(gateway) == {}
        assert len(paper.sent) >= len(TEXTS)
    said = [reading_of(rasa.parse(text)) for text in TEXTS]
    assert [row.intent for row in kept] == [one.intent for one in said]
    assert [row.category for row in kept] == [one.candidates[0].category for one in said]
    assert len({row.category for row in kept}) > 2  # it tells them apart, small as it is


async def test_a_wrong_token_falls_back(
    rasa: Running, model_var: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KANAL_RASA_TOKEN", "another")
    async with gateway_on(rasa.url, model_var, tmp_path) as (gateway, _):
        assert (await answered(gateway, "banjir selutut", 1)).startswith("embedded ")
        assert fallbacks(gateway) == {"status": 1}


def test_rasas_own_command_shows_no_token(rasa: Running) -> None:
    command = ["ps", "-ww", "-o", "args=", "-p", str(rasa.server.pid)]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "--enable-api" in shown
    assert SECRET not in shown


async def test_the_gateway_goes_on_when_rasa_ends(
    rasa: Running, model_var: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The last test of this module: the server that all share ends here.
    monkeypatch.setenv("KANAL_RASA_TOKEN", SECRET)
    async with gateway_on(rasa.url, model_var, tmp_path) as (gateway, paper):
        assert (await answered(gateway, "banjir selutut", 1)).startswith("rasa nlu ")
        rasa.stop()
        assert (await answered(gateway, "banjir selutut", 2)).startswith("embedded ")
        assert fallbacks(gateway) == {"down": 1}
        assert len(paper.sent) >= 2
