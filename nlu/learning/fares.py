"""How a model fares on the frozen test set, for people who decide whether it shall serve. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlu.engines.embedded import classify
from nlu.engines.joint import CATEGORIES
from nlu.engines.model import Model
from nlu.evaluation.confidence import Bin, reliability
from nlu.evaluation.figures import Figure, PerClass, confusions, per_class, share
from nlu.learning.verdict import Question


@dataclass(frozen=True, kw_only=True, slots=True)
class Fares:
    """Categories of the test set, as one model reads them."""

    accuracy: Figure
    classes: tuple[PerClass, ...]  # the commonest first
    confusions: tuple[tuple[str, str, int], ...]  # label, answer, how often; the commonest first
    reliability: tuple[Bin, ...]  # tenths of the texts, the least sure first


def fares(model: Model, tested: Sequence[Question]) -> Fares:
    """Let a model read those texts whose category is known."""
    known = [one for one in tested if one.category]
    gold = [one.category or "" for one in known]
    if not known:
        return Fares(accuracy=share([]), classes=(), confusions=(), reliability=())
    _, topics = classify(model, [one.plain for one in known])
    said = [CATEGORIES[at] for at in topics.argmax(axis=1).tolist()]
    right = [label == answer for label, answer in zip(gold, said, strict=True)]
    pairs = list(zip(gold, said, strict=True))
    confidence = np.round(topics.max(axis=1).astype(float), 4).tolist()
    return Fares(
        accuracy=share(right),
        classes=tuple(per_class(pairs)),
        confusions=tuple(confusions(pairs)),
        reliability=tuple(reliability(confidence, right)),
    )
