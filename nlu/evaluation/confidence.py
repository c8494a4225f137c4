"""Whether a confidence means what it says: reliability by bins, accuracy by threshold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlu.calibration import calibration_error
from nlu.evaluation.figures import Figure, resampled, share

BINS = 10
THRESHOLDS = tuple(round(0.05 * step, 2) for step in range(20))  # 0 to 0.95


@dataclass(frozen=True, kw_only=True, slots=True)
class Bin:
    """A tenth of the texts, of like confidence: what was promised and what was right."""

    confidence: float  # mean
    accuracy: Figure


@dataclass(frozen=True, kw_only=True, slots=True)
class Covered:
    """What is answered without asking from a confidence on, and how much of that is right."""

    threshold: float
    coverage: float  # share of all texts
    accuracy: Figure


def expected_error(confidence: Sequence[float], right: Sequence[bool]) -> Figure:
    """Expected calibration error over equally filled bins."""
    said, hits = np.array(confidence), np.array(right)
    return resampled(lambda at: calibration_error(said[at], hits[at], BINS), len(hits))


def reliability(confidence: Sequence[float], right: Sequence[bool]) -> list[Bin]:
    """The bins of `expected_error`, the least sure first."""
    said = np.array(confidence)
    order = np.argsort(said, kind="stable")
    return [
        Bin(confidence=float(said[part].mean()), accuracy=share([right[i] for i in part]))
        for part in np.array_split(order, BINS)
        if len(part)
    ]


def coverage(confidence: Sequence[float], right: Sequence[bool]) -> list[Covered]:
    """For each threshold that any text reaches."""
    rows = []
    for threshold in THRESHOLDS:
        hits = [hit for said, hit in zip(confidence, right, strict=True) if said >= threshold]
        if hits:
            rows.append(
                Covered(threshold=threshold, coverage=len(hits) / len(right), accuracy=share(hits))
            )
    return rows
