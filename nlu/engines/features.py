"""Word and character n-grams of normalised texts as buckets: numpy alone, a batch at a time.

Beside them `features` has what the words mean (nlu/concepts.py): the concepts of each word, and
pairs of neighbours in which a concept stands for its word ("drain clogged").

Words and pairs of words, and character n-grams of 2 to 5 within a word's bounds (as scikit-learn's
`char_wb` does), are hashed into 2**20 buckets: words into the upper half, characters into the
lower. No vocabulary is kept, so a model is small, and a
text's features cost the same few numpy calls whether one text comes or a hundred.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlu.concepts import of_word

BUCKETS = 1 << 20
WORDS = BUCKETS >> 1  # buckets from here on are of words
MOST_WORDS = 16_384  # that are remembered, some 6 MB; then it begins anew
_OWNER = 20
_MULTIPLY = np.uint64(0x9E3779B97F4A7C15)  # Knuth's golden ratio, as Fibonacci hashing uses it
_STEP = np.uint64(0x100000001B3)  # FNV's prime
_SHIFT = np.uint64(45)  # 64 - 19: the high bits are the well mixed ones
_POWERS = np.cumprod(np.full(64, _STEP, dtype=np.uint64))
_SPACE = 32
_NARROW = 1 << (31 - _OWNER)  # texts whose keys fit 32 bits, which are sorted in half the time
_CONCEPT, _MEANT = 3, 4  # what tells their buckets from those of words (1) and of pairs (2)
_PAIRED = np.array([[2], [_MEANT]], dtype=np.uint64)
# Rows, how many, its number in pairs, the number of what it means.
_Word = tuple[NDArray[np.int32], int, int, int]


def buckets(
    texts: Sequence[str],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """The distinct (text, bucket) pairs of normalised ASCII texts, in the order of the texts.

    Answers three equally long arrays: the text's number, the bucket, and whether the bucket is
    one of words (else of characters).
    """
    joined = " " + " ".join(texts) + " "
    codes = np.frombuffer(joined.encode("ascii"), dtype=np.uint8)
    lengths = np.fromiter((len(text) + 1 for text in texts), dtype=np.int64, count=len(texts))
    owner = np.repeat(np.arange(len(texts), dtype=np.int64), lengths)
    # The space before a text belongs to it; the last space of all to the last text.
    owner = np.concatenate((owner, owner[-1:])) << _OWNER
    space = codes == _SPACE
    keys = np.concatenate(
        [*_characters(codes.astype(np.uint64), space, owner), *_words(codes, space, owner)]
    )
    return _distinct(keys)


def _distinct(
    keys: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    keys.sort()
    if keys.size:  # texts without a letter have none
        keys = np.concatenate((keys[:1], keys[1:][keys[1:] != keys[:-1]]))
    bucket = keys & (BUCKETS - 1)
    return keys >> _OWNER, bucket, bucket >= WORDS


def features(
    texts: Sequence[str],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """`buckets`, and those of what the words mean among them: what the model is taught."""
    owner, bucket, _ = buckets(texts)
    return _distinct(np.concatenate((owner << _OWNER | bucket, *_meanings(texts))))


def _meanings(texts: Sequence[str]) -> list[NDArray[np.int64]]:
    split = [text.split() for text in texts]
    flat = [word for words in split for word in words]
    if not flat:
        return []
    owners = np.repeat(np.arange(len(split)) << _OWNER, [len(words) for words in split])
    distinct = list(dict.fromkeys(flat))
    at = {word: number for number, word in enumerate(distinct)}
    sums = _numbers(distinct)
    concepts = [of_word(word) for word in distinct]
    meant = _meant(concepts, sums)
    order = np.array([at[word] for word in flat])
    owned = np.repeat(owners, [len(concepts[number]) for number in order])
    named = [concept for number in order for concept in concepts[number]]
    return [owned | _of_concepts(named), *_meant_pairs(sums[order], meant[order], owners)]


def _numbers(words: Sequence[str]) -> NDArray[np.uint64]:
    """A number for each word, or for anything else that is written in ASCII without a space."""
    codes = np.frombuffer(f" {' '.join(words)} ".encode("ascii"), dtype=np.uint8)
    space = codes == _SPACE
    return _sums(codes, space, np.flatnonzero(space[:-1] & ~space[1:]) + 1)


def _of_concepts(concepts: Sequence[str]) -> NDArray[np.int64]:
    if not concepts:
        return np.zeros(0, dtype=np.int64)
    return WORDS | _bucket(_numbers(concepts), _CONCEPT)


def _meant(concepts: Sequence[tuple[str, ...]], sums: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """For each word the number of its first concept, or its own where it has none."""
    some = [at for at, named in enumerate(concepts) if named]
    meant = sums.copy()
    if some:  # "=" stands in no word: a concept is never taken for a word of its name
        meant[some] = _numbers([f"={concepts[at][0]}" for at in some])
    return meant


def _meant_pairs(
    sums: NDArray[np.uint64], meant: NDArray[np.uint64], owners: NDArray[np.int64]
) -> list[NDArray[np.int64]]:
    """Pairs of neighbours of which one or both are meant by a concept."""
    spoken = sums != meant
    keep = (owners[1:] == owners[:-1]) & (spoken[1:] | spoken[:-1])
    pairs = (meant[:-1] * _STEP + meant[1:])[keep]
    return [owners[1:][keep] | WORDS | _bucket(pairs, _MEANT)]


def _both_pairs(numbers: NDArray[np.uint64], owners: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """`_pairs` of the first row and `_meant_pairs` of both, in the calls of one."""
    spoken = numbers[0] != numbers[1]
    keep = np.empty((2, len(owners) - 1), dtype=np.bool_)
    np.equal(owners[1:], owners[:-1], out=keep[0])
    np.logical_and(keep[0], spoken[1:] | spoken[:-1], out=keep[1])
    bucket = _bucket(numbers[:, :-1] * _STEP + numbers[:, 1:], _PAIRED)
    bucket |= WORDS
    bucket |= owners[1:]
    return bucket[keep]


def _bucket(values: NDArray[np.uint64], size: int | NDArray[np.uint64]) -> NDArray[np.int64]:
    mixed = (values + np.asarray(size, dtype=np.uint64)) * _MULTIPLY
    mixed ^= mixed >> np.uint64(29)
    return ((mixed * _MULTIPLY) >> _SHIFT).astype(np.int64)


def _characters(
    codes: NDArray[np.uint64], space: NDArray[np.bool_], owner: NDArray[np.int64]
) -> list[NDArray[np.int64]]:
    found = []
    grams, inner = codes, np.zeros(len(codes), dtype=np.bool_)
    for size in range(2, 6):
        if len(codes) < size:
            break
        grams = grams[:-1] * _STEP + codes[size - 1 :]
        inner = inner[:-1]
        if size > 2:  # noqa: PLR2004 (a pair has no inner character)
            inner = inner | space[size - 2 : len(codes) - 1]
        keep = np.flatnonzero(~inner & ~(space[: len(grams)] & space[1 : len(grams) + 1]))
        found.append(owner[keep] | _bucket(grams[keep], size))
    return found


def _words(
    codes: NDArray[np.uint8], space: NDArray[np.bool_], owner: NDArray[np.int64]
) -> list[NDArray[np.int64]]:
    starts = np.flatnonzero(space[:-1] & ~space[1:]) + 1
    if not len(starts):
        return []
    sums = _sums(codes, space, starts)
    owners = owner[starts]
    return [owners | WORDS | _bucket(sums, 1), *_pairs(sums, owners)]


def _pairs(sums: NDArray[np.uint64], owners: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    same = owners[1:] == owners[:-1]
    pairs = (sums[:-1] * _STEP + sums[1:])[same]
    return [owners[1:][same] | WORDS | _bucket(pairs, 2)]


def _sums(
    codes: NDArray[np.uint8], space: NDArray[np.bool_], starts: NDArray[np.int64]
) -> NDArray[np.uint64]:
    """A number for each word, from its letters and length."""
    ends = np.flatnonzero(~space[:-1] & space[1:]) + 1
    at = np.arange(len(codes), dtype=np.int64)
    begin = np.zeros(len(codes), dtype=np.int64)
    begin[starts] = starts
    inside = np.minimum(at - np.maximum.accumulate(begin), 63)
    weighted = codes * _POWERS[inside]
    weighted[space] = 0
    sums: NDArray[np.uint64] = np.add.reduceat(weighted, starts) + (ends - starts).astype(np.uint64)
    return sums


class Vocabulary:
    """`features` for a server: remembers which rows of a model the words of texts have.

    People say the same words again and again; their n-grams need not be hashed each time. Only
    pairs of words are left to be hashed for a text.

    Args:
        used: the bucket of each of the model's rows, in rising order.
    """

    def __init__(self, used: NDArray[np.int32]) -> None:
        self._used = used
        self._known = np.zeros(BUCKETS, dtype=np.bool_)  # most buckets of a text are not: no search
        self._known[used] = True
        self._words: dict[str, _Word] = {}

    def rows(self, texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The distinct (text, row) pairs of normalised texts, in the order of the texts."""
        split = [text.split() for text in texts]
        flat = [word for words in split for word in words]
        if not flat:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        seen = self._seen(flat)
        rows, sizes, spelt, concepts = zip(*[seen[word] for word in flat], strict=True)
        kind = np.dtype(np.int32 if len(split) <= _NARROW else np.int64)
        numbers = (np.arange(len(split)) << _OWNER).astype(kind)
        owners = np.repeat(numbers, [len(words) for words in split])
        pairs = _both_pairs(np.array((spelt, concepts), dtype=np.uint64), owners)
        pairs = pairs[self._known[pairs & (BUCKETS - 1)]]
        known = self._rows(pairs & (BUCKETS - 1)) | ((pairs >> _OWNER) << _OWNER).astype(kind)
        keys = np.concatenate((np.repeat(owners, sizes) | np.concatenate(rows), known))
        keys.sort()
        fresh = np.ones(len(keys), dtype=np.bool_)
        np.not_equal(keys[1:], keys[:-1], out=fresh[1:])
        keys = keys[fresh].astype(np.int64)
        return keys >> _OWNER, keys & (BUCKETS - 1)

    def _rows(self, known: NDArray[np.int64]) -> NDArray[np.int32]:
        """The model's row of each bucket that it has."""
        return self._used.searchsorted(known.astype(np.int32)).astype(np.int32)

    def _seen(self, words: list[str]) -> dict[str, _Word]:
        """All that is remembered, these words included. A thread beside may learn them too."""
        seen = self._words
        fresh = [word for word in dict.fromkeys(words) if word not in seen]
        if not fresh:
            return seen
        if len(seen) + len(fresh) > MOST_WORDS:
            fresh, seen = list(dict.fromkeys(words)), {}
        owner, bucket, _ = features(fresh)
        known = self._known[bucket]
        owner, rows = owner[known], self._rows(bucket[known])
        edges = np.searchsorted(owner, np.arange(len(fresh) + 1)).tolist()
        sums = _numbers(fresh)
        meant = _meant([of_word(word) for word in fresh], sums)
        for word, begin, end, *numbers in zip(
            fresh, edges, edges[1:], sums.tolist(), meant.tolist(), strict=False
        ):
            seen[word] = (rows[begin:end].copy(), end - begin, *numbers)
        self._words = seen
        return seen
