"""Who asks: put on a request by the door (door.py), read by every page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from aiohttp import web

from console.rights import RIGHTS, Right, Role
from store import accounts
from store.scope import EVERYTHING, Scope


class Reader(Protocol):
    """Whoever asks, at a page or by a program: what he sees, and what he may do."""

    @property
    def scope(self) -> Scope:
        """What part of the city's work he may see."""

    def may(self, right: Right | str) -> bool:
        """Whether he has this right."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Visitor:
    """Who asks. `secret` is his session's; it never stands on a page."""

    account: accounts.Person
    secret: str
    csrf: str
    proved_at: datetime  # when he signed in

    @property
    def name(self) -> str:
        """As histories and the audit log name him."""
        return self.account.name

    @property
    def role(self) -> Role:
        """What he is."""
        return Role(self.account.role)

    @property
    def locale(self) -> str:
        """The language of his pages."""
        return self.account.locale

    @property
    def scope(self) -> Scope:
        """What part of the city's work he may see."""
        return scope_of(self.account)

    def may(self, right: Right | str) -> bool:
        """Whether his role has this right."""
        return Right(right) in RIGHTS[self.role]


def scope_of(account: accounts.Person) -> Scope:
    """What an account may see: an officer his agency's complaints in his area, others everything.

    An officer to whom nobody has given an agency sees nothing.
    """
    if account.role != Role.OFFICER:
        return EVERYTHING
    return Scope(agency=account.agency or "-", area=account.area or "")


VISITOR: web.RequestKey[Visitor] = web.RequestKey("visitor", Visitor)


def visitor(request: web.Request) -> Visitor:
    """Who asks; only behind `guarded`."""
    return request[VISITOR]
