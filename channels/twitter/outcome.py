"""What X's refusals mean: wait, retry, refuse, or let the operator act.

Source: docs.x.com, "Response codes and errors", "Rate limits"; the sentences are X's own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from channels.adapter import Refused, Retry, SendOutcome, Sent, Unknown
from channels.errors import ChannelError, Misconfigured, Throttled, Unreachable

LONGEST_WAIT = timedelta(minutes=15)  # the longest window of X's limits, where it does not say

# What stands in `detail` or `title` of a 403, and what it means.
_SAID_BEFORE = "duplicate content"
_SHUT = (
    "permission to dm",
    "cannot send messages to this user",
    "not allow direct messages",
    "blocked from",
)
_OURS = (
    "client-forbidden",
    "oauth1 app permissions",
    "oauth1-permissions",
    "not permitted to perform this action",
    "unsupported authentication",
    "client not enrolled",
    "usage cap exceeded",
    "account is suspended",
    "account is temporarily locked",
)


def said(status: int, body: Any) -> str:
    """What the API said, for the operator: title and detail, never the request."""
    match body:
        case {"detail": str(detail), **rest}:
            title = rest.get("title")
            return f"{status} {f'{title}: ' if isinstance(title, str) else ''}{detail}"[:300]
        case {"errors": [{"message": str(message)}, *_]}:
            return f"{status} {message}"[:300]
        case _:
            return str(status)


def wait(headers: Mapping[str, str], now_s: float) -> timedelta:
    """How long until the limit's window ends, by `x-rate-limit-reset` (seconds since 1970)."""
    try:
        reset = float(headers.get("x-rate-limit-reset", ""))
    except ValueError:
        return LONGEST_WAIT
    if not math.isfinite(reset):
        return LONGEST_WAIT
    return timedelta(seconds=min(max(reset - now_s, 1), 24 * 3600))


def sent(status: int, body: Any, headers: Mapping[str, str], now_s: float) -> SendOutcome:
    """What became of a post or message that X did not take. Raises: Misconfigured."""
    detail = said(status, body)
    words = f"{detail} {body.get('type', '') if isinstance(body, Mapping) else ''}".lower()
    match status:
        case 429:
            return Retry(detail=detail, after=wait(headers, now_s), account=True)
        case 401:
            raise _bad_keys()
        case 403 if _SAID_BEFORE in words:
            return Sent()  # the same words to the same citizen: they are there
        case 403 if any(one in words for one in _SHUT):
            return Refused(detail=detail, blocked=True)
        case 403 if any(one in words for one in _OURS):
            raise Misconfigured(f"X does not let this app write: {detail}")
        case 503:
            return Retry(detail=detail)
        case code if code >= 500:  # noqa: PLR2004 - HTTP
            return Unknown(detail=detail)
        case _:
            return Refused(detail=detail)


def asked(status: int, body: Any, headers: Mapping[str, str], now_s: float) -> ChannelError:
    """What a refused question means."""
    detail = said(status, body)
    match status:
        case 429:
            return Throttled(detail, retry_after=wait(headers, now_s))
        case 401:
            return _bad_keys()
        case 403:
            return Misconfigured(f"X does not let this app read: {detail}")
        case _:
            return Unreachable(detail)


def _bad_keys() -> Misconfigured:
    return Misconfigured(
        "KANAL_TWITTER_*: X does not know these keys. Make new ones in the developer console"
        " (API key and secret, access token and secret with Read, Write and Direct Messages)"
    )
