"""The cheap look at a text before an expression is tried: most texts hold none of its words."""

from __future__ import annotations

from collections.abc import Iterable


def shortest(hints: Iterable[str]) -> tuple[str, ...]:
    """The hints without those that hold another one: who has "setinggi" in it has "tinggi"."""
    known: list[str] = []
    for hint in sorted(set(hints), key=len):
        if not holds(hint, known):
            known.append(hint)
    return tuple(known)


def within_words(hints: Iterable[str]) -> tuple[str, ...]:
    """Of each hint a word, so that a text with the hint has a word with that in it."""
    return shortest(max(hint.split(), key=len) for hint in hints)


def holds(low: str, hints: Iterable[str]) -> bool:
    """Whether a lower-cased text holds any of the hints, be it within a word."""
    for hint in hints:  # noqa: SIM110 (a generator costs twice as much, and this runs on all texts)
        if hint in low:
            return True
    return False
