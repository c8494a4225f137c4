"""Waiting doubles, is capped, and what failed together is not tried again together."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from gateway.backoff import backoff


@pytest.mark.parametrize(
    ("attempt", "wait"),
    [
        (0, 2),  # 2 * 2**0
        (3, 16),  # 2 * 2**3
        (12, 3600),  # capped: one hour
        (10_000, 3600),
    ],
)
def test_backoff_seconds(attempt: int, wait: int) -> None:
    assert backoff(attempt) == timedelta(seconds=wait)


def test_jitter_takes_off_up_to_a_quarter() -> None:
    random = Random(1708)
    waits = {backoff(3, random).total_seconds() for _ in range(100)}
    assert len(waits) > 90
    assert 12 <= min(waits) <= max(waits) <= 16
