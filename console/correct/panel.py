"""What stands beside a report: the machine's candidates with their keys, and what was said last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy.ext.asyncio import AsyncConnection

from console.correct.naming import words_for
from dialogs.phrasebook import LOCALES
from nlu.categories import categories, shares
from nlu.learning.labels import NOT_A_COMPLAINT
from nlu.understanding import Candidate
from store import corrections
from store.corrections import Kept

KEYS = 9
LATELY = timedelta(hours=12)  # a shift: what was said before it is on the report's own page


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """A category that one key says."""

    key: int  # 1 to 9
    slug: str
    confidence: float | None  # of the machine; None for one that it did not think of
    current: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Name:
    """A category as typed letters find it."""

    slug: str
    words: str  # all that it is called, joined by |


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """All that the panel shows beside the report itself."""

    choices: tuple[Choice, ...]
    names: tuple[Name, ...]  # all categories, the likeliest first
    language: str  # the one in which the citizen is not answered yet
    said: Kept | None  # the moderator's last word, on this report or another
    undoable: Kept | None  # the last one that stands


async def of(
    connection: AsyncConnection,
    *,
    category: str,
    candidates: Sequence[Candidate],
    locale: str,
    actor: str,
    now: datetime,
) -> Panel:
    """Put the panel of a report together.

    `category` is the one that it has, `candidates` are the machine's, best first, () where they are
    no longer known; `locale` is the one in which its citizen is answered, `actor` looks at it.
    """
    lately = await corrections.latest_of(connection, actor, now - LATELY)
    taken = {one.undoes for one in lately}
    stands = (one for one in lately if one.undoes is None and one.id not in taken)
    return Panel(
        choices=choices(category, candidates),
        names=names(tuple(one.category for one in candidates)),
        language=next(one for one in LOCALES if one != locale),
        said=next(iter(lately), None),
        undoable=next(stands, None),
    )


def choices(category: str, candidates: Sequence[Candidate]) -> tuple[Choice, ...]:
    """The machine's candidates, then what citizens report most often: a key each.

    That it is no complaint has a key of its own.
    """
    sure = {one.category: one.confidence for one in candidates}
    known = [slug for slug in (*sure, *_often()) if slug in categories()]
    slugs = [slug for slug in dict.fromkeys(known) if slug != NOT_A_COMPLAINT]
    return tuple(
        Choice(key=key, slug=slug, confidence=sure.get(slug), current=slug == category)
        for key, slug in enumerate(slugs[:KEYS], 1)
    )


@cache
def _often() -> tuple[str, ...]:
    often = shares()
    return tuple(sorted(often, key=lambda slug: -often[slug]))


@cache
def names(first: tuple[str, ...]) -> tuple[Name, ...]:
    """All categories as typed letters find them; `first` come first."""
    order = dict.fromkeys((*(one for one in first if one in categories()), *categories()))
    return tuple(Name(slug=slug, words="|".join(words_for()[slug])) for slug in order)
