"""Teaching from the console: train beside the gateway, judge, promote, go back; who may not."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from console import app as console
from console.teach import seen
from console.teach.trainer import Trainer
from nlu import shelf, training
from nlu.engines.embedded import EmbeddedEngine
from store import corrections, learnings, trainings
from store.corrections import Said
from store.learnings import Learnt
from store.tables import Audit, Prediction, table
from store.trainings import Run
from tests import small_kanal
from tests.console.conftest import House
from tests.gateway.conftest import talking

ROOT = Path(__file__).resolve().parents[2]
TEXT = "asbak penuh abu di ruang tunggu anak"
LABEL = "joki_3in1"  # of which the model never thinks here
NOW = datetime(2026, 11, 25, tzinfo=UTC)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of the small corpus, and a test set that is large enough to be sure."""
    folder = tmp_path_factory.mktemp("trained")
    texts = [one for one in small_kanal.small() if one.categories]
    training.train(folder, examples=small_kanal.small())
    lines = [json.dumps({"text": one.text, "label": one.categories[0]}) for one in texts[::2]]
    for name, chosen in (("large", lines * 12), ("small", lines[:8])):
        (folder / name).mkdir()
        (folder / name / "texts.jsonl").write_text("\n".join(chosen), encoding="utf-8")
    return folder


class School(House):
    """A house whose machine learns fast."""

    def ready(self, store_url: str, frozen: str) -> None:
        var = self.desk.var
        said = {"schema_version": 1, "var": str(var), "store": {"url": store_url},
                "nlu": {"frozen": str(var / frozen)}}  # fmt: skip
        (var / "config.yml").write_text(json.dumps(said))

    def routes(self):
        return console.routes(self.desk)

    async def taught(self, text: str, label: str, actor: str = "ani") -> None:
        """A citizen writes, a moderator says what it is."""
        await self.talk.say(text)
        inbox_id = table(Prediction).c.inbox_id
        async with self.desk.database.begin() as connection:
            newest = await connection.execute(select(inbox_id).order_by(inbox_id.desc()))
            await corrections.append(
                connection, self.desk.ids, Said(categories=(label,)),
                inbox_id=newest.scalars().first(), actor=actor, now=self.desk.clock(),
            )  # fmt: skip

    async def trained(self) -> Run:
        """Wait until no training runs."""
        async with asyncio.timeout(120):
            while True:
                async with self.desk.database.read() as connection:
                    run = await trainings.newest(connection, self.desk.clock())
                if run is not None and run.state != "running":
                    return run
                await asyncio.sleep(0.05)

    async def deeds(self) -> list[tuple[str, str, str]]:
        audit = table(Audit)
        async with self.desk.database.read() as connection:
            rows = await connection.execute(select(audit).order_by(audit.c.id))
            return [(row.actor, row.act, row.subject) for row in rows]


