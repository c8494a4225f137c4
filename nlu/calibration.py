"""How sure a model may say it is: chosen on texts that it has not seen.

The corpus has as many examples of a rare category as of a common one, citizens have not. So a
held-out text counts as often as its category is reported (nlu.categories.shares), and the model
leans a little towards what is common, by half the logarithm of the share: enough to settle what is
undecided, too little to outvote a word.

How sure the best category is goes by held-out texts too (nlu.engines.joint.modest), and the bands
are fitted after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlu.categories import shares
from nlu.corpus import INTENTS
from nlu.engines.joint import (
    BESIDE,
    CATEGORIES,
    HEADS,
    MODESTY,
    OF_CATEGORIES,
    OF_DANGER,
    QUIET,
    REFUSING,
    REST,
    USUAL,
    Scores,
    chosen,
    decide,
    modest,
)

ASKED = 0.25  # at most this share of texts is to be asked about: what figures are given for
# Of what is accepted of held-out texts. Real texts are a little harder: with 0.92 an eighth of the
# strangers' texts was asked about and 0.94 of the others were right, with 0.95 a quarter and 0.96.
RIGHT = 0.95
UNSURE = 0.05  # the share of held-out texts that goes to a person, at most
FALSE_ALARMS = 0.00015  # of quiet texts: each costs a citizen one sentence about 112
TIED = 0.45  # from this confidence on two categories hold nearly all: the citizen knows which it is
_SHARPNESS = (1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 6.0, 7.0, 8.0, 10.0, 12.0, 15.0)
LEANING = 0.5  # how far the shares of categories are trusted; 0.5 to 1 are alike on held-out texts
# Chosen by hand: what makes a model another one.
CHOSEN = (LEANING, REFUSING, MODESTY, REST, BESIDE, USUAL, QUIET, RIGHT, TIED, FALSE_ALARMS)


@dataclass(frozen=True, slots=True)
class Held:
    """Scores of texts by heads that were not taught them, and what they are."""

    scores: Scores
    loud: Scores  # see modest
    intents: list[str | None]
    categories: list[tuple[str, ...]]
    dangers: list[bool | None]


def calibrate(held: Held) -> dict[str, Any]:
    """The fields of a model's card that come from measuring: sharpness, bands, scores."""
    topic_at, topic = _known([c[0] if c else None for c in held.categories], CATEGORIES)
    intent_at, intent = _known(held.intents, INTENTS)
    often = _often(topic)

    def loss(sharpness: tuple[float, float]) -> float:
        intents, topics = decide(held.scores + leaning(sharpness), sharpness)
        own = -np.log(np.maximum(topics[topic_at, topic], 1e-6)) @ often
        return float(own - np.log(np.maximum(intents[intent_at, intent], 1e-6)).mean())

    sharpness = min(((a, b) for a in _SHARPNESS for b in _SHARPNESS), key=loss)
    intents, topics = decide(held.scores + leaning(sharpness), sharpness)
    best = chosen(topics[topic_at])
    right = best == topic
    confidence = modest(topics[topic_at], best, held.loud[topic_at])[np.arange(len(best)), best]
    return {
        "sharpness": sharpness,
        "accept": _accept(confidence, right, often),
        "ask": min(_quantile(confidence, often, UNSURE), TIED),
        "danger_from": _danger_from(held),
        "scores": {
            "category_accuracy": round(float(right.mean()), 4),
            "intent_accuracy": round(
                float((intents[intent_at].argmax(axis=1) == intent).mean()), 4
            ),
            "calibration_error": round(calibration_error(confidence, right), 4),
        },
    }


def _danger_from(held: Held) -> float:
    """The score of the head of danger from which on a text tells of danger.

    So many of the quiet texts of the corpus are above it: FALSE_ALARMS. Those that were written to
    sound like danger are not asked: hardly a citizen writes them.
    """
    told = enumerate(zip(held.dangers, held.categories, strict=True))
    quiet = [at for at, (danger, slugs) in told if danger is False and slugs]
    if not quiet or True not in held.dangers:
        return 0.0  # untaught, it says NEVER of everything
    return float(np.quantile(held.scores[quiet, OF_DANGER], 1 - FALSE_ALARMS))


def leaning(sharpness: tuple[float, float]) -> Scores:
    """What is added to each score: for how often a category is reported."""
    logs = np.log([shares()[slug] for slug in CATEGORIES])
    lean = np.zeros(HEADS, dtype=np.float32)
    lean[OF_CATEGORIES] = LEANING * (logs - logs.mean()) / sharpness[1]
    return lean


def _often(topic: NDArray[np.int64]) -> NDArray[np.float64]:
    """The weight of each text, together 1: what its category has of all reports."""
    counted = np.bincount(topic, minlength=len(CATEGORIES))
    weight = np.array([shares()[slug] for slug in CATEGORIES])[topic] / counted[topic]
    return np.asarray(weight / weight.sum())


def _accept(
    confidence: NDArray[Any], right: NDArray[np.bool_], weights: NDArray[np.float64]
) -> float:
    """The lowest confidence from which on RIGHT of all weight is right."""
    order = np.argsort(-confidence, kind="stable")
    weight = weights[order]
    reached = np.flatnonzero(np.cumsum(weight * right[order]) >= RIGHT * np.cumsum(weight))
    return float(confidence[order][reached[-1] if len(reached) else 0])


def _quantile(values: NDArray[Any], weights: NDArray[np.float64], share: float) -> float:
    """The value below which a share of all weight lies."""
    order = np.argsort(values, kind="stable")
    return float(values[order][np.searchsorted(np.cumsum(weights[order]), share)])


def _known(
    names: list[str | None], order: tuple[str, ...]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    at = [i for i, name in enumerate(names) if name]
    return np.array(at), np.array([order.index(names[i] or "") for i in at])


def calibration_error(confidence: NDArray[Any], right: NDArray[np.bool_], bins: int = 10) -> float:
    """Expected calibration error over equally filled bins, 0 to 1 (Nguyen and O'Connor 2015)."""
    order = np.argsort(confidence, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    gaps = [abs(confidence[part].mean() - right[part].mean()) * len(part) for part in parts]
    return float(sum(gaps) / max(len(confidence), 1))
