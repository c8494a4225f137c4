"""Slots: what a text says beside its kind. Rules, because they can be read, and argued with.

Every finder takes the text as given and answers entities with offsets into it. A cheap look at the
text comes before every expression, so that most finders cost nothing for most texts: of each word
it is remembered what a text with it may hold.
"""

from __future__ import annotations

from functools import reduce
from operator import or_

from nlu import ticket
from nlu.normalise import MAX_CHARS, normalise
from nlu.remembered import Remembered
from nlu.slots import depth, personal, repeat, since
from nlu.slots.depth import find_depths
from nlu.slots.emergency import emergency, hinted, in_danger
from nlu.slots.language import MOST, language, language_of
from nlu.slots.personal import find_personal
from nlu.slots.repeat import find_repeats
from nlu.slots.since import find_since
from nlu.understanding import Entity

__all__ = ["emergency", "find_slots", "language", "told"]
_DEPTH, _SINCE, _REPEAT, _PERSONAL, _TICKET, _DANGER = (1 << at for at in range(6))


def told(text: str, plain: str | None = None) -> tuple[list[Entity], str, bool]:
    """`find_slots`, `language` and `emergency` of a text: of most in one look at their words.

    Args:
        text: as given, of MAX_CHARS at most.
        plain: `normalise(text)`, where it is known.
    """
    low = text.lower()
    words = low.split()
    signs = reduce(or_, map(_signs.__getitem__, words), 0)
    danger = bool(signs & _DANGER) and in_danger(normalise(text) if plain is None else plain)
    if signs & _TICKET or len(text) > MOST or not text.isascii():
        return find_slots(text), language(text), danger
    return _found(text, low, signs), language_of(words), danger


def find_slots(text: str) -> list[Entity]:
    """All slots in the text but places, in the order of the finders."""
    written = text[:MAX_CHARS]
    low = lower(written)
    signs = reduce(or_, map(_signs.__getitem__, low.split()), 0)
    if not signs & _TICKET:
        return _found(written, low, signs)
    blank = ticket.blank(written)
    return _found(blank, lower(blank), signs) + _tickets(written)


def _found(text: str, low: str, signs: int) -> list[Entity]:
    found = find_depths(low) if signs & _DEPTH else []
    if signs & _SINCE:
        found += find_since(low)
    if signs & _REPEAT:
        found += find_repeats(low)
    if signs & _PERSONAL:
        found += find_personal(text)
    return found


def _sign(word: str) -> int:
    """What a text with this between two blanks, lower-cased, may hold: a bit for each finder."""
    return (
        _DEPTH * depth.hinted(word)
        | _SINCE * since.hinted(word)
        | _REPEAT * repeat.hinted(word)
        | _PERSONAL * personal.hinted(word)
        | _TICKET * ticket.hinted(word)
        | _DANGER * hinted(word)
    )


_signs = Remembered(_sign)


def _tickets(written: str) -> list[Entity]:
    return [
        Entity(entity="ticket", value=number, start=start, end=end)
        for number, start, end in ticket.find(written)
    ]


def lower(text: str) -> str:
    """Lower case of the same length, so that offsets hold (some capitals become two letters)."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(c.lower()[:1] or c for c in text)
