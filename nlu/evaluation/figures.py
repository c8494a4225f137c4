"""The arithmetic: shares with Wilson's interval, all other figures with a bootstrap one."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

FEWEST = 4  # texts that a label needs to count in macro-F1
RESAMPLES = 1000
SEED = 1
_Z = 1.96  # 95 %


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """A share, or another figure of 0 to 1, with its 95 % interval."""

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


def share(hits: Sequence[bool]) -> Figure:
    """A share with Wilson's interval."""
    n = len(hits)
    if not n:
        return Figure(value=0, low=0, high=1, n=0)
    p = sum(hits) / n
    middle = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2)) / (1 + _Z**2 / n)
    return Figure(value=p, low=middle - half, high=middle + half, n=n)


def resampled(score: Callable[[Any], float], size: int, *, n: int | None = None) -> Figure:
    """Any figure with a bootstrap interval: the middle 95 % over texts drawn anew.

    Args:
        score: the figure of the texts at an array of positions.
        size: how many texts there are.
        n: what to say it was measured on, where that is not `size`.
    """
    chance = np.random.default_rng(SEED)
    draws = [score(chance.integers(0, size, size)) for _ in range(RESAMPLES)]
    low, high = np.quantile(draws, [0.025, 0.975])
    value = score(np.arange(size))
    return Figure(value=value, low=float(low), high=float(high), n=size if n is None else n)


def macro(pairs: Sequence[tuple[str, str]]) -> Figure:
    """Macro-F1 of (label, answer) over the labels with at least FEWEST texts."""
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

    return resampled(score, len(pairs), n=len(counted))


def micro(pairs: Sequence[tuple[Collection[str], Collection[str]]]) -> Figure:
    """F1 of sets of labels against sets of answers, all texts thrown together."""
    hits = np.array([len(set(gold) & set(said)) for gold, said in pairs])
    total = np.array([len(set(gold)) + len(set(said)) for gold, said in pairs])
    return resampled(lambda at: float(2 * hits[at].sum() / max(total[at].sum(), 1)), len(pairs))


def per_class(pairs: Sequence[tuple[str, str]]) -> list[PerClass]:
    """Precision, recall and F1 of each label in (label, answer), the commonest first."""
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


def confusions(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str, int]]:
    """(label, answer, how often) of what was wrong, the commonest first."""
    return [(gold, said, n) for (gold, said), n in Counter(pairs).most_common() if gold != said]
