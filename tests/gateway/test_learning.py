"""A moderator's word changes the answer of a gateway that goes on running."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client import generate_latest
from sqlalchemy import select

from gateway.app import open_gateway
from gateway.metrics import Meters
from gateway.running import Gateway
from gateway.settings import Settings
from gateway.swap import ModelWatch
from nlu import shelf
from nlu.engines.embedded import EmbeddedEngine
from nlu.engines.model import load
from nlu.engines.rasa import RasaEngine, RasaServer
from nlu.slots import emergency
from store import complaints, learnings
from store.tables import Complaint, Prediction, table
from tests.paper import Paper, line, raw

ROOT = Path(__file__).resolve().parents[2]
TEXT = "mesin tap kartu di gerbang nelan kartu saya terus, petugasnya malah ketawa"
RIGHT = "pelayanan_publik"
CRY = "bapak di sebelah rumah megap megap dadanya sakit"  # in words that no rule knows


@pytest.fixture
def var(tmp_path: Path, model_var: Path) -> Path:
    shutil.copytree(model_var / "models", tmp_path / "models")
    (tmp_path / "models" / "current").touch()  # newer than every file of the corpus
    return tmp_path


class House:
    """A running gateway and the command line, on one store."""

    def __init__(self, gateway: Gateway, var: Path, store_url: str) -> None:
        self.gateway = gateway
        self.var = var
        (var / "config.yml").write_text(
            json.dumps({"schema_version": 1, "var": str(var), "store": {"url": store_url}})
        )
        self._said = 0

    async def kanal(self, *arguments: str, code: int = 0) -> str:
        """Run `kanal` in a process of its own; answers what it printed."""
        command = [sys.executable, "-c", "from gateway.cli import main; main()", *arguments]
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("KANAL_")},
            "KANAL_CONFIG": str(self.var / "config.yml"),
            "PYTHONPATH": str(ROOT),
            "COLUMNS": "200",
        }
        done = await asyncio.to_thread(
            subprocess.run,
            command,
            env=environment,
            cwd=self.var,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr

    async def reads(self, text: str) -> str:
        """A citizen writes; what the running gateway takes it for."""
        self._said += 1
        name = f"warga-{self._said}"
        await self.gateway.doors["paper", "main"](raw(line(name, text, name)))
        await self.gateway.settled("paper")
        async with self.gateway.database.read() as connection:
            newest = select(table(Prediction)).order_by(table(Prediction).c.inbox_id.desc())
            found = (await connection.execute(newest.limit(1))).one()
        assert found.engine == self.gateway.engine.version  # each prediction names its model
        return str(found.category)

    async def until_it_serves(self, version: str) -> None:
        async with asyncio.timeout(30):
            while self.gateway.engine.version != f"embedded {version}":
                await asyncio.sleep(0.05)

    async def newest_message(self) -> str:
        async with self.gateway.database.read() as connection:
            inbox_id = table(Prediction).c.inbox_id
            found = await connection.execute(select(inbox_id).order_by(inbox_id.desc()))
            return str(found.scalars().first())


@asynccontextmanager
async def living(var: Path, store_url: str) -> AsyncIterator[House]:
    settings = Settings(var=var, store={"url": store_url})
    accounts = {("paper", "main"): Paper()}
    async with (
        open_gateway(settings, accounts) as gateway,
        gateway.running(doors=False),
    ):
        yield House(gateway, var, store_url)


@pytest.mark.once
@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)  # test_teach has both
async def test_a_moderators_word_changes_the_answer_without_a_restart(
    var: Path, store_url: str
) -> None:
    async with living(var, store_url) as house:
        first = shelf.current_version(var)
        before = await house.reads(TEXT)
        assert before != RIGHT
        number = await house.newest_message()
        said = await house.kanal(
            "complaint", "correct", number, RIGHT, "--by", "ani", "--intent", "report"
        )
        assert "says ani" in said

        told = await house.kanal("nlu", "learn", "--by", "ani")
        assert "promoted: better" in told
        second = shelf.current_version(var)
        assert second != first
        await house.until_it_serves(second)
        assert await house.reads(TEXT) == RIGHT
        (cry,) = await house.gateway.engine.understand([CRY])
        assert cry.emergency  # a model that learnt is no deafer than the one before
        assert not emergency(CRY)
        shown = generate_latest(house.gateway.meters.registry).decode()
        assert 'kanal_model_changes_total{outcome="swapped"} 1.0' in shown

        assert "nothing to do" in await house.kanal("nlu", "learn")
        listed = await house.kanal("nlu", "models")
        assert first in listed
        assert second in listed
        assert load(var / "models" / second).card.corrections == 1
        assert first in await house.kanal("nlu", "rollback")
        await house.until_it_serves(first)
        assert await house.reads(TEXT) == before
        async with house.gateway.database.read() as connection:
            kept = await learnings.newest(connection, 9)
        assert [one.outcome for one in kept] == ["rolled_back", "promoted"]
        figures = json.loads(kept[-1].verdict)
        assert figures["frozen"]["n"] > 600
        assert figures["taught"] | {"before": 0.0, "after": 1.0, "won": 1} == figures["taught"]


async def test_a_complaint_is_corrected_by_its_ticket(var: Path, tmp_path: Path) -> None:
    store_url = f"sqlite:///{tmp_path / 'kanal.db'}"
    async with living(var, store_url) as house:
        ticket = await filed(house)
        told = await house.kanal("complaint", "correct", ticket, "banjer", code=2)
        assert told == "kanal: unknown category 'banjer' (did you mean 'banjir'?)\n"
        told = await house.kanal("complaint", "correct", "JKT-0000-0000", "banjir", code=2)
        assert "no complaint has the number" in told
        await house.kanal("complaint", "correct", ticket, "banjir", "--also", "sampah")
        shown = await house.kanal("complaint", "show", ticket)
        assert "corrected by" in shown
        async with house.gateway.database.read() as connection:
            history = await complaints.history(connection, ticket)
        assert history[-1]["body"]["also"] == ["sampah"]


async def filed(house: House) -> str:
    """A complaint that is filed with a pin."""
    pin = [-6.1957, 106.8322]
    text = "got depan sekolah mampet penuh lumpur"
    paper = house.gateway.accounts["paper", "main"]
    await house.gateway.doors["paper", "main"](raw(line("f0", text, "tuti", pin=pin)))
    for number in range(1, 6):
        await house.gateway.settled("paper")
        async with house.gateway.database.read() as connection:
            found = (await connection.execute(select(table(Complaint).c.ticket))).scalar()
        if found:
            return str(found)
        choice = next(one for one in paper.choices if one.endswith((":yes", ":skip")))
        await house.gateway.doors["paper", "main"](
            raw(line(f"f{number}", "", "tuti", choice=choice))
        )
    raise AssertionError("nothing was filed")


async def test_the_queue_names_what_to_correct_and_hides_who_wrote(
    var: Path, tmp_path: Path
) -> None:
    store_url = f"sqlite:///{tmp_path / 'kanal.db'}"
    async with living(var, store_url) as house:
        assert "Nothing waits" in await house.kanal("nlu", "queue")
        await house.reads("tolong dicek pak di depan ruko, hp saya 0812-3456-7890")
        number = await house.newest_message()
        told = await house.kanal("nlu", "queue", "--most", "3")
        assert number in told
        assert "tolong dicek pak di depan ruko" in told
        assert "3456-7890" not in told
        assert " or " in told
        await house.kanal("complaint", "correct", number, "tidak_jelas")
        assert "Nothing waits" in await house.kanal("nlu", "queue")


async def test_a_damaged_model_changes_nothing(var: Path) -> None:
    meters = Meters()
    engine = EmbeddedEngine.load(var / "models")
    watch = ModelWatch(engine, var / "models", meters)
    before = engine.version
    assert not await watch.look()  # the one that it has

    torn = var / "models" / "torn"
    shutil.copytree(var / "models" / shelf.current_version(var), torn)
    (torn / "model.npz").write_bytes((torn / "model.npz").read_bytes()[:-9])
    good = shelf.current_version(var)
    shelf.point(var, "torn")
    assert not await watch.look()
    assert engine.version == before
    assert engine.read(["banjir selutut"])[0].category == "banjir"
    assert not await watch.look()  # told once, not every two seconds
    shelf.point(var, "nowhere")
    assert not await watch.look()
    (var / "models" / "current").unlink()
    assert not await watch.look()
    shelf.point(var, good)
    assert not await watch.look()
    shown = generate_latest(meters.registry).decode()
    assert 'kanal_model_changes_total{outcome="refused"} 2.0' in shown
    assert 'outcome="swapped"' not in shown


async def test_rasas_fallback_takes_the_new_model_too(var: Path) -> None:
    embedded = EmbeddedEngine.load(var / "models")
    engine = RasaEngine(RasaServer(url="http://127.0.0.1:9"), fallback=embedded)
    watch = ModelWatch(engine, var / "models", Meters())
    assert not await watch.look()
    model = load(var / "models" / shelf.current_version(var))
    model.card = replace(model.card, version="other")
    shelf.keep(var, model)
    shelf.point(var, "other")
    assert await watch.look()
    assert embedded.version == "embedded other"
    await engine.close()
