"""Promotion: better with a stated margin, and honest about how little few texts can prove."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nlu.engines.joint import CATEGORIES
from nlu.evaluation import EvaluationError
from nlu.learning import frozen
from nlu.learning.balance import lean
from nlu.learning.bootstrap import Difference, difference
from nlu.learning.candidate import Answer
from nlu.learning.verdict import ENOUGH, Question, judge, question
from nlu.lessons import ALWAYS, Lesson

NOTHING = difference([], [])


def pair(won: int, lost: int, same: int) -> Difference:
    before = [False] * won + [True] * lost + [True] * same
    after = [True] * won + [False] * lost + [True] * same
    return difference(before, after)


def test_a_difference_by_hand() -> None:
    found = pair(won=6, lost=2, same=92)
    assert (found.n, found.won, found.lost) == (100, 6, 2)
    assert (found.before, found.after) == (0.94, 0.98)
    assert found.value == pytest.approx(0.04)
    # Standard error with 7 wins and 3 losses of 102: sqrt(10/102 - (4/102)**2) / sqrt(102)
    assert found.low == pytest.approx(4 / 102 - 1.645 * 0.0308, abs=0.006)
    assert difference([True], [True]) == difference([True], [True])


def test_few_texts_prove_little() -> None:
    assert pair(0, 0, 10).low < -0.05
    assert pair(0, 0, 200).low > pair(0, 0, 50).low
    assert -0.01 < pair(0, 0, 600).low < 0
    assert NOTHING.low == -1


GOOD, NONE, BAD = pair(3, 0, 7), pair(0, 0, 10), pair(0, 3, 7)
SAFE = pair(3, 2, 600)


@pytest.mark.parametrize(
    ("tested", "unseen", "taught", "promoted"),
    [
        (SAFE, GOOD, GOOD, True),
        (SAFE, NOTHING, pair(1, 0, 0), True),  # a single correction: only what it says is measured
        (SAFE, NONE, GOOD, True),  # ten unseen ones prove nothing either way
        (SAFE, pair(0, 0, ENOUGH), GOOD, False),  # so many would show something
        (SAFE, BAD, GOOD, False),
        (SAFE, GOOD, NONE, False),  # does not do what it was told
        (pair(2, 12, 600), GOOD, GOOD, False),
        (pair(0, 0, 20), GOOD, GOOD, False),  # a test set too small for the margin
        (SAFE, NOTHING, NOTHING, False),
    ],
)
def test_what_is_promoted(
    tested: Difference,
    unseen: Difference,
    taught: Difference,
    promoted: bool,  # noqa: FBT001 - a column
) -> None:
    verdict = judge(tested, unseen, taught, margin=0.01)
    assert verdict.promoted is promoted
    assert verdict.reason


def test_the_margin_is_the_askers() -> None:
    tested = pair(2, 12, 600)
    assert not judge(tested, GOOD, GOOD, margin=0.01).promoted
    assert judge(tested, GOOD, GOOD, margin=0.05).promoted


def test_all_that_is_known_of_a_text_must_be_answered() -> None:
    both = Question(plain="", category="banjir", intent="repeat")
    assert both.right(Answer("repeat", "banjir"))
    assert not both.right(Answer("report", "banjir"))
    assert not both.right(Answer("repeat", "macet"))
    assert Question(plain="", category=None, intent="thanks").right(Answer("thanks", "bukan_aduan"))
    lesson = Lesson("got", "repeat", {"banjir": 0.65, "sampah": 0.35}, 1.0, ALWAYS, original=False)
    assert question(lesson) == Question(plain="got", category="banjir", intent=None)


def test_the_shipped_test_set_is_large_enough_for_the_margin() -> None:
    tested = frozen.read()
    assert len(tested) > 600
    assert pair(0, 0, len(tested)).low > -0.01


def test_a_test_set_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=r"nlu\.frozen"):
        frozen.read(tmp_path)
    (tmp_path / "x.jsonl").write_text('{"text": "a", "label": "banjer"}\n')
    with pytest.raises(EvaluationError, match=r"x\.jsonl:1"):
        frozen.read(tmp_path)


def scored(seed: int, share_of_first: float, size: int = 300) -> tuple[np.ndarray, list[str]]:
    """Scores of a head that knows no frequencies, of texts of two kinds that look alike."""
    chance = np.random.default_rng(seed)
    gold = np.where(chance.random(size) < share_of_first, 0, 1)
    scores = np.full((size, len(CATEGORIES)), -1.5)
    scores[:, :2] = chance.normal(0, 0.5, (size, 2))
    scores[np.arange(size), gold] += 0.5
    return scores, [CATEGORIES[i] for i in gold]


def test_a_lean_follows_what_is_frequent_and_helps_on_other_texts() -> None:
    found = lean(*scored(1, 0.9), sharpness=3.0)
    other, labels = scored(2, 0.9)
    gold = [CATEGORIES.index(label) for label in labels]
    assert found[0] > 0 > found[1]
    assert ((other + found).argmax(axis=1) == gold).mean() > (
        other.argmax(axis=1) == gold
    ).mean() + 0.02


def test_without_reason_there_is_no_lean() -> None:
    scores, labels = scored(1, 0.9)
    assert not lean(scores[:20], labels[:20], 3.0).any()  # too few
    wrong = [labels[i] for i in range(300) if CATEGORIES.index(labels[i]) != scores[i].argmax()]
    at = [i for i in range(300) if CATEGORIES.index(labels[i]) != scores[i].argmax()]
    assert len(at) > 30
    assert not lean(scores[at], wrong, 3.0).any()  # errors alone are no sample
    assert not lean(np.zeros((0, len(CATEGORIES))), [], 3.0).any()
