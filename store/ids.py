"""Ids that grow with time and need no round trip: 41 bits of milliseconds, 10 of node, 12 of count.

Rows of one batch can refer to each other before any of them is written, and `ORDER BY id` is the
order of arrival (across processes: to within their clocks' difference).
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from datetime import datetime

_EPOCH_MS = 1_704_067_200_000  # 2024-01-01T00:00:00Z
_NODES, _COUNTS = 1 << 10, 1 << 12


@dataclass
class Ids:
    """A source of ids for one process. `node` tells processes apart; drawn when not given."""

    node: int = field(default_factory=lambda: secrets.randbelow(_NODES))
    _last_ms: int = 0
    _count: int = 0

    def next(self) -> int:
        """Return an id greater than all before it from this source."""
        now_ms = max(time.time_ns() // 1_000_000, self._last_ms)
        if now_ms == self._last_ms:
            self._count += 1
            if self._count == _COUNTS:  # borrowed from the next millisecond; never waits
                now_ms, self._count = now_ms + 1, 0
        else:
            self._count = 0
        self._last_ms = now_ms
        return ((now_ms - _EPOCH_MS) * _NODES + self.node) * _COUNTS + self._count


def first_of(moment: datetime) -> int:
    """The least id that can have been made at a moment, or after it."""
    return max(int(moment.timestamp() * 1000) - _EPOCH_MS, 0) * _NODES * _COUNTS


@dataclass
class Dated:
    """A source of ids for things of the past: each as if made at its moment, none given twice.

    `serial` tells how many were given before; four million differ whatever their moments.
    """

    serial: int = 0

    def at(self, moment: datetime) -> int:
        """An id that stands among those of that moment."""
        self.serial += 1
        ms = int(moment.timestamp() * 1000)
        return (ms - _EPOCH_MS) * _NODES * _COUNTS + self.serial % (_NODES * _COUNTS)
