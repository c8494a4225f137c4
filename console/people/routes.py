"""Every page of people: in and out, one's own, accounts, the audit log."""

from __future__ import annotations

from aiohttp import web

from console import pages
from console.desk import Desk
from console.people.accounts import Accounts
from console.people.agents import shortly
from console.people.entry import Entry
from console.people.me import Me
from console.people.passwords import Passwords
from console.people.programs import Programs
from console.people.trail import Trail, spoken


def routes(desk: Desk) -> list[web.RouteDef]:
    """All that concerns people at the desk."""
    pages.environment().filters.update(spoken=spoken, agent=shortly)
    passwords = Passwords()
    return [
        *Entry(desk, passwords).routes(),
        *Me(desk, passwords).routes(),
        *Programs(desk).routes(),
        *Accounts(desk).routes(),
        *Trail(desk).routes(),
    ]
