"""What a city's rules look at, and what they say. Pure; the rules themselves: console/answer/."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nlu.categories import categories

HAND = "hand"  # in the place of a rule's name: a person has assigned it


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A complaint, as far as a rule may ask."""

    category: str
    kota: str | None = None
    kecamatan: str | None = None
    kelurahan: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Assigned:
    """Who acts, and the name of the rule that said so."""

    agency: str
    rule: str


Assign = Callable[[Case], Assigned | None]


def by_category(case: Case) -> Assigned | None:
    """The agency that leads for a category, where a city's rules are not known."""
    row = categories().get(case.category)
    return Assigned(agency=row.agency[0], rule="") if row else None
