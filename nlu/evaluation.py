"""What an engine is worth, in figures with intervals, on texts that somebody has labelled.

A line of a file: {"text", "id"?, "label"?, "labels"?, "intent"?}. `label` is the category of the
first annotator, `labels` all that any annotator found to fit. What is present is scored.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from nlu.calibration import ASKED, calibration_error
from nlu.categories import categories
from nlu.corpus import INTENTS
from nlu.understanding import Understanding

FEWEST = 4  # texts that a label needs to count in macro-F1
RESAMPLES = 1000
SEED = 1
_Z = 1.96  # 95 %

Reader = Callable[[Sequence[str]], list[Understanding]]


class EvaluationError(ValueError):
    """The file cannot be scored. The message names file, line and remedy."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Labelled:
    """One text and what people say of it."""

    id: str
    text: str
    label: str | None
    labels: tuple[str, ...]
    intent: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """A share with its 95 % interval."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PerClass:
    """How one category or intent fares."""

    name: str
    n: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """All figures of one file."""

    figures: dict[str, Figure]
    classes: list[PerClass]
    intents: list[PerClass]
    confusions: list[tuple[str, str, int]]  # label, answer, how often
    wrong: list[dict[str, Any]] = field(default_factory=list)


def read(path: Path) -> list[Labelled]:
    """The labelled texts of a JSONL file."""
    texts = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            text = row["text"]
        except (ValueError, KeyError, TypeError) as error:
            raise EvaluationError(
                f'{path}:{number}: no JSON object with "text" ({error})'
            ) from error
        label = row.get("label")
        labels = tuple(row.get("labels") or ([label] if label else []))
        for name in {*labels, *([label] if label else [])} - set(categories()):
            raise EvaluationError(f"{path}:{number}: unknown category {name!r}")
        if row.get("intent") is not None and row["intent"] not in INTENTS:
            raise EvaluationError(f"{path}:{number}: unknown intent {row['intent']!r}")
        texts.append(
            Labelled(
                id=str(row.get("id", number)),
                text=text,
                label=label,
                labels=labels,
                intent=row.get("intent"),
            )
        )
    return texts


def evaluate(read_texts: Reader, texts: Sequence[Labelled]) -> Report:
    """Score an engine's `read` on labelled texts."""
    answers = read_texts([text.text for text in texts])
    pairs = list(zip(texts, answers, strict=True))
    labelled = [(text, answer) for text, answer in pairs if text.label]
    figures: dict[str, Figure] = {}
    classes: list[PerClass] = []
    if labelled:
        figures, classes = _categories(labelled)
    meant = [(text.intent or "", answer.intent) for text, answer in pairs if text.intent]
    intents = per_class(meant) if meant else []
    if meant:
        figures["intent_accuracy"] = share([gold == said for gold, said in meant])
        figures["intent_macro_f1"] = macro(meant)
    return Report(
        figures=figures,
        classes=classes,
        intents=intents,
        confusions=_confusions(labelled),
        wrong=[
            {"id": text.id, "label": text.label, "answer": answer.category}
            for text, answer in labelled
            if answer.category != text.label
        ],
    )


def _categories(
    labelled: list[tuple[Labelled, Understanding]],
) -> tuple[dict[str, Figure], list[PerClass]]:
    said = [(text.label or "", answer.category or "bukan_aduan") for text, answer in labelled]
    right = [gold == answer for gold, answer in said]
    confidence = np.array([answer.confidence for _, answer in labelled])
    sure = np.argsort(-confidence, kind="stable")[: math.ceil(len(right) * (1 - ASKED))]
    figures = {
        "accuracy": share(right),
        "accuracy_either": share([answer.category in text.labels for text, answer in labelled]),
        "macro_f1": macro(said),
        "top_3": share(
            [text.label in [c.category for c in answer.candidates[:3]] for text, answer in labelled]
        ),
        "accuracy_accepted": share([right[i] for i in sure]),
        "calibration_error": Figure(
            value=calibration_error(confidence, np.array(right)), low=0, high=1, n=len(right)
        ),
    }
    return figures, per_class(said)


def share(hits: Sequence[bool]) -> Figure:
    """A share with Wilson's interval."""
    n = len(hits)
    if not n:
        return Figure(value=0, low=0, high=1, n=0)
    p = sum(hits) / n
    middle = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2)) / (1 + _Z**2 / n)
    return Figure(value=p, low=middle - half, high=middle + half, n=n)


def macro(pairs: Sequence[tuple[str, str]]) -> Figure:
    """Macro-F1 over the labels with at least FEWEST texts, with a bootstrap interval."""
    counted = [name for name, n in Counter(gold for gold, _ in pairs).items() if n >= FEWEST]
    names = sorted({name for pair in pairs for name in pair})
    index = {name: i for i, name in enumerate(names)}
    gold = np.array([index[pair[0]] for pair in pairs])
    said = np.array([index[pair[1]] for pair in pairs])
    chosen = [index[name] for name in counted]

    def score(at: Any) -> float:
        size = len(names)
        hits = np.bincount(gold[at][gold[at] == said[at]], minlength=size)
        total = np.bincount(gold[at], minlength=size) + np.bincount(said[at], minlength=size)
        return float((2 * hits[chosen] / np.maximum(total[chosen], 1)).mean()) if chosen else 0.0

    chance = np.random.default_rng(SEED)
    draws = [score(chance.integers(0, len(pairs), len(pairs))) for _ in range(RESAMPLES)]
    low, high = np.quantile(draws, [0.025, 0.975])
    return Figure(
        value=score(np.arange(len(pairs))), low=float(low), high=float(high), n=len(counted)
    )


def per_class(pairs: Sequence[tuple[str, str]]) -> list[PerClass]:
    """Precision, recall and F1 of each label that occurs."""
    gold, said = Counter(pair[0] for pair in pairs), Counter(pair[1] for pair in pairs)
    hits = Counter(pair[0] for pair in pairs if pair[0] == pair[1])
    return [
        PerClass(
            name=name,
            n=n,
            precision=hits[name] / said[name] if said[name] else 0.0,
            recall=hits[name] / n,
            f1=2 * hits[name] / (n + said[name]),
        )
        for name, n in sorted(gold.items(), key=lambda item: -item[1])
    ]


def _confusions(labelled: list[tuple[Labelled, Understanding]]) -> list[tuple[str, str, int]]:
    counted = Counter(
        (text.label or "", answer.category or "bukan_aduan") for text, answer in labelled
    )
    return [(gold, said, n) for (gold, said), n in counted.most_common() if gold != said]
