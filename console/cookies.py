"""The console's cookies: unreadable by scripts, sent to this host alone, encrypted where TLS is.

`__Host-` binds a cookie to this very host and to encryption: no neighbouring site can plant one.
"""

from __future__ import annotations

from aiohttp import web

from console.desk import Desk

SESSION = "session"  # who is signed in
DOORSTEP = "doorstep"  # before anybody is: what the sign-in form must prove to have read
SIGN_ON = "sso"  # a sign-on at the provider that has begun
FAMILIAR = "familiar"  # somebody has entered an account here before: `familiar-<account>`


def name_of(desk: Desk, cookie: str) -> str:
    """How a cookie is called in the browser."""
    return f"__Host-kanal_{cookie}" if desk.is_https else f"kanal_{cookie}"


def read(desk: Desk, request: web.Request, cookie: str) -> str:
    """What the browser brings; "" for nothing."""
    return request.cookies.get(name_of(desk, cookie), "")


def give(
    desk: Desk,
    response: web.StreamResponse,
    cookie: str,
    value: str,
    *,
    seconds: int | None = None,
) -> None:
    """Let the browser keep a value, for so long or until it is closed.

    Lax, not Strict: whoever follows a link to a report from his mail is signed in there.
    """
    response.set_cookie(
        name_of(desk, cookie),
        value,
        max_age=seconds,
        path="/",
        httponly=True,
        secure=desk.is_https,
        samesite="Lax",
    )


def take(desk: Desk, response: web.StreamResponse, cookie: str) -> None:
    """Let the browser forget a cookie."""
    response.del_cookie(
        name_of(desk, cookie), path="/", httponly=True, secure=desk.is_https, samesite="Lax"
    )
