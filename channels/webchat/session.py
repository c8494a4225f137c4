"""Who is at the other end: a random token in a cookie, and a name made from it.

The store and the logs know only the name, a hash; whoever reads them cannot take over a session.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from aiohttp import web

COOKIE = "kanal_session"
_KEPT_S = 365 * 24 * 3600
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")  # 256 bits, base64url


@dataclass(frozen=True, slots=True)
class Session:
    """One browser."""

    token: str = field(repr=False)

    @property
    def address(self) -> str:
        """The session's name for everybody but its own browser: 128 bits, hexadecimal."""
        return hashlib.sha256(b"kanal webchat " + self.token.encode()).hexdigest()[:32]


def new_session() -> Session:
    """Draw a session that nobody can guess."""
    return Session(secrets.token_urlsafe(32))


def session_of(request: web.Request) -> Session | None:
    """The session that the browser showed; None when it showed none, or rubbish."""
    token = request.cookies.get(COOKIE, "")
    return Session(token) if _TOKEN.fullmatch(token) else None


def remember(response: web.StreamResponse, request: web.Request, session: Session) -> None:
    """Let the browser keep the session for a year; no script can read it.

    A proxy that ends TLS says so in X-Forwarded-Proto. Whoever forges that header denies his own
    browser the cookie over plain HTTP, and nobody else's.
    """
    forwarded = request.headers.get("X-Forwarded-Proto", "").strip().lower()
    response.set_cookie(
        COOKIE,
        session.token,
        max_age=_KEPT_S,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=request.secure or forwarded == "https",
    )


def forget(response: web.StreamResponse) -> None:
    """Let the browser drop the session."""
    response.del_cookie(COOKIE, path="/", httponly=True, samesite="Lax")


def of_our_pages(request: web.Request, allowed: Collection[str]) -> bool:
    """Tell whether a page of ours sent this: by Origin, which no foreign page can forge.

    Source: RFC 6455, section 10.2; Fetch, "Origin header".
    """
    origin = request.headers.get("Origin", "").lower()
    parts = urlsplit(origin) if origin.isascii() and "[" not in origin else urlsplit("")
    same = parts.scheme in {"http", "https"} and parts.netloc == request.host.lower()
    return same or origin in allowed
