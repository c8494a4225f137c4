"""One decision about intent and category, because the one rules out much of the other.

Two linear heads read the same features: what the citizen wants of us (intent), and what it is about
(category). A text that only says thanks is `bukan_aduan`; a report never is. So the two
distributions are multiplied where they are compatible, the category is the best one of the product,
and the intent the best one that goes with it: they cannot contradict each other.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nlu.categories import categories
from nlu.corpus import INTENTS

ABOUT_A_COMPLAINT = frozenset({"report", "dispute", "repeat"})
ABOUT_ANYTHING = frozenset({"status", "human"})  # "what of my report about the rubbish?"
CATEGORIES = tuple(categories())
_NONE = CATEGORIES.index("bukan_aduan")

Scores = NDArray[np.float32]


def compatible() -> Scores:
    """1 where an intent (row) and a category (column) can stand together, else 0."""
    table = np.zeros((len(INTENTS), len(CATEGORIES)), dtype=np.float32)
    for row, intent in enumerate(INTENTS):
        if intent in ABOUT_A_COMPLAINT:
            table[row] = 1
            table[row, _NONE] = 0
        elif intent in ABOUT_ANYTHING:
            table[row] = 1
        else:
            table[row, _NONE] = 1
    return table


_COMPATIBLE = compatible()


def softmax(scores: Scores) -> Scores:
    """Row by row."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    answer: Scores = raised / raised.sum(axis=1, keepdims=True)
    return answer


def decide(scores: Scores, sharpness: tuple[float, float]) -> tuple[Scores, Scores]:
    """Probabilities of the intents and of the categories, a row per text.

    Args:
        scores: both heads side by side, intents first.
        sharpness: what each head's scores are multiplied by (an inverse temperature), chosen by
            cross-validation so that a confidence of 0.8 is right 8 times in 10.
    """
    intents = softmax(scores[:, : len(INTENTS)] * np.float32(sharpness[0]))
    topics = softmax(scores[:, len(INTENTS) :] * np.float32(sharpness[1]))
    intent = intents * (topics @ _COMPATIBLE.T)
    topic = topics * (intents @ _COMPATIBLE)
    total = intent.sum(axis=1, keepdims=True)
    return intent / total, topic / total


def best_intents(intents: Scores, categories: NDArray[np.int64]) -> NDArray[np.int64]:
    """Of each row the best intent that can stand with the row's category."""
    best: NDArray[np.int64] = (intents * _COMPATIBLE[:, categories].T).argmax(axis=1)
    return best
