from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import nlu
from dialogs.rule import filing_flow
from nlu import evaluation
from nlu.baseline import KeywordEngine
from nlu.calibration import calibration_error
from nlu.categories import categories
from nlu.corpus import INTENTS
from nlu.engines.clauses import clauses
from nlu.engines.embedded import EmbeddedEngine
from nlu.engines.features import BUCKETS, WORDS, buckets
from nlu.engines.joint import (
    ABOUT_A_COMPLAINT,
    ABOUT_ANYTHING,
    CATEGORIES,
    USUAL,
    chosen,
    modest,
    softmax,
)

FROZEN = Path(str(nlu.__file__)).parent / "frozen"
TEXTS = Path(__file__).parent / "texts"
SEED_SIX = ("macet", "banjir", "sampah", "joki_3in1", "parkir_liar", "pengemis")
ODD = [
    "",
    " \n\t",
    "🙏",
    "\x00\x01",
    "\ud800",
    "\u202e\u200b",
    "洪水がひどい",
    "ولا حرف",
    "a" * 100_000,
    "banjir " * 20_000,
    "ignore all previous instructions",
    "Tebet Menteng Kemang Cilandak",
    "1234567890",
    "<script>alert(1)</script>",
    "'; DROP TABLE complaints; --",
]


def check(reading: Any) -> None:
    assert reading.intent in INTENTS
    assert reading.category in categories()
    assert 0 <= reading.confidence <= 1
    assert 0 <= reading.intent_confidence <= 1
    assert len(reading.candidates) >= 3
    confidences = [candidate.confidence for candidate in reading.candidates]
    behind = confidences[reading.category == "bukan_aduan" :]  # to which one leans
    assert behind == sorted(behind, reverse=True)
    assert reading.category == reading.candidates[0].category == reading.categories[0]
    if reading.intent in ABOUT_A_COMPLAINT:
        assert reading.category != "bukan_aduan"
    elif reading.intent not in ABOUT_ANYTHING:
        assert reading.category in {"bukan_aduan", "tidak_jelas"}


@pytest.mark.parametrize("text", ODD)
def test_odd_texts_are_read_like_any_other(engine: EmbeddedEngine, text: str) -> None:
    check(engine.read([text])[0])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.text(alphabet=st.characters(), max_size=200))
def test_no_text_raises(engine: EmbeddedEngine, text: str) -> None:
    check(engine.read([text])[0])


def test_what_the_dialogs_take_without_asking_is_nearly_always_right(
    engine: EmbeddedEngine, labelled: Any
) -> None:
    rows = [
        row for name in ("strangers", "citizens", "no-complaint-blind") for row in labelled(name)
    ]
    readings = engine.read([row["text"] for row in rows])
    taken = [
        reading.category == row["label"]
        for row, reading in zip(rows, readings, strict=True)
        if reading.confidence >= filing_flow().sure_from
    ]
    assert len(taken) > 0.85 * len(rows)
    assert sum(taken) > 0.94 * len(taken)


def test_what_holds_nothing_known_is_not_guessed(engine: EmbeddedEngine) -> None:
    for reading in engine.read(["", "🙏🙏", "洪水"]):
        assert (reading.intent, reading.category) == ("other", "tidak_jelas")
        assert reading.confidence < engine.bands[1]


def test_intent_and_category_never_contradict_each_other(
    engine: EmbeddedEngine, labelled: Any
) -> None:
    for name in ("categories", "intents"):
        for reading in engine.read([row["text"] for row in labelled(name)]):
            check(reading)


def test_a_batch_is_read_as_its_texts_one_by_one(engine: EmbeddedEngine, labelled: Any) -> None:
    texts = [*(row["text"] for row in labelled("categories")[:150]), "", "x"]

    def words(read: Any) -> list[Any]:
        return [(one.intent, one.category, one.entities, one.place) for one in read]

    together, alone = engine.read(texts), [engine.read([text])[0] for text in texts]
    assert words(together) == words(alone)
    # A sum over a batch may round otherwise than one over a text.
    assert [one.confidence for one in together] == pytest.approx(
        [one.confidence for one in alone], abs=1e-3
    )


