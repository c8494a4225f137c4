"""What words add to a model's scores, worked out once: people say the same words again and again.

A text's scores are the sum of what its words add, each word once, and what its pairs of words
add. So of a word that was read before nothing is left to do but to add its row; only pairs are
hashed for a text.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from nlu.engines.features import BUCKETS, numbers, of_words, pairs

MOST_WORDS = 16_384  # that are remembered, some 7 MB; then it begins anew
_AT_ONCE = 1024  # words that are worked out together

Parts = NDArray[np.float32]  # what something adds to each head's scores, and to the length squared


@dataclass(frozen=True, slots=True)
class Table:
    """What a model learnt: a row for each bucket that it knows."""

    used: NDArray[np.int32]  # the bucket of each row, in rising order
    weight: NDArray[np.int8]  # rows x heads: units
    unit: NDArray[np.float32]  # of each row's weights
    square: NDArray[np.float32]  # what each row adds to the square of a text's length

    @property
    def width(self) -> int:
        """Of what a row adds: the heads, and the square of the length behind them."""
        return int(self.weight.shape[1]) + 1

    def parts(self, rows: NDArray[np.int64]) -> Parts:
        """What each of these rows adds."""
        parts = np.empty((len(rows), self.width), dtype=np.float32)
        np.multiply(self.weight.take(rows, axis=0), self.unit[rows, None], out=parts[:, :-1])
        parts[:, -1] = self.square[rows]
        return parts


class _Known:
    """Words with what they add. Grows in place; what was answered of it stays true."""

    def __init__(self, most: int, width: int) -> None:
        self.at: dict[str, int] = {}
        self.numbers = np.empty((2, most), dtype=np.uint64)
        self.parts = np.empty((most, width), dtype=np.float32)


class Vocabulary:
    """Sums of what texts hold, by a model's table."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._has = np.zeros(BUCKETS, dtype=np.bool_)  # most buckets of a text are not: no search
        self._has[table.used] = True
        self._known = _Known(MOST_WORDS, table.width)
        self._learning = Lock()

    def sums(self, texts: Sequence[str]) -> Parts:
        """What normalised texts add up to, a row per text."""
        return self._summed(texts)[0]

    def heard(self, texts: Sequence[str], compared: slice) -> tuple[Parts, Parts]:
        """The same, and for the heads `compared` how loud the loudest word of each text is.

        That is what the word adds to one of these heads beyond the average of them all.
        """
        sums, owners, parts = self._summed(texts)
        loud = np.zeros_like(sums[:, compared])
        if len(owners):
            beyond = parts[:, compared] - parts[:, compared].mean(axis=1, keepdims=True)
            first = _firsts(owners)
            loud[owners[first]] = np.maximum.reduceat(beyond, first, axis=0)
        return sums, loud

    def _summed(self, texts: Sequence[str]) -> tuple[Parts, NDArray[np.int64], Parts]:
        """What texts add up to; and each of their words once: its text, and what it adds."""
        sums = np.zeros((len(texts), self._table.width), dtype=np.float32)
        split = [text.split() for text in texts]
        flat = [word for words in split for word in words]
        if not flat:
            return sums, np.zeros(0, dtype=np.int64), sums[:0]
        known = self._knowing(flat)
        at, owners = _places(known, split)
        _, second, rows = self._pairs(known.numbers.take(at, axis=1), owners)
        _add(sums, owners[second], self._table.parts(rows))
        once = [dict.fromkeys(words) for words in split]
        if sum(map(len, once)) < len(flat):
            at, owners = _places(known, once)
        parts = known.parts.take(at, axis=0)
        _add(sums, owners, parts)
        return sums, owners, parts

    def apart(self, words: Sequence[str]) -> Parts:
        """What each word of one normalised text adds, a row per word; together they are its sum.

        A word that stands there several times counts in equal parts for each, a pair of words for
        either of them.
        """
        known = self._knowing(words)
        at = [known.at[word] for word in words]
        times = np.bincount(at)[at].astype(np.float32)
        parts = known.parts[at] / times[:, None]
        first, second, rows = self._pairs(known.numbers[:, at], np.zeros(len(at), dtype=np.int64))
        halves = self._table.parts(rows) * np.float32(0.5)
        for either in (first, second):
            np.add.at(parts, either, halves)
        return parts

    def _pairs(
        self, numbered: NDArray[np.uint64], owners: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Of the pairs that the model knows: where its words stand, and the row."""
        first, second, bucket = pairs(numbered, owners)
        has = self._has[bucket]
        return first[has], second[has], self._rows(bucket[has])

    def _rows(self, bucket: NDArray[np.int64]) -> NDArray[np.int64]:
        """The row of each bucket, all of which the model knows."""
        return self._table.used.searchsorted(bucket.astype(np.int32))

    def _knowing(self, words: Sequence[str]) -> _Known:
        """What is remembered, these words included."""
        known = self._known
        if all(map(known.at.__contains__, words)):
            return known
        with self._learning:  # a thread beside may learn words too
            known = self._known
            fresh = [word for word in dict.fromkeys(words) if word not in known.at]
            if len(known.at) + len(fresh) > MOST_WORDS:
                fresh = list(dict.fromkeys(words))
                known = _Known(max(MOST_WORDS, len(fresh)), self._table.width)
                if len(fresh) <= MOST_WORDS:  # else for these texts alone
                    self._known = known
            for first in range(0, len(fresh), _AT_ONCE):
                self._learn(known, fresh[first : first + _AT_ONCE])
        return known

    def _learn(self, known: _Known, fresh: list[str]) -> None:
        begin = len(known.at)
        end = begin + len(fresh)
        owner, bucket = of_words(fresh)
        has = self._has[bucket]
        known.parts[begin:end] = 0
        _add(known.parts[begin:end], owner[has], self._table.parts(self._rows(bucket[has])))
        known.numbers[:, begin:end] = numbers(fresh)
        known.at.update(zip(fresh, range(begin, end), strict=True))  # last: now others may read it


def _places(
    known: _Known, split: Sequence[Collection[str]]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where the words of texts are remembered, and the text of each."""
    at = np.array([known.at[word] for words in split for word in words])
    return at, np.repeat(np.arange(len(split)), [len(words) for words in split])


def _add(sums: Parts, owner: NDArray[np.int64], parts: Parts) -> None:
    """Add each part to the row that owns it; owners in rising order."""
    if len(owner):
        first = _firsts(owner)
        sums[owner[first]] += np.add.reduceat(parts, first, axis=0)


def _firsts(owner: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each owner stands first."""
    fresh = np.ones(len(owner), dtype=np.bool_)
    np.not_equal(owner[1:], owner[:-1], out=fresh[1:])
    return fresh.nonzero()[0]
