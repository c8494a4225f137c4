"""What can go wrong at the border, sorted by who must act.

ChannelError
  + Malformed       the bytes are not what the provider documents: kept as a dead letter
  + Throttled       wait `retry_after`, then the same again
  + Unreachable     retry with backoff
  + Refused         never retry: the citizen blocked us, or the address is dead
  + Misconfigured   the operator must edit config.yml or the environment; names the key
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(eq=False)
class ChannelError(Exception):
    """A wire let us down; the subclass says who must act."""

    detail: str  # for the operator; never holds a secret or a citizen's words

    def __str__(self) -> str:
        return self.detail


class Malformed(ChannelError):
    """The bytes are not what the provider documents."""


@dataclass(eq=False)
class Throttled(ChannelError):
    """The provider asks us to wait."""

    retry_after: timedelta


class Unreachable(ChannelError):
    """No answer, or an answer that means "later"."""


class Refused(ChannelError):
    """The provider will never take this message for this address."""


class Misconfigured(ChannelError):
    """A token, an address or a permission is wrong; the detail names the setting."""
