"""A kelurahan far above its usual. Pure; docs/console.md says it in words.

What was told in the last hours is compared with what the same kelurahan told in the same hours of
the same weekday in each of the last eight weeks. Its usual is their mean with one imagined report
added, so that a place that never told anything is not taken for one that never will. The alarm goes
off where so many, or more, would come from the usual alone (Poisson) less than once in a hundred
looks at all kelurahan and both windows together (Bonferroni), and never for fewer than five.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from store.bursts import WEEK, Told
from store.facts import Area

WINDOWS = (timedelta(hours=3), timedelta(hours=24))
WEEKS = 8
FEWEST_WEEKS = 2  # of history, before anything is called unusual
FEWEST = 5  # reports
CHANCE = 0.01  # of a false alarm, in one look at the whole city


@dataclass(frozen=True, kw_only=True, slots=True)
class Spike:
    """A kelurahan that tells far more than it usually does at this hour."""

    area: Area
    window: timedelta
    now: int
    usual: float  # reports expected in such a window
    chance: float  # that so many come from the usual alone


def weeks_known(first: datetime | None, now: datetime) -> int:
    """How many whole weeks there is a history of, at most eight."""
    return min(int((now - first) / WEEK), WEEKS) if first else 0


def spikes(told: Sequence[Told], window: timedelta, weeks: int, kelurahan: int) -> list[Spike]:
    """Those of one window that stand out, the least likely first.

    Args:
        told: what each kelurahan that told anything in the window has told.
        window: how long it is.
        weeks: how many weeks the usual is the mean of.
        kelurahan: how many were looked at, silent ones too.
    """
    if weeks < FEWEST_WEEKS:
        return []
    limit = CHANCE / (max(kelurahan, 1) * len(WINDOWS))
    found = []
    for one in told:
        usual = (one.usual + 1) / weeks
        chance = at_least(one.now, usual)
        if one.now >= FEWEST and chance < limit:
            found.append(
                Spike(area=one.area, window=window, now=one.now, usual=usual, chance=chance)
            )
    return sorted(found, key=lambda one: one.chance)


def clearest(found: Sequence[Spike]) -> list[Spike]:
    """One of each kelurahan: the window in which it is least likely."""
    best: dict[Area, Spike] = {}
    for one in sorted(found, key=lambda spike: spike.chance):
        best.setdefault(one.area, one)
    return list(best.values())


def at_least(n: int, mean: float) -> float:
    """The probability of `n` or more where `mean` are expected (Poisson's upper tail)."""
    if n <= 0:
        return 1.0
    if n <= mean:  # the sum from below is the exact one here
        return 1 - sum(_exactly(k, mean) for k in range(n))
    total, k, term = 0.0, n, _exactly(n, mean)
    while term > total * 1e-12:
        total += term
        k += 1
        term *= mean / k
    return total


def _exactly(k: int, mean: float) -> float:
    return math.exp(k * math.log(mean) - mean - math.lgamma(k + 1))
