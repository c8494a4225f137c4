"""Guessing is slowed down: who may try now, and how long the others wait.

Failures are counted under keys, and the row of each says until when nobody may try:

- the address that asks (many guesses at many accounts), and the account, as strangers see it;
- for a browser in which somebody has entered this account before (`console/people/familiar.py`),
  that browser, and nothing else. So a stranger who guesses without end shuts
  the door to strangers alone: the account's owner enters from his own browser, by single sign-on,
  or with a link of `kanal user link`.

An attempt counts as failed before the password is looked at, and is taken back when it was right:
a hundred guesses at the same moment are a hundred guesses. Source: OWASP, "Slow Down Online
Guessing Attacks with Device Cookies".
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Network, ip_address

from sqlalchemy.ext.asyncio import AsyncConnection

from store import attempts

FORGOTTEN = timedelta(hours=24)  # without a failure; then counting starts anew


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """How many failures are free, and how waits grow after them: doubled each time."""

    free: int
    first: timedelta
    longest: timedelta

    def wait(self, failures: int) -> timedelta:
        """How long nobody may try after so many failures in a row."""
        beyond = failures - self.free
        if beyond < 0:
            return timedelta(0)
        return min(self.longest, self.first * (1 << min(beyond, 20)))


OF_ACCOUNT = Pace(free=5, first=timedelta(seconds=30), longest=timedelta(minutes=15))
OF_ADDRESS = Pace(free=20, first=timedelta(seconds=30), longest=timedelta(hours=1))


Keys = tuple[tuple[str, Pace], ...]
"""Under what an attempt is counted. Hashes: neither names nor addresses are stored."""


def keys(secret: bytes, *, account: str, address: str, browser: str | None = None) -> Keys:
    """The keys of an attempt at an account (its name as typed) from an address.

    A browser that is known there is counted alone: whoever shares its address does not shut it out.
    """
    if browser is not None:
        return ((_digest(secret, f"browser {browser}"), OF_ACCOUNT),)
    return (
        (_digest(secret, f"account {account.casefold()}"), OF_ACCOUNT),
        (_digest(secret, f"address {_household(address)}"), OF_ADDRESS),
    )


def _household(address: str) -> str:
    """The part of an address that one customer holds: all of IPv4, 64 bits of IPv6 (RFC 6177)."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(found, IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or IPv6Network((found, 64), strict=False))


def _digest(secret: bytes, of: str) -> str:
    return hmac.digest(secret, of.encode(), "sha256").hex()[:32]


async def begin(connection: AsyncConnection, of: Keys, now: datetime) -> timedelta | None:
    """Count an attempt; None when it may be made, else how long to wait (nothing is counted)."""
    until = max([await attempts.hold(connection, key, now) for key, _ in of])
    if until > now:
        return until - now
    for key, pace in of:
        failures = await attempts.add(connection, key, now, forgotten=now - FORGOTTEN)
        await attempts.close(connection, key, now + pace.wait(failures))
    return None


async def succeeded(connection: AsyncConnection, of: Keys, now: datetime) -> None:
    """The password was right: the account's failures are forgotten, the address's but for this.

    Otherwise whoever has an account of his own would clear the way for guesses at others.
    """
    (whose, _), *shared = of
    await attempts.forget(connection, whose)
    for key, pace in shared:
        failures = await attempts.take_back(connection, key)
        if not pace.wait(failures):
            await attempts.close(connection, key, now)
