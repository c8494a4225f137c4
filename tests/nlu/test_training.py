from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from nlu.corpus import Example, read
from nlu.engines.joint import HEADS
from nlu.engines.model import Card, Model, load
from nlu.lessons import ALWAYS, VAGUE_WEIGHT, Lesson, lessons
from nlu.training import TrainingError, fit, point, prepare, train
from tests.small_kanal import small


def quiet(_what: str, _share: float) -> None:
    """Nobody watches."""


def example(text: str, intent: str, *categories: str) -> Example:
    return Example(text=text, intent=intent, categories=categories, entities=(), source="")


def test_the_same_corpus_gives_the_same_model(tmp_path: Path) -> None:
    for name in ("one", "two"):
        fit(small(), quiet).save(tmp_path / name)
    one, two = ((tmp_path / name / "model.npz").read_bytes() for name in ("one", "two"))
    assert load(tmp_path / "one").card == load(tmp_path / "two").card
    assert one == two


def test_what_is_taught_is_what_is_served() -> None:
    prepared = prepare(small(), quiet)
    design = prepared.design
    chance = np.random.default_rng(1708)
    weight = chance.normal(size=(len(design.used), HEADS)).astype(np.float32)
    bias = np.arange(HEADS, dtype=np.float32)
    card = Card(
        version="", examples=0, sharpness=(1, 1), accept=0.8, ask=0.4, danger_from=0, scores={}
    )
    model = Model.rounded(card, used=design.used, weight=weight, scale=design.scale, bias=bias)
    taught = np.asarray(design.rows @ weight + bias)
    served = model.score([lesson.text for lesson in prepared.taught])
    assert served.known.any()
    assert np.abs(served.scores - taught).max() < 0.05  # a weight is rounded to a byte


def test_progress_is_told_and_grows(tmp_path: Path) -> None:
    told: list[tuple[str, float]] = []
    folder = train(
        tmp_path, examples=small(), progress=lambda what, share: told.append((what, share))
    )
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert any("no example of" in what for what, _ in told)
    assert (tmp_path / "models" / "current").read_text().strip() == folder.name
    assert {path.name for path in folder.iterdir()} == {"model.json", "model.npz"}
    assert {path.name for path in (tmp_path / "models").iterdir()} == {"current", folder.name}


def test_the_pointer_moves_in_one_step(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    point(tmp_path, "a")
    point(tmp_path, "b")
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["current"]
    assert (tmp_path / "models" / "current").read_text() == "b\n"


def test_nothing_to_learn_from_is_said() -> None:
    with pytest.raises(TrainingError, match="nlu/corpus"):
        fit([], quiet)


def test_a_place_is_taught_elsewhere_too() -> None:
    examples = [example for example in small() if example.entities][:20]
    taught = [lesson for lesson in lessons(examples, seed=1) if lesson.group != ALWAYS]
    taught = [
        lesson for lesson in taught if lesson.categories and not _is_beside_a_vague_one(lesson)
    ]
    groups = {lesson.group for lesson in taught}
    assert len(groups) == len({example.text for example in examples})
    assert {sum(one.weight for one in taught if one.group == group) for group in groups} == {1}
    assert any(not lesson.original for lesson in taught)
    assert lessons(examples, seed=1) == lessons(examples, seed=1)


def test_a_complaint_is_taught_beside_a_vague_one() -> None:
    chosen = {("kawasan_rokok",), ("tidak_jelas",), ("bukan_aduan",)}
    examples = [example for example in read() if example.categories in chosen]
    taught = lessons(examples, seed=1)
    added = [lesson for lesson in taught if _is_beside_a_vague_one(lesson)]
    of = Counter(slug for lesson in added for slug in lesson.categories)
    assert of == Counter(e.categories[0] for e in examples if e.categories != ("bukan_aduan",))
    assert {lesson.weight for lesson in added} == {VAGUE_WEIGHT}


def test_no_single_word_of_it_is_needed_there() -> None:
    own = "rokok asap ruang tunggu puskesmas bayi batuk ibu hamil pengap"
    told = {"kawasan_rokok": own, "tidak_jelas": "tolong"}
    examples = [example(text, "report", slug) for slug, text in told.items()]
    kept = Counter[str]()
    for seed in range(50):
        (beside,) = [
            set(lesson.text.split()) & set(own.split())
            for lesson in lessons(examples, seed=seed)
            if _is_beside_a_vague_one(lesson) and "kawasan_rokok" in lesson.categories
        ]
        kept.update(beside)
    assert kept.keys() == set(own.split())  # each is there at times, and missing at times
    assert max(kept.values()) < 50


def _is_beside_a_vague_one(lesson: Lesson) -> bool:
    added = lesson.intent is None and lesson.categories and not lesson.original
    return bool(added and lesson.group != ALWAYS and "bukan_aduan" not in lesson.categories)


def test_what_is_no_complaint_is_told_to_the_head_of_intents_too() -> None:
    examples = [example for example in read() if example.categories == ("bukan_aduan",)]
    told = {lesson.intent for lesson in lessons(examples, seed=1) if lesson.group != ALWAYS}
    assert told == {None, "thanks", "other"}


def test_what_is_said_of_a_thing_is_told_of_other_things_too() -> None:
    said = example("pohon tumbang sudah dievakuasi petugas", "report", "bukan_aduan")
    told = [lesson for lesson in lessons([said], seed=1) if lesson.group != ALWAYS]
    (retold,) = [one for one in told if one.text.endswith("petugas") and one.text[:5] != "pohon"]
    assert (retold.intent, retold.categories) == ("other", {})


def test_that_it_is_not_done_is_told_of_other_things_too() -> None:
    said = example("pohon tumbang kok dibilang selesai", "dispute")
    told = [lesson for lesson in lessons([said], seed=1) if lesson.group != ALWAYS]
    (other,) = [one for one in told if not one.original]
    assert (other.intent, other.categories) == ("dispute", {})
    assert other.text.endswith("kok dibilang selesai")
    assert other.text[:5] != "pohon"


def test_one_more_example_changes_no_other() -> None:
    examples = small()[:200]
    one = example("besi penutup lubang air copot", "report", "saluran_air")
    before, after = (lessons(some, seed=1) for some in (examples, [one, *examples]))
    assert [lesson for lesson in after if lesson in before] == before
    assert len(after) > len(before)
