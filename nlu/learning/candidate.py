"""A candidate: the model of corpus and corrections, and its answers to corrections unseen."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from nlu.calibration import leaning
from nlu.corpus import INTENTS, Example
from nlu.engines.embedded import classify
from nlu.engines.joint import (
    CATEGORIES,
    HEADS,
    OF_CATEGORIES,
    Scores,
    best_intents,
    chosen,
    decide,
    ranked,
)
from nlu.engines.model import Card, Model
from nlu.learning.balance import lean
from nlu.learning.curriculum import Curriculum
from nlu.training import Prepared, Progress, finish, prepare, unseen

FOLDS = 2  # in which the lessons of corrections are held out, each once


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model says of a text."""

    intent: str
    category: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A model in memory that nobody uses yet."""

    model: Model
    unseen: tuple[Answer, ...]  # to each fresh one, by heads not taught it; () for one alone


def candidate(
    examples: Sequence[Example],
    learnt: Curriculum,
    fresh: Sequence[int],
    tell: Progress,
    *,
    before: Card,
    dangers: Sequence[Example],
) -> Candidate:
    """Train on everything; and twice more without one half of the corrections each.

    What is compared is thus never what was taught, yet every correction at `fresh` is compared.
    `before` is the current model's card: it gives the calibration, which the corpus decides.
    """
    prepared = prepare(examples, tell, dangers=dangers, more=learnt.lessons)
    scores = _rehearsed(prepared, len(learnt.lessons), tell)
    topics = [next(iter(lesson.categories), None) for lesson in learnt.lessons]
    model = finish(
        prepared,
        lambda what, share: tell(what, 0.7 + 0.3 * share),
        like=before,
        lean=partial(_lean, scores, topics, range(len(scores))),
    )
    model.card = replace(model.card, learned_to=learnt.newest)
    leant = scores + leaning(before.sharpness)
    for fold in range(FOLDS if len(scores) else 0):  # a rehearsal may not know its own questions
        others = [at for at in range(len(scores)) if at % FOLDS != fold]
        lent = _lean(scores, topics, others, before.sharpness[1])
        leant[fold::FOLDS, OF_CATEGORIES] += lent
    said = _answers(*decide(leant[list(fresh)], before.sharpness)) if len(scores) else []
    return Candidate(model=model, unseen=tuple(said))


def remember(
    examples: Sequence[Example],
    learnt: Curriculum,
    tell: Progress,
    *,
    dangers: Sequence[Example],
) -> Model:
    """A model of another corpus that knows the same corrections; calibrated, not compared."""
    prepared = prepare(examples, tell, dangers=dangers, more=learnt.lessons)
    scores = _rehearsed(prepared, len(learnt.lessons), tell)
    topics = [next(iter(lesson.categories), None) for lesson in learnt.lessons]
    return finish(prepared, tell, lean=partial(_lean, scores, topics, range(len(scores))))


def _rehearsed(prepared: Prepared, lessons: int, tell: Progress) -> Scores:
    """Scores of each lesson of a correction by heads that were not taught it; none for one."""
    first = len(prepared.taught) - lessons
    if lessons < FOLDS:
        return np.zeros((0, HEADS), dtype=np.float32)
    scores = np.zeros((lessons, HEADS), dtype=np.float32)
    for fold in range(FOLDS):
        tell(f"rehearsal {fold + 1} of {FOLDS}", 0.1 + 0.6 * fold / FOLDS)
        out = range(first + fold, first + lessons, FOLDS)
        scores[fold::FOLDS] = unseen(prepared.taught, prepared.design, out, out)
    return scores


def _lean(
    scores: Scores, topics: Sequence[str | None], at: Sequence[int], sharpness: float
) -> Scores:
    """What corrections tell of frequency beyond what is published of it."""
    known = [(i, topics[i] or "") for i in at if topics[i]]
    rows = (scores + leaning((1.0, sharpness)))[[i for i, _ in known], OF_CATEGORIES]
    return lean(rows, [label for _, label in known], sharpness)


def answers(model: Model, plain: Sequence[str]) -> list[Answer]:
    """What a model says of normalised texts."""
    if not plain:
        return []
    intents, topics = classify(model, list(plain))
    return _answers(intents, topics)


def plausible(model: Model, plain: Sequence[str], most: int = 3) -> list[Collection[str]]:
    """The first categories of each normalised text."""
    if not plain:
        return []
    _, topics = classify(model, list(plain))
    return [frozenset(CATEGORIES[at] for at in row) for row in ranked(topics)[:, :most]]


def _answers(intents: Scores, topics: Scores) -> list[Answer]:
    best = chosen(topics)
    return [
        Answer(INTENTS[intent], CATEGORIES[category])
        for intent, category in zip(best_intents(intents, best), best, strict=True)
    ]
