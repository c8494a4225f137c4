"""The sign-in page. What was typed when a session ended waits on it, and goes on after it.

Before anybody is signed in there is no session to bind a form to: a cookie of the browser's own
stands in for it, so that no other site can sign him in to an account that is not his (login CSRF).
"""

from __future__ import annotations

import hmac
import json
import secrets
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from console import cookies, pages
from console.desk import Desk
from console.origin import HOME, own_path

_MOST_CHARS = 200_000  # of a form that waits
_NOT_KEPT = frozenset({"csrf"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Typed:
    """A form that has not been taken yet: where it goes, and what was typed."""

    path: str
    fields: tuple[tuple[str, str], ...]
    lost_files: bool = False  # a browser does not let us hold a file for it

    def dumped(self) -> str:
        """For a hidden field."""
        return json.dumps([self.path, self.fields, self.lost_files], ensure_ascii=False)

    @classmethod
    def loaded(cls, dumped: str) -> Typed | None:
        """Read from the hidden field; None where there is none of ours."""
        try:
            path, fields, lost = json.loads(dumped[: _MOST_CHARS + 1])
            pairs = tuple((str(name), str(value)) for name, value in fields)
        except (ValueError, TypeError):
            return None
        if not isinstance(path, str) or own_path(path) != path:
            return None
        return cls(path=path, fields=pairs, lost_files=bool(lost))


async def typed_in(request: web.Request) -> Typed | None:
    """What a form holds that cannot be taken now; None for what is no form, or a very long one."""
    if own_path(request.path_qs) != request.path_qs or request.content_type == "application/json":
        return None
    form = (await request.post()).items()
    fields = tuple(
        (name, value) for name, value in form if isinstance(value, str) and name not in _NOT_KEPT
    )
    lost = any(isinstance(value, web.FileField) and value.filename for _, value in form)
    found = Typed(path=request.path_qs, fields=fields, lost_files=lost)
    return found if len(found.dumped()) <= _MOST_CHARS else None


async def words_of(request: web.Request) -> dict[str, str]:
    """The fields of a form, without its files."""
    form = await request.post()
    return {name: value for name, value in form.items() if isinstance(value, str)}


def token_of(secret: str) -> str:
    """What a form carries that was sent with this cookie."""
    return hmac.digest(secret.encode(), b"kanal console doorstep", "sha256").hex()


def is_from_here(desk: Desk, request: web.Request, token: object) -> bool:
    """Whether a form was on a page that this browser had from us."""
    secret = cookies.read(desk, request, cookies.DOORSTEP)
    return (
        bool(secret)
        and isinstance(token, str)
        and hmac.compare_digest(token.encode(), token_of(secret).encode())
    )


def page(
    desk: Desk,
    request: web.Request,
    template: str = "people/login.html",
    *,
    status: int = 200,
    **values: Any,
) -> web.Response:
    """A page with a form for somebody who is not signed in."""
    secret = cookies.read(desk, request, cookies.DOORSTEP) or secrets.token_urlsafe(32)
    response = pages.render(request, template, status=status, doorstep=token_of(secret), **values)
    cookies.give(desk, response, cookies.DOORSTEP, secret)
    return response


def sign_in(
    desk: Desk,
    request: web.Request,
    *,
    status: int = 200,
    after: str = HOME,
    typed: Typed | None = None,
    name: str = "",
    error: str = "",
    wait_s: int = 0,
) -> web.Response:
    """The form that asks who he is. `error` is a key of words/<locale>/people.yml, `errors`."""
    return page(
        desk,
        request,
        status=status,
        after=own_path(after),
        typed=typed.dumped() if typed else "",
        waits=typed,
        name=name,
        error=error,
        minutes=-(-wait_s // 60),
        sso=desk.sso.label if desk.sso else "",
    )


def send_again(request: web.Request, typed: Typed) -> web.Response:
    """The form that waited, ready to be sent by whoever is signed in now."""
    return pages.render(request, "people/again.html", typed=typed)
