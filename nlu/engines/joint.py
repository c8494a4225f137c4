"""One decision about intent and category, because the one rules out much of the other.

Two linear heads read the same features: what the citizen wants of us (intent), and what it is about
(category). A text that only says thanks is `bukan_aduan`; a report never is. So the two
distributions are multiplied where they are compatible, the category is the best one of the product,
and the intent the best one that goes with it: they cannot contradict each other.

The choice leans towards what is no complaint, which comes more often than any category; how sure
one is, is said without the lean: whom it turns away, it turns away unsurely, and he is asked.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nlu.categories import categories
from nlu.corpus import INTENTS

ABOUT_A_COMPLAINT = frozenset({"report", "dispute", "repeat"})
ABOUT_ANYTHING = frozenset({"status", "human"})  # "what of my report about the rubbish?"
CATEGORIES = tuple(categories())
# Where in a row of scores each head stands.
OF_INTENTS = slice(len(INTENTS))
OF_CATEGORIES = slice(len(INTENTS), len(INTENTS) + len(CATEGORIES))
OF_DANGER = len(INTENTS) + len(CATEGORIES)
HEADS = OF_DANGER + 1
# Fitted to held-out texts of the corpus: a runner-up says more against the best category than all
# others together do, and odds mean less than they say.
REST = 0.3
MODESTY = 0.65
# A word that alone speaks for another category makes less sure: the text may speak of two things.
# Flat from 0.5 to 1.5 on held-out texts, best from 1 to 2 on texts of strangers.
BESIDE = 1.5
USUAL = 0.6  # how loud the loudest word for another category is on the average
QUIET = 0.3  # what is no louder says nothing
# How much more likely (a logarithm) a text is no complaint than one of an average category: the
# likelihood of held-out texts is the greatest at 2, what is right of them the same from 0.8 to 1.8.
REFUSING = 2.0
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
        scores: all heads side by side.
        sharpness: what each head's scores are multiplied by (an inverse temperature), chosen by
            held-out texts so that a confidence of 0.8 is right 8 times in 10.
    """
    intents = softmax(scores[:, OF_INTENTS] * np.float32(sharpness[0]))
    topics = softmax(scores[:, OF_CATEGORIES] * np.float32(sharpness[1]))
    intent = intents * (topics @ _COMPATIBLE.T)
    topic = topics * (intents @ _COMPATIBLE)
    total = intent.sum(axis=1, keepdims=True)
    return intent / total, topic / total


def chosen(topics: Scores) -> NDArray[np.int64]:
    """Of each row the category that is answered: the likeliest, with the lean."""
    leaning = topics.copy()
    leaning[:, _NONE] *= np.float32(np.exp(REFUSING))
    best: NDArray[np.int64] = leaning.argmax(axis=1)
    return best


def ranked(topics: Scores) -> NDArray[np.int64]:
    """The categories of each row: the answer, then the likeliest."""
    order = topics.copy()
    order[np.arange(len(topics)), chosen(topics)] = np.inf
    answer: NDArray[np.int64] = np.argsort(-order, axis=1)
    return answer


def modest(topics: Scores, best: NDArray[np.int64], loud: Scores) -> Scores:
    """The probabilities with the chosen one of each row no surer than held-out texts allow.

    Its odds against the runner-up and REST of the others, to the power of MODESTY, the less the
    louder a word speaks for another one (BESIDE); the others share what is left as before, so that
    no order among them changes.

    Args:
        topics: probabilities of the categories, a row per text.
        best: what was chosen of each row.
        loud: what the loudest word of each text adds to each category, beyond the average one.
    """
    rows = np.arange(len(topics))
    sure = np.minimum(topics[rows, best], np.float32(1 - 1e-6))
    left = 1 - sure
    others, louder = topics.copy(), loud.copy()
    others[rows, best] = 0
    louder[rows, best] = -np.inf
    second = others.max(axis=1)
    odds = (sure / (second + np.float32(REST) * (left - second) + 1e-6)) ** np.float32(MODESTY)
    odds *= np.exp(BESIDE * (USUAL - np.maximum(louder.max(axis=1), QUIET)))
    # Only the lean lets the runner-up be the likelier one; a little more than as likely: they are
    # rounded.
    odds = np.maximum(odds, np.where(sure >= second, 1.001 * second / left, 0))
    answer: Scores = topics * (1 / (1 + odds) / left)[:, None]
    answer[rows, best] = odds / (1 + odds)
    return answer


def best_intents(intents: Scores, categories: NDArray[np.int64]) -> NDArray[np.int64]:
    """Of each row the best intent that can stand with the row's category."""
    best: NDArray[np.int64] = (intents * _COMPATIBLE[:, categories].T).argmax(axis=1)
    return best
