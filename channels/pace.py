"""How fast one session may write: a bucket that fills evenly. Time is an argument."""

from __future__ import annotations

import math

_MOST_SESSIONS = 10_000  # remembered at once; buckets that are full again are forgotten first


class Pace:
    """At most `per_minute` messages a minute for each address; all of them at once if need be."""

    def __init__(self, per_minute: int) -> None:
        self._most = float(per_minute)
        self._per_s = per_minute / 60
        self._left: dict[str, tuple[float, float]] = {}  # address -> (messages left, at)

    def take(self, address: str, now: float) -> int:
        """Count a message at `now` (seconds). 0 when it may pass, else the seconds to wait."""
        if seconds := self.wait(address, now):
            return seconds
        left = self._at(address, now)
        if address not in self._left and len(self._left) >= _MOST_SESSIONS:
            self._forget(now)
        self._left[address] = left - 1, now
        return 0

    def wait(self, address: str, now: float) -> int:
        """How many seconds the next message must wait, 0 when it may pass; counts nothing."""
        left = self._at(address, now)
        return math.ceil((1 - left) / self._per_s) if left < 1 else 0

    def _at(self, address: str, now: float) -> float:
        left, at = self._left.get(address, (self._most, now))
        return min(self._most, left + (now - at) * self._per_s)

    def _forget(self, now: float) -> None:
        self._left = {
            address: left
            for address, left in self._left.items()
            if self._at(address, now) < self._most
        }
