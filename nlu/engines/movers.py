"""The words that moved the model, as the citizen wrote them.

The model is linear, so what a word adds to a score can be told exactly (`Model.pulls`). But it
reads normalised words, with the names of places taken out: here they are followed back to the
letters of the text. "jln" is read as "jalan", "JALAN2" as two words, a place's name as a mark.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from nlu.engines.mask import pieces
from nlu.engines.model import Model
from nlu.normalise import normalise
from nlu.places.resolve import Resolution
from nlu.understanding import Mover

_CHUNK = re.compile(r"\S+")
_EDGES = " \t\r\n.,;:!?()[]{}\"'…-"  # of a word as it is shown
_LEAST = 0.0005  # a share below is nothing that anybody would want to read


@dataclass(frozen=True, slots=True)
class _Written:
    """A word as written: where it stands in the text, and what is read there."""

    start: int
    end: int
    read: tuple[str, ...]


def movers(model: Model, text: str, found: Resolution, category: int) -> tuple[Mover, ...]:
    """What each word of `text` adds to a category, the strongest first.

    Args:
        model: the one that is asked.
        text: as the citizen wrote it.
        found: the places in it, whose offsets are into this text.
        category: its index in `joint.CATEGORIES`.
    """
    made = pieces(text, found)
    words = normalise("".join([piece for piece, _, _ in made])).split()
    written = _written(text, made)
    if not words or not written:
        return ()
    pulls = [0.0] * len(written)
    for at, pull in zip(_owners(written, words), model.pulls(words, category), strict=True):
        pulls[at] += pull
    total = sum(map(abs, pulls))
    if not total:
        return ()
    moved = [
        Mover(
            word=text[one.start : one.end],
            share=round(pull / total, 4),
            start=one.start,
            end=one.end,
        )
        for one, pull in zip(written, pulls, strict=True)
        if abs(pull / total) >= _LEAST
    ]
    return tuple(sorted(moved, key=lambda one: -abs(one.share)))


def _written(text: str, made: list[tuple[str, int, int]]) -> list[_Written]:
    """The words of the text, each with what is read of it alone."""
    starts, ends = _origins(made)
    found = []
    for chunk in _CHUNK.finditer("".join([piece for piece, _, _ in made])):
        start, end = starts[chunk.start()], ends[chunk.end() - 1]
        shown = text[start:end]
        start += len(shown) - len(shown.lstrip(_EDGES))
        end -= len(shown) - len(shown.rstrip(_EDGES))
        if start < end:
            found.append(_Written(start, end, tuple(normalise(chunk[0]).split())))
    return found


def _origins(made: list[tuple[str, int, int]]) -> tuple[list[int], list[int]]:
    """For each letter of the pieces: where what it stands for begins and ends in the text."""
    starts: list[int] = []
    ends: list[int] = []
    for piece, start, end in made:
        own = len(piece) == end - start  # the text's own letters; else a mark for all of it
        starts += range(start, end) if own else [start] * len(piece)
        ends += range(start + 1, end + 1) if own else [end] * len(piece)
    return starts, ends


def _owners(written: list[_Written], words: list[str]) -> list[int]:
    """For each word that was read, the written one that it comes from.

    Mostly the words read one by one are those of the whole text. Where several written words are
    read as one ("3 in 1"), or one is dropped, its neighbour stands for it.
    """
    alone = [(word, at) for at, one in enumerate(written) for word in one.read]
    apart = [word for word, _ in alone]
    if apart == words:
        return [at for _, at in alone]
    owners, last = [0] * len(words), len(alone) - 1
    for _, left, right, begin, end in SequenceMatcher(None, apart, words).get_opcodes():
        for at in range(begin, end):
            share = (at - begin) * (right - left) // (end - begin)
            if last >= 0:
                owners[at] = alone[min(left + share, last)][1]
    return owners
