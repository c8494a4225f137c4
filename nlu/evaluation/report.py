"""All figures of an engine on labelled texts."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nlu.calibration import ASKED
from nlu.evaluation import slots
from nlu.evaluation.confidence import Bin, Covered, coverage, expected_error, reliability
from nlu.evaluation.figures import (
    Figure,
    PerClass,
    confusions,
    macro,
    micro,
    per_class,
    share,
)
from nlu.evaluation.labelled import Labelled
from nlu.understanding import Understanding

Reader = Callable[[Sequence[str]], list[Understanding]]
_TWO = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """All figures of one set of texts; empty where nothing of the kind is labelled."""

    figures: dict[str, Figure]
    classes: list[PerClass]
    intents: list[PerClass]
    confusions: list[tuple[str, str, int]]  # label, answer, how often
    wrong: list[dict[str, Any]] = field(default_factory=list)
    intent_confusions: list[tuple[str, str, int]] = field(default_factory=list)
    reliability: list[Bin] = field(default_factory=list)
    coverage: list[Covered] = field(default_factory=list)


def evaluate(read_texts: Reader, texts: Sequence[Labelled]) -> Report:
    """Score an engine's `read` on labelled texts."""
    answers = read_texts([text.text for text in texts])
    pairs = list(zip(texts, answers, strict=True))
    labelled = [(text, answer) for text, answer in pairs if text.label]
    said = [(text.label or "", answer.category or "bukan_aduan") for text, answer in labelled]
    meant = [(text.intent or "", answer.intent) for text, answer in pairs if text.intent]
    confidence = [answer.confidence for _, answer in labelled]
    right = [gold == answer for gold, answer in said]
    figures = (_categories(labelled, right) | {"macro_f1": macro(said)}) if labelled else {}
    if meant:
        figures["intent_accuracy"] = share([gold == answer for gold, answer in meant])
        figures["intent_macro_f1"] = macro(meant)
    beside = slots.places(pairs) | slots.depths(pairs) | slots.emergencies(pairs)
    return Report(
        figures=figures | beside,
        classes=per_class(said),
        intents=per_class(meant),
        confusions=confusions(said),
        wrong=[
            {"id": text.id, "label": text.label, "answer": answer.category}
            for text, answer in labelled
            if answer.category != text.label
        ],
        intent_confusions=confusions(meant),
        reliability=reliability(confidence, right) if right else [],
        coverage=coverage(confidence, right),
    )


def _categories(
    labelled: Sequence[tuple[Labelled, Understanding]], right: list[bool]
) -> dict[str, Figure]:
    confidence = [answer.confidence for _, answer in labelled]
    sure = np.argsort([-one for one in confidence], kind="stable")
    sure = sure[: math.ceil(len(right) * (1 - ASKED))]
    return {
        "accuracy": share(right),
        "accuracy_either": share([answer.category in text.labels for text, answer in labelled]),
        "top_3": share(
            [text.label in [c.category for c in answer.candidates[:3]] for text, answer in labelled]
        ),
        "accuracy_accepted": share([right[i] for i in sure]),
        "calibration_error": expected_error(confidence, right),
        **_several(labelled),
    }


def _several(labelled: Sequence[tuple[Labelled, Understanding]]) -> dict[str, Figure]:
    """Of texts that have "labels": the F1 of all that is answered, and how often two are seen.

    Where "labels" are what two annotators chose for one complaint, not two complaints in a text,
    the second one is rarely answered, and rightly: read `accuracy_either` there.
    """
    sets = [(text.labels, answer.categories) for text, answer in labelled if text.all_labels]
    if not any(len(gold) >= _TWO for gold, _ in sets):
        return {}
    two = [len(said) >= _TWO and set(said) <= set(gold) for gold, said in sets if len(gold) >= _TWO]
    one = [len(said) >= _TWO for gold, said in sets if len(gold) < _TWO]
    figures = {"multi_label_f1": micro(sets), "two_found": share(two)}
    return figures | ({"two_where_one": share(one)} if one else {})
