"""Slots: what a text says beside its kind. Rules, because they can be read, and argued with.

Every finder takes the text as given and answers entities with offsets into it. A cheap look at the
text comes before every expression, so that most finders cost nothing for most texts.
"""

from __future__ import annotations

from nlu import ticket
from nlu.normalise import MAX_CHARS
from nlu.slots.depth import find_depths
from nlu.slots.emergency import emergency
from nlu.slots.language import language
from nlu.slots.personal import find_personal
from nlu.slots.repeat import find_repeats
from nlu.slots.since import find_since
from nlu.understanding import Entity

__all__ = ["emergency", "find_slots", "language"]


def find_slots(text: str) -> list[Entity]:
    """All slots in the text but places, in the order of the finders."""
    written = text[:MAX_CHARS]
    text = ticket.blank(written)
    low = lower(text)
    return [
        *find_depths(low),
        *find_since(low),
        *find_repeats(low),
        *find_personal(text),
        *(
            Entity(entity="ticket", value=number, start=start, end=end)
            for number, start, end in ticket.find(written)
        ),
    ]


def lower(text: str) -> str:
    """Lower case of the same length, so that offsets hold (some capitals become two letters)."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(c.lower()[:1] or c for c in text)
