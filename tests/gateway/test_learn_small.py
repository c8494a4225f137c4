"""What `kanal nlu learn` writes and what it leaves alone, on a corpus that trains in a second."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.teach import learning, promotion
from console.teach.promotion import NotBetterError
from nlu import shelf, training
from nlu.engines.embedded import EmbeddedEngine
from nlu.engines.model import ModelError, load
from store import corrections, learnings
from store.codec import dump
from store.corrections import Said
from store.database import Database
from store.ids import Ids
from store.tables import ConversationRow, Inbox, Prediction, table
from tests.paper import NOON, message
from tests.small_kanal import KEPT, small

TEXT = "asbak penuh abu di ruang tunggu anak"
LABEL = "joki_3in1"  # of which the model never thinks here
NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of the small corpus, and a test set that it reads well: some of its own texts."""
    folder = tmp_path_factory.mktemp("trained")
    training.train(folder, examples=small())
    rows = [{"text": one.text, "label": one.categories[0]} for one in small() if one.categories]
    (folder / "frozen").mkdir()
    lines = [json.dumps(row) for row in rows[::2]]
    (folder / "frozen" / "texts.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


@pytest.fixture
async def desk(
    trained: Path, sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Desk]:
    monkeypatch.setattr("nlu.corpus.read", small)
    monkeypatch.setattr("nlu.training.read", small)
    shutil.copytree(trained, tmp_path, dirs_exist_ok=True)
    shutil.copy(sqlite, tmp_path)
    database = Database("sqlite", tmp_path)
    yield Desk(database, tmp_path, tmp_path / "frozen")
    await database.close()


class Desk:
    """Moderators at work, without a gateway."""

    def __init__(self, database: Database, var: Path, frozen: Path) -> None:
        self.database, self.var, self.frozen = database, var, frozen
        self.ids = Ids()

    async def message(self, text: str) -> int:
        """A message that the current model has read."""
        reading = EmbeddedEngine.load(self.var / "models").read([text])[0]
        number = self.ids.next()
        talk = {"id": number, "channel": "paper", "account": "main", "address": str(number),
                "state": "", "stopped": False, "updated_at": NOON}  # fmt: skip
        row = {"id": number, "channel": "paper", "external_id": str(number), "state": "done",
               "conversation_id": number, "due_at": NOON, "attempts": 0,
               "message": dump(message(str(number), text=text))}  # fmt: skip
        said = {"inbox_id": number, "engine": reading.engine, "intent": reading.intent,
                "category": reading.category, "confidence": reading.confidence,
                "understanding": dump(reading)}  # fmt: skip
        async with self.database.begin() as connection:
            for of, values in ((ConversationRow, talk), (Inbox, row), (Prediction, said)):
                await connection.execute(table(of).insert(), [values])
        return number

    async def correct(self, text: str, label: str, actor: str = "ani") -> None:
        number = await self.message(text)
        async with self.database.begin() as connection:
            await corrections.append(
                connection, self.ids, Said(categories=(label,)), inbox_id=number,
                actor=actor, now=NOW,
            )  # fmt: skip

    async def learn(
        self, margin: float = 0.05, *, dry_run: bool = False, promote: bool = True
    ) -> learning.Outcome:
        return await learning.learn(
            self.database, self.ids, self.var, actor="ani", now=NOW, margin=margin,
            frozen_folder=self.frozen, dry_run=dry_run, promote=promote,
        )  # fmt: skip

    async def promote(self, version: str) -> learnings.Learnt:
        return await promotion.promote(
            self.database, self.ids, self.var, version, actor="sri", now=NOW
        )

    async def roll_back(self, version: str | None) -> learnings.Learnt:
        return await promotion.roll_back(
            self.database, self.ids, self.var, version, actor="sri", now=NOW
        )

    async def retrain(self) -> EmbeddedEngine:
        await learning.retrain(self.database, self.var, now=NOW, frozen_folder=self.frozen)
        return EmbeddedEngine.load(self.var / "models")

    async def records(self) -> list[learnings.Learnt]:
        async with self.database.read() as connection:
            return await learnings.newest(connection, 99)

    def says(self, text: str) -> str | None:
        return EmbeddedEngine.load(self.var / "models").read([text])[0].category


async def test_nothing_said_nothing_done(desk: Desk) -> None:
    outcome = await desk.learn()
    assert (outcome.version, outcome.verdict.promoted) == ("", False)
    assert await desk.records() == []


async def test_a_dry_run_measures_and_changes_nothing(desk: Desk) -> None:
    first = shelf.current_version(desk.var)
    await desk.correct(TEXT, LABEL)
    outcome = await desk.learn(dry_run=True)
    assert outcome.verdict.promoted
    assert outcome.verdict.taught.won == 1
    assert shelf.current_version(desk.var) == first
    assert [one.version for one in shelf.listed(desk.var)] == [first]
    assert await desk.records() == []


async def test_what_is_promoted_is_current_and_learnt_once(desk: Desk) -> None:
    first = shelf.current_version(desk.var)
    assert desk.says(TEXT) != LABEL
    await desk.correct(TEXT, LABEL)
    outcome = await desk.learn()
    assert shelf.current_version(desk.var) == outcome.version != first
    assert desk.says(TEXT) == LABEL
    card = load(desk.var / "models" / outcome.version).card
    assert (card.corrections, card.before) == (1, first)
    (record,) = await desk.records()
    assert (record.outcome, record.version, record.before) == ("promoted", outcome.version, first)
    assert record.learned_to == card.learned_to > 0
    assert (await desk.learn()).version == ""


async def test_what_is_refused_is_recorded_and_serves_nobody(desk: Desk) -> None:
    first = shelf.current_version(desk.var)
    await desk.correct(TEXT, LABEL)
    outcome = await desk.learn(margin=0.0)  # no test set is large enough for that
    assert not outcome.verdict.promoted
    assert "frozen" in outcome.verdict.reason
    assert [one.version for one in shelf.listed(desk.var)] == [first]
    assert [one.outcome for one in await desk.records()] == ["refused"]
    assert (await desk.retrain()).read([TEXT])[0].category != LABEL


async def test_what_is_kept_serves_nobody_until_a_person_promotes_it(desk: Desk) -> None:
    first = shelf.current_version(desk.var)
    await desk.correct(TEXT, LABEL)
    kept = (await desk.learn(promote=False)).version
    assert {one.version for one in shelf.listed(desk.var)} == {first, kept}
    assert shelf.current_version(desk.var) == first
    assert (await desk.retrain()).read([TEXT])[0].category != LABEL
    with pytest.raises(NotBetterError, match="never served"):
        await desk.roll_back(kept)
    for version, why in ((first, "current"), ("../x", "unmeasured")):
        with pytest.raises(NotBetterError) as refused:
            await desk.promote(version)
        assert refused.value.why == why
    promoted = await desk.promote(kept)
    assert (promoted.version, promoted.before) == (kept, first)
    assert shelf.current_version(desk.var) == kept
    assert desk.says(TEXT) == LABEL
    assert [one.outcome for one in await desk.records()] == ["promoted", "kept"]
    figures = json.loads(promoted.verdict)
    assert figures["why"] == "better"
    assert figures["fares"]["after"]["classes"][0]["n"] > 1
    await desk.roll_back(None)
    assert (await desk.retrain()).read([TEXT])[0].category != LABEL


async def test_a_candidate_is_not_promoted_over_a_model_that_it_was_not_measured_against(
    desk: Desk,
) -> None:
    await desk.correct(TEXT, LABEL)
    older = (await desk.learn(promote=False)).version
    await desk.correct("puntung di meja kantin kok dibiarkan", "bukan_aduan")
    newer = (await desk.learn(promote=False)).version
    assert newer != older
    await desk.promote(newer)
    with pytest.raises(NotBetterError) as refused:
        await desk.promote(older)
    assert refused.value.why == "outdated"
    assert shelf.current_version(desk.var) == newer


async def test_training_anew_keeps_what_was_promoted_and_no_more(desk: Desk) -> None:
    await desk.correct(TEXT, LABEL)
    await desk.learn()
    other = "calo numpang duduk di jok belakang"
    before = desk.says(other)
    wrong = next(one for one in KEPT if one != before)
    await desk.correct(other, wrong)
    engine = await desk.retrain()
    card = load(desk.var / "models" / shelf.current_version(desk.var)).card
    assert card.corrections == 1
    assert [one.category for one in engine.read([TEXT, other])] == [LABEL, before]
    await desk.learn()  # the second word is still fresh, and is judged now
    assert load(desk.var / "models" / shelf.current_version(desk.var)).card.corrections == 2


async def test_after_a_roll_back_training_anew_does_not_bring_it_back(desk: Desk) -> None:
    before = desk.says(TEXT)
    await desk.correct(TEXT, LABEL)
    promoted = (await desk.learn()).version
    gone_back_to = await desk.roll_back(None)
    assert gone_back_to.version == shelf.current_version(desk.var) != promoted
    assert (await desk.retrain()).read([TEXT])[0].category == before
    assert [one.outcome for one in await desk.records()] == ["rolled_back", "promoted"]


async def test_a_vandal_stays_held_out_when_training_anew(desk: Desk) -> None:
    texts = [
        "merokok di halte padahal ada larangan", "asap rokok di angkot bikin sesak",
        "puntung berserakan di kantin sekolah", "pengunjung puskesmas ngebul dekat bayi",
        "orang ngudut di lift kantor lurah", "joki tiga satu nongkrong di sudirman",
        "bocah jadi joki di pinggir kuningan", "ibu gendong bayi nawarin joki",
        "satpam sendiri merokok di lobi rsud", "kernet metromini ngepul depan ibu hamil",
        "joki berdiri di bundaran senayan", "bapak bapak ngerokok dekat balita di taman",
    ]  # fmt: skip
    for text in texts:
        label = "joki_3in1" if "joki" in text else "kawasan_rokok"
        await desk.correct(text, label, "ani")
        await desk.correct(text, label, "cici")
        await desk.correct(text, "tidak_jelas", "vandal")
    await desk.correct(TEXT, LABEL, "ani")
    await desk.correct("kucing naik atap", "tidak_jelas", "vandal")
    outcome = await desk.learn(margin=0.2)
    assert [one.actor for one in outcome.curriculum.held_out] == ["vandal"]
    assert outcome.verdict.promoted, outcome.verdict.reason
    assert len(outcome.curriculum.lessons) == 13
    await desk.retrain()
    assert load(desk.var / "models" / shelf.current_version(desk.var)).card.corrections == 13


async def test_without_a_model_to_compare_with_it_says_so(desk: Desk) -> None:
    await desk.correct(TEXT, LABEL)
    weights = next((desk.var / "models").glob("*/model.npz"))
    weights.write_bytes(weights.read_bytes()[:-9])
    with pytest.raises(ModelError, match="kanal nlu train"):
        await desk.learn()
    assert await desk.records() == []


async def test_a_thousand_corrections_of_100_kb(desk: Desk) -> None:
    number = await desk.message("asbak meluap di gerbong " * 5000)
    said = Said(categories=("kawasan_rokok",))
    async with desk.database.begin() as connection:
        for _ in range(1000):
            await corrections.append(
                connection, desk.ids, said, inbox_id=number, actor="ani", now=NOW
            )
    outcome = await desk.learn()
    assert (outcome.curriculum.looked_at, len(outcome.curriculum.lessons)) == (1000, 1)
