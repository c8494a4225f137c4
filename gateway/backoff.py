"""How long to wait before the next attempt."""

from __future__ import annotations

from datetime import timedelta
from random import Random

FIRST = timedelta(seconds=2)
LONGEST = timedelta(hours=1)


def backoff(attempt: int, random: Random | None = None) -> timedelta:
    """Wait before attempt number `attempt` + 1: doubling from 2 s, at most an hour.

    With `random`, a jitter of up to a quarter is taken off, so that what failed together is not
    tried again together.
    """
    wait = min(FIRST * (1 << min(attempt, 20)), LONGEST)
    return wait if random is None else wait * (1 - random.random() / 4)
