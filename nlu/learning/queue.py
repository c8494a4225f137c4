"""What a moderator's minute would teach most. Pure.

The least sure text is seldom the one to ask about: it may be the only one of its kind. What a
word on a text teaches is the product of four things:

    doubt      how near the second category is to the first
    company    how many waiting texts are nearly the same (logarithm: the tenth adds little)
    density    how much it is like the other waiting texts, so that the word reaches further
    news       how little it is like what has been corrected already
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlu.learning.likeness import Grams, grams, groups
from nlu.understanding import Candidate

_WIDTH = 4096  # 4-grams are folded into so many columns to compare all texts at once
_NEIGHBOURS = 10  # that make the density
_SURE = 0.1  # of doubt below which nothing is asked
_UNLIKE, _LIKE = 0.15, 0.4  # likeness to corrected texts that counts as none, as much


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """A text that no moderator has spoken of."""

    inbox_id: int
    ticket: str | None
    masked: str  # without personal data
    plain: str  # normalised, see `correction.plain_of`
    candidates: tuple[Candidate, ...]  # best first


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """One line of the queue."""

    waiting: Waiting
    alike: int  # texts that are nearly the same, this one included
    worth: float  # only its order means something
    why: str


def ranked(waiting: Sequence[Waiting], corrected: Sequence[str], most: int) -> list[Asked]:
    """The texts to ask about first, one of each group that is alike.

    Args:
        waiting: newest first; of texts that are alike the newest stands for all.
        corrected: normalised texts that have been corrected.
        most: how many to answer.
    """
    number = groups([one.plain for one in waiting])
    sizes = Counter(number)
    first = {group: at for at, group in reversed([*enumerate(number)])}
    at = sorted(first.values())
    rows = _rows([grams(waiting[i].plain) for i in at])
    density = _density(rows)
    near = _nearest(rows, _rows([grams(text) for text in corrected]))
    asked = [
        _asked(waiting[i], sizes[number[i]], float(density[row]), float(near[row]))
        for row, i in enumerate(at)
    ]
    asked = [one for one in asked if one.worth > 0]
    return sorted(asked, key=lambda one: -one.worth)[:most]


def doubt(candidates: Sequence[Candidate]) -> float:
    """0 where the first category is certain, 1 where the second is as likely (margin sampling).

    More where the second is likelier, and the first was answered by a lean.
    """
    if len(candidates) < 2:  # noqa: PLR2004 (no second one)
        return 0.0
    return 1 - (candidates[0].confidence - candidates[1].confidence)


def _asked(one: Waiting, alike: int, density: float, near: float) -> Asked:
    unsure = doubt(one.candidates)
    news = 1 - min(max((near - _UNLIKE) / (_LIKE - _UNLIKE), 0.0), 1.0)
    worth = unsure * math.log2(1 + alike) * (0.5 + density) * (0.25 + news)
    return Asked(
        waiting=one,
        alike=alike,
        worth=round(worth, 4) if unsure >= _SURE else 0.0,
        why="; ".join(_reasons(one, alike, density, near)),
    )


def _reasons(one: Waiting, alike: int, density: float, near: float) -> Iterator[str]:
    first, second = one.candidates[:2]
    yield (f"{first.category} {first.confidence:.2f} or {second.category} {second.confidence:.2f}")
    if alike > 1:
        yield f"{alike} texts nearly the same"
    if density >= _UNLIKE:
        yield "like many others that wait"
    yield "like some already corrected" if near >= _LIKE else "unlike all that was corrected"


def _rows(texts: Sequence[Grams]) -> NDArray[np.float32]:
    """Unit vectors over folded 4-grams, a row per text."""
    rows = np.zeros((len(texts), _WIDTH), dtype=np.float32)
    for at, text in enumerate(texts):
        rows[at, [gram % _WIDTH for gram in text]] = 1
    norm = np.sqrt(np.maximum(rows.sum(axis=1, keepdims=True), 1))
    answer: NDArray[np.float32] = rows / norm
    return answer


def _density(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """The mean likeness (cosine) of each text to its nearest neighbours."""
    if len(rows) < 2:  # noqa: PLR2004 (no neighbour)
        return np.zeros(len(rows), dtype=np.float32)
    likeness = rows @ rows.T
    np.fill_diagonal(likeness, 0)
    nearest = np.sort(likeness, axis=1)[:, -_NEIGHBOURS:]
    answer: NDArray[np.float32] = nearest.mean(axis=1)
    return answer


def _nearest(rows: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """The likeness of each text to the nearest of the others."""
    if not len(rows) or not len(others):
        return np.zeros(len(rows), dtype=np.float32)
    answer: NDArray[np.float32] = (rows @ others.T).max(axis=1)
    return answer