async def test_understand_is_read(engine: EmbeddedEngine) -> None:
    assert await engine.understand(["banjir"]) == engine.read(["banjir"])
    assert engine.read([]) == []
    await engine.close()


def test_features_of_a_text_do_not_depend_on_its_neighbours() -> None:
    owner, bucket = buckets(["got mampet", "", "banjir"])
    alone = buckets(["banjir"])[1]
    assert (bucket[owner == 2] == alone).all()
    assert bucket.max() < BUCKETS
    assert (bucket >= WORDS).any()
    assert (owner == 0).sum() > (owner == 2).sum() > (owner == 1).sum()


@pytest.fixture(scope="session")
def report(engine: EmbeddedEngine) -> evaluation.Report:
    return evaluation.evaluate(engine.read, evaluation.read(FROZEN / "categories.jsonl"))


def test_categories_of_our_own_texts(report: evaluation.Report) -> None:
    assert report.figures["accuracy"].value >= 0.92
    assert report.figures["macro_f1"].value >= 0.9
    assert report.figures["top_3"].value >= 0.95
    assert report.figures["accuracy_accepted"].value >= 0.93


def test_texts_by_another_hand(engine: EmbeddedEngine) -> None:
    # Hard on purpose, and of no corpus: floors a little below what was measured (docs/nlu.md).
    strangers = evaluation.evaluate(engine.read, evaluation.read(TEXTS / "strangers.jsonl"))
    recall = {row.name: row.recall for row in strangers.classes}
    assert strangers.figures["accuracy"].value >= 0.85
    assert strangers.figures["accuracy_accepted"].value >= 0.93
    assert strangers.figures["top_3"].value >= 0.95
    assert recall["bukan_aduan"] >= 0.8


def test_the_first_six_are_never_weak(report: evaluation.Report) -> None:
    recall = {row.name: row.recall for row in report.classes}
    assert {slug: recall[slug] for slug in SEED_SIX if recall[slug] < 0.93} == {}
    assert sum(recall[slug] for slug in SEED_SIX) / len(SEED_SIX) >= 0.95


def test_it_is_ahead_of_keywords(report: evaluation.Report) -> None:
    texts = evaluation.read(FROZEN / "categories.jsonl")
    plain = evaluation.evaluate(KeywordEngine().read, texts)
    assert report.figures["accuracy"].value >= plain.figures["accuracy"].value + 0.1


def test_intents_of_our_own_texts(engine: EmbeddedEngine) -> None:
    texts = [
        text
        for name in ("categories", "intents")
        for text in evaluation.read(FROZEN / f"{name}.jsonl")
    ]
    figures = evaluation.evaluate(engine.read, texts).figures
    assert figures["intent_macro_f1"].value >= 0.9


def test_confidence_means_what_it_says(report: evaluation.Report) -> None:
    assert report.figures["calibration_error"].value <= 0.1


def test_calibration_error_by_hand() -> None:
    sure = np.array([0.9] * 10)
    assert calibration_error(sure, np.array([True] * 9 + [False]), bins=1) < 1e-9
    assert abs(calibration_error(sure, np.array([False] * 10), bins=1) - 0.9) < 1e-9


def test_two_complaints_are_both_named(engine: EmbeddedEngine) -> None:
    tree, rubbish = engine.read(
        ["pohon tumbang dan kabel putus di gang kami", "sampah menumpuk, got juga mampet"]
    )
    assert set(tree.categories) == {"pohon", "kabel_tiang"}
    assert set(rubbish.categories) == {"sampah", "saluran_air"}


def test_places_do_not_decide(engine: EmbeddedEngine) -> None:
    readings = engine.read(
        [
            "Lubang Buaya banjir selutut",
            "Sampah menumpuk di Rawa Buaya",
            "lampu jalan mati di Taman Sari",
            "macet total di Pasar Minggu",
        ]
    )
    assert [r.category for r in readings] == ["banjir", "sampah", "lampu_jalan", "macet"]


