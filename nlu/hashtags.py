"""What a hashtag says: people write whole complaints in one, without a blank.

    >>> apart("jalanrusakparah", {"jalan", "rusak", "parah"})
    'jalan rusak parah'

A tag is cut where known words stand side by side; one unknown piece may stay at either end
("pancoranbanjir"). What cannot be cut so is one word.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

LONGEST = 40  # letters of a tag that is cut; what is longer is no tag
_FEWEST = 3  # letters of a piece
_SURE = 5  # letters of what is known beside a piece that is not
Words = tuple[str, ...]


def apart(tag: str, known: AbstractSet[str]) -> str:
    """The words of a tag, given in lower case without its "#"."""
    if len(tag) > LONGEST or not tag.isascii() or not tag.isalpha():
        return tag
    within = _within(tag, known)
    if not within:
        return tag
    heads = _heads(tag, within)
    backwards = _heads(tag[::-1], {word[::-1] for word in within})
    tails = [tuple(word[::-1] for word in reversed(words)) for words in backwards]
    return " ".join(heads[-1] or _beside(tag, heads, tails) or (tag,))


def _heads(tag: str, known: AbstractSet[str]) -> list[Words]:
    """For each size the fewest known words that make up so much of the tag's beginning."""
    best: list[Words] = [()]
    for end in range(1, len(tag) + 1):
        ways = [
            (*best[begin], tag[begin:end])
            for begin in range(max(end - _FEWEST + 1, 0))
            if (best[begin] or not begin) and tag[begin:end] in known
        ]
        best.append(min(ways, key=len, default=()))
    return best


def _within(tag: str, known: AbstractSet[str]) -> set[str]:
    """The known words that stand anywhere in the tag."""
    ends = range(_FEWEST, len(tag) + 1)
    return {tag[at:end] for end in ends for at in range(end - _FEWEST + 1)} & known


def _beside(tag: str, heads: list[Words], tails: list[Words]) -> Words:
    """The most of the tag that is known, and the unknown rest before or behind it."""
    for size in range(len(tag) - _FEWEST, _SURE - 1, -1):
        if tails[size]:
            return tag[:-size], *tails[size]
        if heads[size]:
            return *heads[size], tag[size:]
    return ()
