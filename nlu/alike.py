"""Which texts are like one text: cosine of their n-grams, the rare ones counting more. Pure.

    likeness("lampu jalan mati di gang", others)  # array([0.83, 0.02, ...])

The n-grams are those that the engine reads (engines/features.py), so "like" means: what the machine
would take for the same kind of report, whatever it says of it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nlu.engines.features import BUCKETS, buckets
from nlu.normalise import normalise


def likeness(text: str, others: Sequence[str]) -> NDArray[np.float64]:
    """How like `text` each of the others is, 0 to 1. Some 30 microseconds a text."""
    plain = [normalise(one) for one in (text, *others)]
    owner, bucket = buckets(plain)
    weight = np.log((1 + len(plain)) / (1 + np.bincount(bucket, minlength=BUCKETS)))[bucket] + 1
    norm = np.sqrt(np.bincount(owner, weight**2, minlength=len(plain)))
    mine = np.zeros(BUCKETS)
    mine[bucket[owner == 0]] = weight[owner == 0]
    shared = np.bincount(owner, weight * mine[bucket], minlength=len(plain))
    both = norm * norm[0]
    answer: NDArray[np.float64] = np.divide(shared, both, out=np.zeros(len(plain)), where=both > 0)[
        1:
    ]
    return answer
