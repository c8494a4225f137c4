"""/console/me: one's own password, language, and the browsers that are signed in."""

from __future__ import annotations

from aiohttp import web

from console import pages
from console.desk import Desk
from console.door import Handler, guarded
from console.origin import address_of
from console.people import acts, lockout
from console.people.acts import By
from console.people.doorstep import words_of
from console.people.entry import ATTEMPTS, objection_to
from console.people.passwords import Passwords
from console.rights import Right
from console.visitor import Visitor, visitor
from console.words import LOCALES
from store import staff
from store.accounts import digest_of

PATH = "/console/me"


class Me:
    """The pages of whoever is signed in."""

    def __init__(self, desk: Desk, passwords: Passwords) -> None:
        self._desk = desk
        self._passwords = passwords

    def routes(self) -> list[web.RouteDef]:
        """Below /console/me."""
        return [
            web.get(PATH, self._guarded(self.me)),
            web.post(f"{PATH}/password", self._guarded(self.password)),
            web.post(f"{PATH}/language", self._guarded(self.language)),
            web.post(f"{PATH}/end", self._guarded(self.end)),
        ]

    def _guarded(self, handler: Handler) -> Handler:
        return guarded(self._desk, handler, Right.LOOK)

    async def me(self, request: web.Request) -> web.StreamResponse:
        """GET /console/me."""
        return await self._me(request, done=request.query.get("done", ""))

    async def _me(
        self, request: web.Request, *, error: str = "", done: str = "", status: int = 422
    ) -> web.Response:
        me, now = visitor(request), self._desk.clock()
        async with self._desk.database.read() as connection:
            browsers = await staff.browsers(connection, me.account.id, now)
            known = await staff.by_name(connection, me.name)
        return pages.render(
            request,
            "people/me.html",
            status=status if error else 200,
            browsers=browsers,
            mine=staff.mark_of(digest_of(me.secret)),
            has_password=known is not None and known[1] is not None,
            error=error,
            done=done if done in {"password", "language"} else "",
            locales=LOCALES,
            agency=self._desk.agencies.name(me.account.agency, me.locale),
        )

    async def password(self, request: web.Request) -> web.StreamResponse:
        """POST /console/me/password: the old one, and a new one twice."""
        me, form = visitor(request), await words_of(request)
        wrong = await self._wrong_old(request, me, form.get("old", ""))
        if wrong:
            return await self._me(request, error=wrong, status=429 if wrong == "wait_old" else 422)
        objection = objection_to(self._desk, form, me.name)
        if objection:
            return await self._me(request, error=objection)
        kept = await self._passwords.hashed(form["new"])
        async with self._desk.database.begin() as connection:
            await acts.new_password(connection, self._by(me), me.account, kept, but=me.secret)
        raise web.HTTPSeeOther(f"{PATH}?done=password")

    async def _wrong_old(self, request: web.Request, me: Visitor, old: str) -> str:
        """Whoever sits down at an open desk guesses no faster than at the door."""
        desk, now = self._desk, self._desk.clock()
        keys = lockout.keys(
            desk.key(ATTEMPTS),
            account=me.name,
            address=address_of(desk, request),
            browser=digest_of(me.secret),
        )
        async with desk.database.begin() as connection:
            known = await staff.by_name(connection, me.name)
            if await lockout.begin(connection, keys, now) is not None:
                return "wait_old"
        checked = await self._passwords.check(known[1] if known else None, old)
        if not checked.right:
            return "wrong_old"
        async with desk.database.begin() as connection:
            await lockout.succeeded(connection, keys, now)
        return ""

    async def language(self, request: web.Request) -> web.StreamResponse:
        """POST /console/me/language."""
        locale = (await words_of(request)).get("locale", "")
        if locale in LOCALES:
            async with self._desk.database.begin() as connection:
                await acts.speak(connection, visitor(request).account, locale)
        raise web.HTTPSeeOther(f"{PATH}?done=language")

    async def end(self, request: web.Request) -> web.StreamResponse:
        """POST /console/me/end: sign another browser out, or all others."""
        me, mark = visitor(request), (await words_of(request)).get("mark", "")
        async with self._desk.database.begin() as connection:
            await acts.end_session(connection, self._by(me), me.account, mark, but=me.secret)
        raise web.HTTPSeeOther(PATH)

    def _by(self, me: Visitor) -> By:
        return By(actor=me.name, now=self._desk.clock(), ids=self._desk.ids)
