"""A circuit breaker: who fails again and again is left alone for a while, then tried once.

The clock is an argument, so that a test need not wait.
"""

from __future__ import annotations

import time
from collections.abc import Callable


class Breaker:
    """Closed: all may pass. Open: none. Half-open, after a wait: one, whose fate decides.

    Args:
        failures: how many in a row open it.
        wait_s: seconds until the next trial.
        clock: seconds, never going back.
    """

    def __init__(
        self, *, failures: int, wait_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._allowed = failures
        self._wait_s = wait_s
        self._clock = clock
        self._failed = 0
        self._retry_at = 0.0

    @property
    def is_open(self) -> bool:
        return self._failed >= self._allowed

    def allow(self) -> bool:
        """Whether to try now. Who is allowed must say `succeeded` or `failed` afterwards."""
        if not self.is_open:
            return True
        now = self._clock()
        if now < self._retry_at:
            return False
        self._retry_at = now + self._wait_s  # the others wait for this one's fate
        return True

    def succeeded(self) -> None:
        self._failed = 0

    def failed(self) -> None:
        self._failed += 1
        self._retry_at = self._clock() + self._wait_s
