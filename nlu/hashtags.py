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
_NONE: tuple[str, ...] = ()


def apart(tag: str, known: AbstractSet[str]) -> str:
    """The words of a tag, given in lower case without its "#"."""
    if len(tag) > LONGEST or not tag.isascii() or not tag.isalpha():
        return tag
    return " ".join(_whole(tag, known) or _beside(tag, known) or (tag,))


def _whole(tag: str, known: AbstractSet[str]) -> tuple[str, ...]:
    """The fewest known words that make up the tag; () where none do."""
    best: list[tuple[str, ...] | None] = [_NONE, *[None] * len(tag)]
    for end in range(_FEWEST, len(tag) + 1):
        for begin in range(end - _FEWEST + 1):
            before, piece = best[begin], tag[begin:end]
            if before is None or piece not in known:
                continue
            shortest = best[end]
            if shortest is None or len(before) + 1 < len(shortest):
                best[end] = (*before, piece)
    return best[-1] or _NONE


def _beside(tag: str, known: AbstractSet[str]) -> tuple[str, ...]:
    """The most of the tag that is known, and the unknown rest before or behind it."""
    for size in range(len(tag) - _FEWEST, _SURE - 1, -1):
        if tail := _whole(tag[-size:], known):
            return tag[:-size], *tail
        if head := _whole(tag[:size], known):
            return *head, tag[size:]
    return _NONE
