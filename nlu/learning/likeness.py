"""Which texts are nearly the same: Jaccard likeness over character 4-grams, found by MinHash.

Comparing every pair of 10,000 texts takes minutes. MinHash (Broder 1997) signs each text with 60
numbers; texts that agree in three neighbouring ones are compared exactly. At a likeness of 0.6 a
pair is overlooked once in 130 times, and far more rarely above.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

ALIKE = 0.6  # Jaccard from which on two texts count as one; the house test of the corpus has it too
_BANDS, _ROWS = 20, 3
_SIZE = 4
_MOST_IN_A_BAND = 50  # compare with so many before; who shares a band with more is like one of them

Grams = frozenset[int]


def grams(plain: str) -> Grams:
    """The hashed character 4-grams of a normalised text."""
    raw = plain.encode("utf-8", "replace")
    if len(raw) <= _SIZE:
        return frozenset({zlib.crc32(raw)})
    return frozenset(zlib.crc32(raw[i : i + _SIZE]) for i in range(len(raw) - _SIZE + 1))


def jaccard(a: Grams, b: Grams) -> float:
    """Shared 4-grams by all 4-grams, 0 to 1."""
    both = len(a & b)
    return both / (len(a) + len(b) - both)


def groups(plain: Sequence[str]) -> list[int]:
    """A number per text; texts that are alike, directly or by way of others, have the same."""
    first: dict[str, int] = {}
    for at, text in enumerate(plain):
        first.setdefault(text, at)
    unique = list(first.values())
    parent = list(range(len(unique)))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    known = [grams(plain[at]) for at in unique]
    for left, right in _pairs(known):
        a, b = root(left), root(right)
        if a != b and jaccard(known[left], known[right]) >= ALIKE:
            parent[max(a, b)] = min(a, b)
    numbers = {plain[at]: root(i) for i, at in enumerate(unique)}
    return [numbers[text] for text in plain]


def _pairs(known: Sequence[Grams]) -> Iterator[tuple[int, int]]:
    """Pairs that share a band of their signatures."""
    signatures = _signatures(known)
    for band in range(_BANDS):
        met: dict[bytes, list[int]] = defaultdict(list)
        for at, signature in enumerate(signatures[:, band * _ROWS : (band + 1) * _ROWS]):
            before = met[signature.tobytes()]
            yield from ((other, at) for other in before)
            if len(before) < _MOST_IN_A_BAND:
                before.append(at)


def _signatures(known: Sequence[Grams]) -> NDArray[np.uint64]:
    if not known:
        return np.zeros((0, _BANDS * _ROWS), dtype=np.uint64)
    chance = np.random.default_rng(1)
    odd = chance.integers(1, 1 << 62, _BANDS * _ROWS, dtype=np.uint64) | np.uint64(1)
    lengths = np.array([len(one) for one in known])
    flat = np.fromiter((gram for one in known for gram in one), np.uint64, int(lengths.sum()))
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    columns = []
    for factor in odd:
        mixed = (flat + np.uint64(1)) * factor  # wraps around: multiplication modulo 2**64
        mixed ^= mixed >> np.uint64(31)
        columns.append(np.minimum.reduceat(mixed * factor, starts))
    return np.stack(columns, axis=1)
