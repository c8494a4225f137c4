"""How often each category comes in real life: a lean of the topics' head, learnt from corrections.

A few hundred corrections are few beside the corpus for teaching words, but enough for 36 numbers.
The corpus says nothing of frequency; what moderators saw does (prior shift: Saerens et al. 2002).
The lean is fitted to scores of texts that the heads were not taught, is drawn towards none, and is
left out where it would not have helped on other corrections, or where nearly all of them are of
errors: those tell what was wrong, not what is frequent.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nlu.engines.joint import CATEGORIES

DRAWN = 10.0  # towards no lean: chosen by cross-validation on our own test texts
FEWEST = 30  # texts from which a lean is learnt
RIGHT = 0.5  # at least this share must have been read right, or they are no sample of what comes
Scores = NDArray[np.floating]


def lean(scores: Scores, labels: Sequence[str], sharpness: float) -> NDArray[np.float32]:
    """What to add to the topics' scores; zeros where nothing is gained.

    Args:
        scores: of the topics' head, texts x categories, by heads that were not taught the texts.
        labels: what moderators say of each text.
        sharpness: what the scores are multiplied by before softmax.
    """
    none = np.zeros(len(CATEGORIES), dtype=np.float32)
    gold = np.array([CATEGORIES.index(label) for label in labels], dtype=np.int64)
    if len(gold) < FEWEST or (scores.argmax(axis=1) == gold).mean() < RIGHT:
        return none
    sharp = np.asarray(scores, dtype=np.float64) * sharpness
    even = np.arange(len(gold)) % 2 == 0
    tried = 0.0
    for part in (even, ~even):
        other = _fitted(sharp[part], gold[part])
        tried += _loss(sharp[~part] + other, gold[~part])
    if tried >= _loss(sharp, gold):
        return none
    found: NDArray[np.float32] = (_fitted(sharp, gold) / sharpness).astype(np.float32)
    return found


def _fitted(sharp: NDArray[np.float64], gold: NDArray[np.int64]) -> NDArray[np.float64]:
    from scipy.optimize import minimize  # noqa: PLC0415 (serving starts without scipy)

    counts = np.bincount(gold, minlength=sharp.shape[1])

    def objective(shift: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        share = _softmax(sharp + shift)
        loss = _loss(sharp + shift, gold) + DRAWN / 2 * float(shift @ shift)
        return loss, share.sum(axis=0) - counts + DRAWN * shift

    start = np.zeros(sharp.shape[1])
    answer: NDArray[np.float64] = minimize(objective, start, jac=True, method="L-BFGS-B").x
    return answer


def _softmax(sharp: NDArray[np.float64]) -> NDArray[np.float64]:
    raised = np.exp(sharp - sharp.max(axis=1, keepdims=True))
    answer: NDArray[np.float64] = raised / raised.sum(axis=1, keepdims=True)
    return answer


def _loss(sharp: NDArray[np.float64], gold: NDArray[np.int64]) -> float:
    share = _softmax(sharp)[np.arange(len(gold)), gold]
    return float(-np.log(np.maximum(share, 1e-12)).sum())
