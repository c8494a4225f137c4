"""A correction as learning sees it: no address, no ticket, its text masked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from nlu.engines.mask import without_places
from nlu.normalise import MAX_CHARS, normalise
from nlu.places.resolve import resolve
from nlu.slots.personal import masked

AUTO = "auto"  # actors that are no persons are "auto:<rule>"
CITIZEN = "citizen"


@dataclass(frozen=True, kw_only=True, slots=True)
class Correction:
    """A word on one text."""

    id: int
    at: datetime
    actor: str
    plain: str  # masked of personal data and places, normalised: see `plain_of`
    categories: tuple[str, ...]  # the main one first; () when nothing was said of them
    intent: str | None
    intent_before: str | None = None  # what the engine had read

    @property
    def human(self) -> bool:
        """Whether a moderator said it: neither a rule nor the citizen himself."""
        return self.actor.split(":")[0] not in {AUTO, CITIZEN}


def plain_of(text: str) -> str:
    """A text as it is learnt: personal data and the names of places gone, then normalised."""
    text = masked(text[:MAX_CHARS])
    return normalise(without_places(text, resolve(text)))
