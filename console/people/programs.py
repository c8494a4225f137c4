"""/console/me/tokens: tokens with which one's own programs use the API."""

from __future__ import annotations

import secrets
from datetime import timedelta

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from console import pages
from console.desk import Desk
from console.door import Handler, guarded
from console.people.acts import By
from console.rights import RIGHTS, Right, Role
from console.visitor import visitor
from store import audit, tokens
from store.accounts import Person
from store.audit import Deed

PATH = "/console/me/tokens"
DAYS = (7, 30, 90, 365)  # how long a token may be good
_NAME_CHARS = 60
_DIGITS = 18  # of a number in a form: always less than 2**63


async def make(
    connection: AsyncConnection,
    by: By,
    account: Person,
    *,
    name: str,
    scopes: frozenset[Right],
    days: int,
) -> str:
    """Make a token in the caller's transaction; answers it, for the only time.

    Raises: ValueError for scopes beyond the account's role, or no name.
    """
    if not name:
        raise ValueError("a token needs a name: what it is for")
    beyond = scopes - RIGHTS[Role(account.role)]
    if beyond or not scopes:
        raise ValueError(f"a {account.role} may not: {', '.join(sorted(beyond)) or 'nothing'}")
    secret = secrets.token_urlsafe(32)
    await tokens.add(
        connection,
        by.ids,
        account.id,
        secret,
        name=name,
        scopes=frozenset(one.value for one in scopes),
        now=by.now,
        expires_at=by.now + timedelta(days=days),
    )
    await _note(connection, by, "add", account.name, name=name, scopes=sorted(scopes))
    return secret


async def end(connection: AsyncConnection, by: By, token: int, account: Person | None) -> bool:
    """End a token (of this account, if one is named); whether there was such a one."""
    mine = account.id if account else None
    if not await tokens.end(connection, token, by.now, account_id=mine):
        return False
    await _note(connection, by, "end", str(token))
    return True


async def _note(
    connection: AsyncConnection, by: By, act: str, subject: str, **detail: object
) -> None:
    deed = Deed(actor=by.actor, act=f"tokens.{act}", subject=subject, at=by.now, detail=detail)
    await audit.append(connection, by.ids, deed)


class Programs:
    """The page of one's own tokens."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[web.RouteDef]:
        """Below /console/me/tokens."""
        return [
            web.get(PATH, self._guarded(self.mine)),
            web.post(PATH, self._guarded(self.add)),
            web.post(f"{PATH}/end", self._guarded(self.end)),
        ]

    def _guarded(self, handler: Handler) -> Handler:
        return guarded(self._desk, handler, Right.LOOK)

    def _by(self, request: web.Request) -> By:
        now, ids = self._desk.clock(), self._desk.ids
        return By(actor=visitor(request).name, now=now, ids=ids)

    async def mine(self, request: web.Request) -> web.StreamResponse:
        """GET: what there is."""
        return await self._page(request)

    async def _page(
        self, request: web.Request, *, secret: str = "", wrong: bool = False
    ) -> web.Response:
        me = visitor(request)
        async with self._desk.database.read() as connection:
            listed = await tokens.listed(connection, me.account.id)
        return pages.render(
            request,
            "people/tokens.html",
            status=422 if wrong else 200,
            tokens=listed,
            rights=[right for right in Right if me.may(right)],
            days=DAYS,
            secret=secret,
            wrong=wrong,
        )

    async def add(self, request: web.Request) -> web.StreamResponse:
        """POST: a new token, shown once."""
        form = await request.post()
        name = str(form.get("name", "")).strip()[:_NAME_CHARS]
        chosen = {str(one) for one in form.getall("scope", [])}
        days = str(form.get("days", ""))
        try:
            if days not in map(str, DAYS):
                raise ValueError(f"not one of {DAYS}")
            scopes = frozenset(Right(one) for one in chosen)
            async with self._desk.database.begin() as connection:
                secret = await make(
                    connection, self._by(request), visitor(request).account,
                    name=name, scopes=scopes, days=int(days),
                )  # fmt: skip
        except ValueError:
            return await self._page(request, wrong=True)
        return await self._page(request, secret=secret)

    async def end(self, request: web.Request) -> web.StreamResponse:
        """POST: end one of one's own."""
        number = str((await request.post()).get("token", ""))
        if number.isascii() and number.isdigit() and len(number) <= _DIGITS:
            async with self._desk.database.begin() as connection:
                await end(connection, self._by(request), int(number), visitor(request).account)
        raise web.HTTPSeeOther(PATH)
