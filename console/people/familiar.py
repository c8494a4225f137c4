"""A browser in which somebody has entered an account before is told from strangers' browsers.

It keeps an id with our mark under the account's; guesses at the account are counted apart for it
(lockout.py). The mark opens nothing. Source: OWASP, "Device Cookies".
"""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta

from aiohttp import web

from console import cookies
from console.desk import Desk
from store.accounts import Person

GOOD_FOR = timedelta(days=180)
_PURPOSE = "familiar browsers"


def browser_of(desk: Desk, request: web.Request, person: Person | None) -> str | None:
    """The browser's id, where this account has been entered in it before."""
    if person is None:
        return None
    told = cookies.read(desk, request, _cookie(person))
    browser, _, mark = told.partition(".")
    right = hmac.compare_digest(mark.encode(), _mark(desk, person, browser).encode())
    return browser if browser and right else None


def remember(desk: Desk, request: web.Request, response: web.Response, person: Person) -> None:
    """This account has been entered in this browser."""
    browser = browser_of(desk, request, person) or secrets.token_hex(16)
    value = f"{browser}.{_mark(desk, person, browser)}"
    seconds = int(GOOD_FOR.total_seconds())
    cookies.give(desk, response, _cookie(person), value, seconds=seconds)


def _cookie(person: Person) -> str:
    return f"{cookies.FAMILIAR}-{person.id:x}"


def _mark(desk: Desk, person: Person, browser: str) -> str:
    said = f"{person.id} {browser}".encode()
    return hmac.digest(desk.key(_PURPOSE), said, "sha256").hex()