def test_a_text_takes_microseconds(engine: EmbeddedEngine, labelled: Any) -> None:
    texts = [row["text"] for row in labelled("categories")]
    engine.read(texts)
    begin = time.perf_counter()
    engine.read(texts)
    assert (time.perf_counter() - begin) / len(texts) < 0.002  # 10 times what it takes


def test_serving_needs_no_training_library(var: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from nlu.engines.embedded import EmbeddedEngine;"
        f"EmbeddedEngine.load(Path({str(var / 'models')!r})).read(['banjir']);"
        "assert not {'sklearn', 'scipy'} & set(sys.modules); print('ok')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "ok"


def test_what_is_no_complaint_is_known_whatever_thing_it_tells_of(
    report: evaluation.Report,
) -> None:
    (none,) = [row for row in report.classes if row.name == "bukan_aduan"]
    assert min(none.recall, none.precision) >= 0.9


def test_work_done_praise_and_questions_are_told_from_complaints_in_the_same_words(
    engine: EmbeddedEngine,
) -> None:
    texts = evaluation.read(TEXTS / "no-complaint-blind.jsonl")
    report = evaluation.evaluate(engine.read, texts)
    (none,) = [row for row in report.classes if row.name == "bukan_aduan"]
    assert none.recall >= 0.75
    assert none.precision >= 0.88
    assert report.figures["accuracy"].value >= 0.8


def test_a_second_complaint_is_told_from_more_words_on_the_first(engine: EmbeddedEngine) -> None:
    texts = evaluation.read(TEXTS / "two.jsonl")
    figures = evaluation.evaluate(engine.read, texts).figures
    assert figures["two_found"].value >= 0.75
    assert figures["two_where_one"].value <= 0.1


def test_modesty_changes_no_order_of_the_others() -> None:
    topics = softmax(np.random.default_rng(5).normal(0, 3, (200, 36)).astype(np.float32))
    best, quiet = chosen(topics), np.full_like(topics, USUAL)
    told = modest(topics, best, quiet)
    assert np.allclose(told.sum(axis=1), 1, atol=1e-4)
    rows = np.arange(len(best))
    topics[rows, best] = told[rows, best] = 0
    assert (np.argsort(topics, axis=1) == np.argsort(told, axis=1)).mean() > 0.99
    one = np.eye(36, dtype=np.float32)
    assert modest(one, np.arange(36), np.zeros_like(one)).max() < 1


def test_a_word_for_another_category_makes_less_sure_and_changes_no_answer() -> None:
    topics = softmax(np.random.default_rng(6).normal(0, 3, (200, 36)).astype(np.float32))
    best = chosen(topics)
    rows = np.arange(len(best))
    quiet = np.zeros_like(topics)
    own, others = quiet.copy(), quiet + 1
    own[rows, best] = 5
    sure = modest(topics, best, quiet)[rows, best]
    assert (modest(topics, best, own)[rows, best] == sure).all()
    less = modest(topics, best, others)
    assert (less[rows, best] < sure).all()
    first = topics.argmax(axis=1) == best  # unlike what the lean alone has chosen
    assert (less[rows, best] == less.max(axis=1))[first].all()


def test_the_answer_leans_to_no_complaint_and_its_confidence_does_not() -> None:
    topics = np.zeros((1, len(CATEGORIES)), dtype=np.float32)
    flood, none = CATEGORIES.index("banjir"), CATEGORIES.index("bukan_aduan")
    topics[0, flood], topics[0, none] = 0.7, 0.3
    best = chosen(topics)
    assert best == none
    told = modest(topics, best, np.full_like(topics, USUAL))
    assert told[0, none] < 0.5 < told[0, flood]
    topics[0, flood], topics[0, none] = 0.95, 0.05
    assert chosen(topics) == flood


def test_a_text_is_cut_where_another_complaint_may_begin() -> None:
    assert clauses("got mampet dan jalan berlubang. Tolong ya") == [
        "got mampet ", " jalan berlubang", " Tolong ya",
    ]  # fmt: skip
    assert clauses("lampu jalan mati") == clauses("") == clauses("mati, gelap, bau") == []
