"""A candidate: the model of corpus and corrections, and its answers to corrections unseen."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from nlu.corpus import INTENTS, Example
from nlu.engines.embedded import classify
from nlu.engines.joint import CATEGORIES, Scores, best_intent, decide
from nlu.engines.model import Card, Model
from nlu.learning.curriculum import Curriculum
from nlu.training import Progress, finish, prepare, unseen

FOLDS = 3  # in which the fresh lessons are held out, each once


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model says of a text."""

    intent: str
    category: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A model in memory that nobody uses yet."""

    model: Model
    unseen: tuple[Answer, ...]  # to each fresh lesson, by heads that were not taught it; () if one


def candidate(
    examples: Sequence[Example],
    learnt: Curriculum,
    fresh: Sequence[int],
    tell: Progress,
    *,
    before: Card,
) -> Candidate:
    """Train on everything; and, for the lessons at `fresh`, once more without each third of them.

    What is compared is thus never what was taught, yet every fresh correction is compared.
    `before` is the current model's card: it gives the calibration, which the corpus decides.
    """
    prepared = prepare(examples, tell, more=learnt.lessons)
    first = len(prepared.taught) - len(learnt.lessons)
    folds = min(FOLDS, len(fresh)) if len(fresh) > 1 else 0
    scores = np.zeros((len(fresh), len(INTENTS) + len(CATEGORIES)), dtype=np.float32)
    for fold in range(folds):
        tell(f"rehearsal {fold + 1} of {folds}", 0.1 + 0.6 * fold / folds)
        mine = list(range(fold, len(fresh), folds))
        out = [first + fresh[at] for at in mine]
        scores[mine] = unseen(prepared.taught, prepared.design, out, out)
    model = finish(prepared, lambda what, share: tell(what, 0.7 + 0.3 * share), like=before)
    model.card = replace(model.card, learned_to=learnt.newest)
    answered = decide(scores, model.card.sharpness) if folds else None
    return Candidate(model=model, unseen=tuple(_answers(*answered)) if answered else ())


def answers(model: Model, plain: Sequence[str]) -> list[Answer]:
    """What a model says of normalised texts."""
    if not plain:
        return []
    intents, topics, _ = classify(model, list(plain))
    return _answers(intents, topics)


def plausible(model: Model, plain: Sequence[str], most: int = 3) -> list[Collection[str]]:
    """The first categories of each normalised text."""
    if not plain:
        return []
    _, topics, _ = classify(model, list(plain))
    return [frozenset(CATEGORIES[at] for at in row) for row in np.argsort(-topics)[:, :most]]


def _answers(intents: Scores, topics: Scores) -> list[Answer]:
    found = []
    for intent, topic in zip(intents, topics, strict=True):
        best = int(topic.argmax())
        found.append(Answer(INTENTS[best_intent(intent, best)], CATEGORIES[best]))
    return found