@pytest.fixture
async def school(
    store_url: str, tmp_path: Path, trained: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[School]:
    shutil.copytree(trained, tmp_path, dirs_exist_ok=True)
    engine = EmbeddedEngine.load(tmp_path / "models")
    monkeypatch.setenv("KANAL_CONFIG", str(tmp_path / "config.yml"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    async with AsyncExitStack() as stack:
        talk = await stack.enter_async_context(talking(store_url, tmp_path, engine))
        school = School(talk, stack)
        command = (sys.executable, str(ROOT / "tests" / "small_kanal.py"))
        school.desk = replace(school.desk, kanal=command)
        school.ready(store_url, "large")
        yield school


async def test_a_candidate_is_trained_judged_promoted_and_gone_back_from(school: School) -> None:
    first = shelf.current_version(school.desk.var)
    moderator = await school.person("moderator", "ani", locale="en")
    sri = await school.person("admin", "sri", locale="en")
    await school.taught(TEXT, LABEL)
    status, text, _ = await moderator.see("/console/teach")
    assert status == 200
    assert first in text
    assert 'action="/console/teach' not in text
    assert "style=" not in text
    for path in ("train", "promote", "rollback"):
        assert (await moderator.send(f"/console/teach/{path}", version=first))[0] == 403
    assert (await (await school.person("officer")).see("/console/teach"))[0] == 403

    assert (await sri.send("/console/teach/train"))[0] == 303
    _, text, _ = await moderator.see("/console/teach/progress", **{"HX-Request": "true"})
    assert "Training, as sri asked" in text
    assert "every 2s" in text
    status, text, _ = await sri.send("/console/teach/train")
    assert (status, "being trained already" in text) == (409, True)
    run = await school.trained()
    assert (run.state, run.share, run.actor) == ("done", 1.0, "sri"), run.step
    _, _, headers = await moderator.see("/console/teach/progress")
    assert headers["HX-Refresh"] == "true"

    assert shelf.current_version(school.desk.var) == first
    assert school.gateway.engine.read([TEXT])[0].category != LABEL
    _, text, _ = await sri.see("/console/teach")
    assert "measures better" in text
    assert text.count("<svg") > 4
    assert 'action="/console/teach/promote"' in text
    _, text, _ = await moderator.see("/console/teach")
    assert 'action="/console/teach/promote"' not in text
    status, text, _ = await sri.send("/console/teach/rollback", version=run.version)
    assert (status, "Promote it instead" in text) == (409, True)
    assert (await sri.send("/console/teach/promote", version=run.version))[0] == 303
    assert shelf.current_version(school.desk.var) == run.version
    assert school.gateway.engine.reload()
    assert school.gateway.engine.read([TEXT])[0].category == LABEL

    _, text, _ = await sri.see("/console/teach")
    assert 'action="/console/teach/rollback"' in text
    assert "Accuracy over time" in text
    assert (await sri.send("/console/teach/rollback", version=first))[0] == 303
    assert shelf.current_version(school.desk.var) == first
    assert await school.deeds() == [
        ("sri", "teach.train", str(run.id)),
        ("sri", "teach.promote", run.version),
        ("sri", "teach.roll_back", first),
    ]


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)  # the test above has both
async def test_what_measures_no_better_has_no_button(school: School, store_url: str) -> None:
    """A test set that is too small to be sure of anything refuses."""
    first = shelf.current_version(school.desk.var)
    sri = await school.person("admin", "sri", locale="en")
    await school.taught(TEXT, LABEL)
    school.ready(store_url, "small")
    assert (await sri.send("/console/teach/train"))[0] == 303
    run = await school.trained()
    assert run.state == "done", run.step
    _, text, _ = await sri.see("/console/teach")
    assert "does not measure better" in text
    assert 'action="/console/teach/promote"' not in text
    async with school.desk.database.read() as connection:
        (record,) = await learnings.newest(connection, 1)
    assert (record.outcome, record.before) == ("refused", first)
    status, text, _ = await sri.send("/console/teach/promote", version=run.version)
    assert (status, "did not measure better" in text) == (409, True)
    command = [*school.desk.kanal, "nlu", "promote", run.version]
    done = await asyncio.to_thread(
        subprocess.run, command, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.startswith(f"kanal: {run.version} did not measure better")


@pytest.mark.parametrize(
    ("version", "why"),
    [
        ("nothing", "was never measured"),
        ("../models", "was never measured"),
        ("", "measured"),
    ],
)
async def test_what_was_not_measured_is_not_promoted(
    school: School, version: str, why: str
) -> None:
    sri = await school.person("admin", locale="en")
    status, text, _ = await sri.send("/console/teach/promote", version=version)
    assert (status, why in text) == (409, True)
    assert await school.deeds() == []


async def test_a_training_that_cannot_be_is_told(school: School) -> None:
    sri = await school.person("admin", locale="en")
    for command, why in (
        (("/nowhere/kanal",), "could not be started"),
        ((sys.executable, "-c", "import sys; sys.exit('kanal: no room left')"), "no room left"),
    ):
        trainer = Trainer(replace(school.desk, kanal=command))
        await trainer.begin("sri", school.desk.clock())
        await trainer.settled()
        assert (await school.trained()).state == "failed"
        _, text, _ = await sri.see("/console/teach")
        assert why in text
        assert "Train a candidate" in text


async def test_the_queue_leads_to_what_would_teach(school: School) -> None:
    ani = await school.person("moderator", locale="en")
    await school.talk.say("tolong dicek pak, hp 0812-3456-7890")
    _, text, _ = await ani.see("/console/teach")
    assert "/console/talks/" in text
    assert "tolong dicek pak" in text
    assert "3456-7890" not in text


def record(outcome: str, version: str, before: str, after: float, hours: int) -> Learnt:
    frozen = {"n": 9, "before": 0.9, "after": after}
    return Learnt(
        at=NOW + timedelta(hours=hours), actor="ani", outcome=outcome, version=version,
        before=before, learned_to=1, verdict=json.dumps({"frozen": frozen, "looked_at": hours}),
    )  # fmt: skip


def test_the_curve_tells_each_model_once() -> None:
    told = [
        record("rolled_back", "a", "b", 0.9, 6),
        record("promoted", "b", "a", 0.95, 5),
        record("kept", "b", "a", 0.95, 4),
        record("refused", "c", "a", 0.8, 3),
    ]
    found = [(one.version, one.outcome, one.accuracy) for one in seen.points(told)]
    assert found == [("c", "refused", 0.8), ("b", "promoted", 0.95), ("a", "rolled_back", 0.9)]
    assert seen.judged(told) is None
    later = [record("refused", "e", "a", 0.8, 8), record("kept", "d", "a", 0.95, 7), *told]
    candidate = seen.judged(later)
    assert candidate is not None
    assert candidate.version == "d"
    assert not seen.promotable(candidate, "a", [])
    assert seen.judged(later[:1]) == later[0]


def test_serving_loads_no_training_library() -> None:
    program = (
        "import sys, gateway.app, console.app\n"
        "print(sorted({'matplotlib', 'sklearn', 'scipy'} & set(sys.modules)))"
    )
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert said.stdout.strip() == "[]"
