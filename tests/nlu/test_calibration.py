"""The bands: what is accepted, asked about, or left to a person."""

from __future__ import annotations

import numpy as np

from nlu.calibration import FALSE_ALARMS, Held, calibrate
from nlu.corpus import INTENTS
from nlu.engines.joint import CATEGORIES, HEADS, OF_DANGER, USUAL, decide, modest

REPORT = INTENTS.index("report")


def held(first: str, second: str, lead: float, right: int, of: int) -> Held:
    """Texts whose first category leads the second by so much; `right` of them are of the first."""
    scores = np.full((of, HEADS), -2, dtype=np.float32)
    scores[:, REPORT] = 1
    scores[:, len(INTENTS) + CATEGORIES.index(first)] = lead
    scores[:, len(INTENTS) + CATEGORIES.index(second)] = 0
    labels = [(first,)] * right + [(second,)] * (of - right)
    return Held(
        scores=scores,
        loud=np.full((of, len(CATEGORIES)), USUAL, dtype=np.float32),
        intents=["report"] * of,
        categories=labels,
        dangers=[None] * of,
    )


def confidence(scores: Held, sharpness: tuple[float, float]) -> float:
    """The greatest that is said of any of these texts."""
    _, topics = decide(scores.scores, sharpness)
    return float(modest(topics, topics.argmax(axis=1), scores.loud).max())


def test_two_that_tie_are_asked_about_however_few_they_are() -> None:
    sure = held("taman", "pohon", lead=3.0, right=96, of=96)
    ties = held("taman", "pohon", lead=0.0, right=2, of=4)
    card = calibrate(
        Held(
            scores=np.concatenate([sure.scores, ties.scores]),
            loud=np.concatenate([sure.loud, ties.loud]),
            intents=sure.intents + ties.intents,
            categories=sure.categories + ties.categories,
            dangers=sure.dangers + ties.dangers,
        )
    )
    assert card["ask"] <= confidence(ties, card["sharpness"]) < card["accept"]


def test_what_is_always_right_is_accepted() -> None:
    sure = held("taman", "pohon", lead=3.0, right=100, of=100)
    card = calibrate(sure)
    assert card["accept"] <= confidence(sure, card["sharpness"])
    assert card["scores"]["category_accuracy"] == 1.0


def test_danger_begins_where_hardly_a_quiet_text_comes() -> None:
    of = 10_000
    some = held("taman", "pohon", lead=3.0, right=of, of=of)
    some.scores[:, OF_DANGER] = np.linspace(-2, -1, of)
    quiet = Held(
        scores=some.scores,
        loud=some.loud,
        intents=some.intents,
        categories=[*some.categories[:-1], ()],
        dangers=[False] * (of - 1) + [True],
    )
    danger_from = calibrate(quiet)["danger_from"]
    assert np.isclose((some.scores[:, OF_DANGER] >= danger_from).mean(), FALSE_ALARMS, atol=2 / of)


def test_what_was_written_to_sound_like_danger_is_not_asked() -> None:
    some = held("taman", "pohon", lead=3.0, right=4, of=4)
    some.scores[:, OF_DANGER] = (-2, -2, 4, 5)
    told = Held(
        scores=some.scores,
        loud=some.loud,
        intents=[*some.intents[:2], None, None],
        categories=[*some.categories[:2], (), ()],
        dangers=[False, False, False, True],
    )
    assert calibrate(told)["danger_from"] == -2
