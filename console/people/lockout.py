"""Guessing is slowed down: who may try now, and how long the others wait.

Failures are counted under two keys at a time, and the row of each says until when nobody may try:

- the address that asks: many guesses at many accounts;
- the account, as strangers see it; or, for a browser in which somebody has entered this account
  before (`console/people/familiar.py`), that browser. So a stranger who guesses without end shuts
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Keys:
    """Under what an attempt is counted. Hashes: neither names nor addresses are stored."""

    account: str
    address: str


def keys(secret: bytes, *, account: str, address: str, browser: str | None = None) -> Keys:
    """The keys of an attempt at an account (its name as typed) from an address."""
    whose = f"browser {browser}" if browser else f"account {account.casefold()}"
    return Keys(account=_digest(secret, whose), address=_digest(secret, f"address {address}"))


def _digest(secret: bytes, of: str) -> str:
    return hmac.digest(secret, of.encode(), "sha256").hex()[:32]


async def begin(connection: AsyncConnection, of: Keys, now: datetime) -> timedelta | None:
    """Count an attempt; None when it may be made, else how long to wait (nothing is counted)."""
    until = max([await attempts.hold(connection, key, now) for key in (of.account, of.address)])
    if until > now:
        return until - now
    for key, pace in ((of.account, OF_ACCOUNT), (of.address, OF_ADDRESS)):
        failures = await attempts.add(connection, key, now, forgotten=now - FORGOTTEN)
        await attempts.close(connection, key, now + pace.wait(failures))
    return None


async def succeeded(connection: AsyncConnection, of: Keys, now: datetime) -> None:
    """The password was right: the account's failures are forgotten, the address's but for this.

    Otherwise whoever has an account of his own would clear the way for guesses at others.
    """
    await attempts.forget(connection, of.account)
    failures = await attempts.take_back(connection, of.address)
    if not OF_ADDRESS.wait(failures):
        await attempts.close(connection, of.address, now)
