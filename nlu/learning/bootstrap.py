"""The difference between two models on the same texts, with an honest lower bound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

RESAMPLES = 4000
SEED = 1
BELOW = 0.05  # one-sided: in 95 of 100 cases the true difference is no lower


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """Shares of texts that each model reads right, and what lies between them."""

    n: int
    before: float  # share right by the current model; 0 when n is 0
    after: float  # by the candidate
    value: float  # after - before
    low: float  # lower 95 % bound of the difference; -1 when n is 0
    won: int  # texts that only the candidate reads right
    lost: int  # texts that only the current model reads right


def difference(before: Sequence[bool], after: Sequence[bool]) -> Difference:
    """Paired bootstrap over texts (Efron 1979; paired: Berg-Kirkpatrick et al. 2012).

    One win and one loss that nobody saw are added to the texts that are drawn from: without them
    ten texts on which both models agree would prove that they always will.
    """
    n = len(before)
    if not n:
        return Difference(n=0, before=0.0, after=0.0, value=0.0, low=-1.0, won=0, lost=0)
    gain = np.array(after, dtype=np.int8) - np.array(before, dtype=np.int8)
    won, lost = int((gain > 0).sum()), int((gain < 0).sum())
    # Drawing n texts of three kinds with replacement is drawing from a multinomial.
    kinds = np.array([won + 1, lost + 1, n - won - lost]) / (n + 2)
    drawn = np.random.default_rng(SEED).multinomial(n + 2, kinds, RESAMPLES)
    means = (drawn[:, 0] - drawn[:, 1]) / (n + 2)
    return Difference(
        n=n,
        before=float(np.mean(before)),
        after=float(np.mean(after)),
        value=float(gain.mean()),
        low=float(np.quantile(means, BELOW)),
        won=won,
        lost=lost,
    )
