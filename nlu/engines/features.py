"""Words and pairs of words, and the words' character n-grams, as buckets: numpy alone.

Beside them is what the words mean (nlu/concepts.py): the concepts of each word, pairs of
neighbours in which a concept stands for its word ("drain clogged"), and pairs of concepts a word or
two apart.

Character n-grams are of 2 to 5 within a word's bounds (as scikit-learn's `char_wb`). All is hashed
into 2**20 buckets: words into the upper half, characters into the lower. No vocabulary is kept, so
a model is small. What a text holds is what its words hold, each word once, and its pairs: so a
server need work out each word but once (engines/vocabulary.py).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nlu.concepts import of_word

BUCKETS = 1 << 20
WORDS = BUCKETS >> 1  # buckets from here on are of words
_OWNER = 20
_MULTIPLY = np.uint64(0x9E3779B97F4A7C15)  # Knuth's golden ratio, as Fibonacci hashing uses it
_STEP = np.uint64(0x100000001B3)  # FNV's prime
_SHIFT = np.uint64(45)  # 64 - 19: the high bits are the well mixed ones
_POWERS = np.cumprod(np.full(64, _STEP, dtype=np.uint64))
_SPACE = 32
# What tells the buckets of concepts from those of words (1): of one, of two words as they are
# spelt, of what neighbours mean, of what words farther apart mean.
_CONCEPT, _SPELT, _MEANT, _APART = 3, 2, 4, 5
FAR = 3  # words up to so many apart are paired by what they mean; up to 6 or 10 is no better


def buckets(texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The distinct (text, bucket) pairs of normalised ASCII texts, in the order of the texts.

    Answers two equally long arrays: the text's number and the bucket.
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


def _distinct(keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    keys.sort()
    if keys.size:  # texts without a letter have none
        keys = np.concatenate((keys[:1], keys[1:][keys[1:] != keys[:-1]]))
    return keys >> _OWNER, keys & (BUCKETS - 1)


def of_words(words: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """What normalised words hold: distinct (number of the word, bucket) pairs, in their order."""
    owner, bucket = buckets(words)
    concepts = [of_word(word) for word in words]
    owned = np.repeat(np.arange(len(words)) << _OWNER, [len(named) for named in concepts])
    named = [concept for some in concepts for concept in some]
    return _distinct(np.concatenate((owner << _OWNER | bucket, owned | _of_concepts(named))))


def numbers(words: Sequence[str]) -> NDArray[np.uint64]:
    """Of each normalised word its number in pairs, and that of what it means: 2 x words."""
    spelt = _hashes(words)
    return np.array((spelt, _meant([of_word(word) for word in words], spelt)))


def pairs(
    numbered: NDArray[np.uint64], owners: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of words: neighbours, and what words mean that are neighbours or up to FAR apart.

    Of neighbours one must mean something, of others both: "got isinya botol plastik" is a drain
    with rubbish in it.

    Args:
        numbered: `numbers` of the words of some texts, one behind the other.
        owners: the text of each word, in rising order.

    Answers equally long arrays: where in `owners` the first and the second word of each pair
    stand, the second in rising order, and the bucket.
    """
    spelt, meant = numbered
    means = spelt != meant
    beside = owners[1:] == owners[:-1]
    found = [
        _paired(spelt, beside, 1, _SPELT),
        _paired(meant, beside & (means[1:] | means[:-1]), 1, _MEANT),
    ]
    for far in range(2, FAR + 1):
        may = (owners[far:] == owners[:-far]) & means[far:] & means[:-far]
        found.append(_paired(meant, may, far, _APART))
    first, second, bucket = map(np.concatenate, zip(*found, strict=True))
    order = np.argsort(second, kind="stable")
    return first[order], second[order], bucket[order]


def _paired(
    numbers: NDArray[np.uint64], may: NDArray[np.bool_], far: int, kind: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Each word that `may`, and the one `far` behind it."""
    first = may.nonzero()[0]
    second = first + far
    return first, second, WORDS | _bucket(numbers[first] * _STEP + numbers[second], kind)


def _hashes(words: Sequence[str]) -> NDArray[np.uint64]:
    """A number for each word, or for anything else that is written in ASCII without a space."""
    codes = np.frombuffer(f" {' '.join(words)} ".encode("ascii"), dtype=np.uint8)
    space = codes == _SPACE
    return _sums(codes, space, np.flatnonzero(space[:-1] & ~space[1:]) + 1)


def _of_concepts(concepts: Sequence[str]) -> NDArray[np.int64]:
    if not concepts:
        return np.zeros(0, dtype=np.int64)
    return WORDS | _bucket(_hashes(concepts), _CONCEPT)


def _meant(concepts: Sequence[tuple[str, ...]], sums: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """For each word the number of its first concept, or its own where it has none."""
    some = [at for at, named in enumerate(concepts) if named]
    meant = sums.copy()
    if some:  # "=" stands in no word: a concept is never taken for a word of its name
        meant[some] = _hashes([f"={concepts[at][0]}" for at in some])
    return meant


def _bucket(values: NDArray[np.uint64], kind: int) -> NDArray[np.int64]:
    mixed = (values + np.uint64(kind)) * _MULTIPLY
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
