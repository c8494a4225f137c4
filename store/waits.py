"""How long citizens waited: for a person's first answer, and until their complaint was done.

An answer is a change of status, of which everybody who follows the complaint is told, or a
moderator's own message in the conversation that filed it; what the bot says by itself is none. Done
is the last move of a complaint that stands at `done`: what was reopened is not done yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from store.facts import Area, Facts

Key = TypeVar("Key", str, Area)
_HALF, _NINTH = (1, 2), (9, 10)


@dataclass(frozen=True, kw_only=True, slots=True)
class Waited:
    """How long it took, in seconds: half of all waited no longer than the median."""

    n: int
    median: float
    ninth: float  # the 90th percentile: nine of ten waited no longer


@dataclass(frozen=True, kw_only=True, slots=True)
class Waits:
    """One measure: of all, by agency, by area; the busiest first."""

    all: Waited | None
    agencies: dict[str, Waited]
    areas: dict[Area, Waited]


def to_answer(facts: Facts) -> Waits:
    """From filing to the first answer of a person, of complaints that have one."""
    return _waits(facts, facts.column("answered"))


def to_done(facts: Facts) -> Waits:
    """From filing to done, of complaints that are done."""
    return _waits(facts, facts.column("done"))


def _waits(facts: Facts, took: NDArray[Any]) -> Waits:
    order = np.argsort(took)[: np.count_nonzero(~np.isnan(took))]  # NaN is sorted to the end
    took = took[order]
    agency, area = (facts.column(name)[order] for name in ("agency", "area"))
    agencies = zip(facts.names["agency"], _groups(agency, took), strict=False)
    areas = zip(facts.areas(), _groups(area, took), strict=False)
    return Waits(
        all=_waited(took) if len(took) else None,
        agencies=_busiest({name: group for name, group in agencies if name}),
        areas=_busiest({area: group for area, group in areas if area.kelurahan}),
    )


def _groups(numbers: NDArray[Any], took: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """The times of each number from 0 on, in their order: from the shortest on."""
    sorted_by = took[np.argsort(numbers, kind="stable")]
    begin = 0
    for end in np.cumsum(np.bincount(numbers)).tolist():
        yield sorted_by[begin:end]
        begin = end


def _busiest(groups: dict[Key, NDArray[Any]]) -> dict[Key, Waited]:
    found = {key: _waited(group) for key, group in groups.items() if len(group)}
    return dict(sorted(found.items(), key=lambda one: (-one[1].n, one[0])))


def _waited(ordered: NDArray[Any]) -> Waited:
    return Waited(n=len(ordered), median=_rank(ordered, _HALF), ninth=_rank(ordered, _NINTH))


def _rank(ordered: NDArray[Any], part: tuple[int, int]) -> float:
    """The nearest-rank percentile: the least value that so many parts of all do not exceed."""
    above, below = part
    return float(ordered[-(-len(ordered) * above // below) - 1])
