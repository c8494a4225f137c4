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
FRAME_COOKIE = "kanal_frame"
HEADER = "X-Kanal-Session"
PROTOCOL = "kanal"  # the socket's subprotocol where the page shows its session itself
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


def framed_session(request: web.Request) -> Session | None:
    """The session that a page in a frame on another site shows itself.

    Browsers keep cookies of such frames back, or forget them. So the page is told its token, keeps
    it where it can, and shows it in a header: a subprotocol of the socket, since scripts can set no
    other there.
    """
    offered = request.headers.get("Sec-WebSocket-Protocol", "").split(",")
    marked = [one.strip().removeprefix(f"{PROTOCOL}.") for one in offered if f"{PROTOCOL}." in one]
    token = request.headers.get(HEADER) or "".join(marked)
    return Session(token) if _TOKEN.fullmatch(token) else None


def session_of_frame(request: web.Request) -> Session:
    """The session that this frame had before, where the browser tells, or a new one."""
    token = request.cookies.get(FRAME_COOKIE, "")
    return Session(token) if _TOKEN.fullmatch(token) else new_session()


def remember_in_frame(response: web.StreamResponse, session: Session | None) -> None:
    """Let the browser keep a frame's session for that frame's site alone (CHIPS: Partitioned).

    None: let it forget the session.
    """
    token, age = (session.token, _KEPT_S) if session else ("", 0)
    kept = f"Max-Age={age}; Path=/channels/webchat/widget; HttpOnly"
    cross_site = "SameSite=None; Secure; Partitioned"  # the library learns it in Python 3.14
    response.headers.add("Set-Cookie", f"{FRAME_COOKIE}={token}; {kept}; {cross_site}")


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


def of_our_pages(request: web.Request, own_origins: Collection[str]) -> bool:
    """Tell whether a page of ours sent this: by Origin, which no foreign page can forge.

    Source: RFC 6455, section 10.2; Fetch, "Origin header".
    """
    origin = request.headers.get("Origin", "").lower()
    parts = urlsplit(origin) if origin.isascii() and "[" not in origin else urlsplit("")
    same = parts.scheme in {"http", "https"} and parts.netloc == request.host.lower()
    return same or origin in own_origins
