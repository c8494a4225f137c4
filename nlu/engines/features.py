"""Word and character n-grams of normalised texts as buckets: numpy alone, a batch at a time.

Words and pairs of words, and character n-grams of 2 to 5 within a word's bounds (as scikit-learn's
`char_wb` does), are hashed into 2**20 buckets: words into the upper half, characters into the
lower. No vocabulary is kept, so a model is small, and a
text's features cost the same few numpy calls whether one text comes or a hundred.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

BUCKETS = 1 << 20
WORDS = BUCKETS >> 1  # buckets from here on are of words
_OWNER = 20
_MULTIPLY = np.uint64(0x9E3779B97F4A7C15)  # Knuth's golden ratio, as Fibonacci hashing uses it
_STEP = np.uint64(0x100000001B3)  # FNV's prime
_SHIFT = np.uint64(45)  # 64 - 19: the high bits are the well mixed ones
_POWERS = np.cumprod(np.full(64, _STEP, dtype=np.uint64))
_SPACE = 32


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
    keys.sort()
    if keys.size:  # texts without a letter have none
        keys = np.concatenate((keys[:1], keys[1:][keys[1:] != keys[:-1]]))
    bucket = keys & (BUCKETS - 1)
    return keys >> _OWNER, bucket, bucket >= WORDS


def _bucket(values: NDArray[np.uint64], size: int) -> NDArray[np.int64]:
    mixed = (values + np.uint64(size)) * _MULTIPLY
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
    ends = np.flatnonzero(~space[:-1] & space[1:]) + 1
    at = np.arange(len(codes), dtype=np.int64)
    begin = np.zeros(len(codes), dtype=np.int64)
    begin[starts] = starts
    inside = np.minimum(at - np.maximum.accumulate(begin), 63)
    weighted = codes * _POWERS[inside]
    weighted[space] = 0
    sums = np.add.reduceat(weighted, starts) + (ends - starts).astype(np.uint64)
    owners = owner[starts]
    found = [owners | WORDS | _bucket(sums, 1)]
    same = owners[1:] == owners[:-1]
    pairs = (sums[:-1] * _STEP + sums[1:])[same]
    found.append(owners[1:][same] | WORDS | _bucket(pairs, 2))
    return found
