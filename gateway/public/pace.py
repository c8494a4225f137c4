"""How often one address may ask: so many pages in a minute, then it waits."""

from __future__ import annotations

import math
from collections import OrderedDict
from ipaddress import ip_address

_MOST_ADDRESSES = 20_000  # remembered at a time; the one that has been quiet longest is forgotten
_HOUSEHOLD = 64  # bits of an IPv6 address that one customer gets (RFC 6177)


class Pace:
    """A bucket of `a_minute` requests for each address; it fills up again evenly."""

    def __init__(self, a_minute: int) -> None:
        self._most = float(a_minute)
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_s(self, address: str, now: float) -> int:
        """Take one; returns 0, or in how many seconds the next may be asked. `now` in seconds."""
        who = household(address)
        left, then = self._buckets.pop(who, (self._most, now))
        left = min(self._most, left + (now - then) * self._most / 60)
        allowed = left >= 1
        self._buckets[who] = (left - 1 if allowed else left, now)
        if len(self._buckets) > _MOST_ADDRESSES:
            self._buckets.popitem(last=False)
        return 0 if allowed else math.ceil((1 - left) * 60 / self._most)


def household(address: str) -> str:
    """The part of an address that one customer holds: an IPv4 address, an IPv6 network."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if found.version == 4:  # noqa: PLR2004 - IP versions
        return str(found)
    mapped = getattr(found, "ipv4_mapped", None)
    return str(mapped) if mapped else found.exploded[: _HOUSEHOLD // 4 + 3]
