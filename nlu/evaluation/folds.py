"""The corpus asked about itself: each part read by a model that was taught all the others.

The model is trained, calibrated and served as the real one is, so what a corpus author sees here
is what citizens would get of it. A part of the texts is alike to the rest, being by one hand: the
figures compare classes with each other, and say little about real texts.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

from nlu.corpus import Example
from nlu.engines.embedded import EmbeddedEngine
from nlu.evaluation.labelled import Labelled
from nlu.evaluation.report import Report, evaluate
from nlu.places.resolve import resolve
from nlu.training import SEED, Progress, fit
from nlu.understanding import Understanding

FOLDS = 5


def labelled(example: Example) -> Labelled:
    """An example as a text to be scored on. Its id is the file and line that it stands in."""
    # What is no complaint may be thanks, a greeting or something else: its intent is not said.
    quiet = example.categories[:1] == ("bukan_aduan",)
    return Labelled(
        id=example.source,
        text=example.text,
        label=example.categories[0] if example.categories else None,
        labels=example.categories,
        all_labels=bool(example.categories),
        intent=None if quiet else example.intent,
    )


def cross_validate(examples: Sequence[Example], *, folds: int, tell: Progress) -> Report:
    """Score `folds` models, each on the part that it was not taught.

    Args:
        examples: the corpus.
        folds: 2 or more; each trains a model, half a minute on the whole corpus.
        tell: what is being done, and how much of all is done.
    """
    order = list(range(len(examples)))
    random.Random(SEED).shuffle(order)
    answers: dict[int, Understanding] = {}
    for fold in range(folds):
        tell(f"part {fold + 1} of {folds}", fold / folds)
        held = order[fold::folds]
        taught = sorted(set(order) - set(held))
        model = fit([examples[i] for i in taught], lambda _what, _share: None)
        engine = EmbeddedEngine(Path(), model, Path(), resolve)
        read = engine.read([examples[i].text for i in held])
        answers |= dict(zip(held, read, strict=True))
    tell("scoring", 1.0)
    in_order = [answers[i] for i in range(len(examples))]
    return evaluate(lambda _texts: in_order, [labelled(example) for example in examples])
