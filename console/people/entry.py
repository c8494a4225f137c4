"""Signing in and out: by password, by set-up link, by single sign-on."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

import structlog
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from console import cookies
from console.desk import Desk
from console.door import Handler, csrf_of, guarded, unguarded
from console.origin import HOME, address_of, is_foreign, own_path
from console.people import acts, doorstep, familiar, lockout
from console.people.acts import AccountError, By
from console.people.doorstep import Typed
from console.people.grants import newcomer
from console.people.passwords import LONGEST, Passwords, objection
from console.people.sso import SSO_PATH, SignOnError
from console.rights import Right
from console.visitor import VISITOR, Visitor, visitor
from store import accounts, staff
from store.accounts import Person

log = structlog.get_logger()

ATTEMPTS = "attempts to sign in"  # purpose of a key
_SSO_S = 600  # a sign-on that has begun waits so long


class Entry:
    """The pages before anybody is signed in, and the way out."""

    def __init__(self, desk: Desk, passwords: Passwords) -> None:
        self._desk = desk
        self._passwords = passwords

    def routes(self) -> list[web.RouteDef]:
        """Below /console/login, /console/logout and /console/setup."""
        desk = self._desk
        found = [
            web.get("/console/login", self._open(self.ask)),
            web.post("/console/login", self._open(self.enter)),
            web.post("/console/logout", guarded(desk, self.leave, Right.LOOK)),
            web.get("/console/setup/{secret}", self._open(self.ask_for_password)),
            web.post("/console/setup/{secret}", self._open(self.set_up)),
        ]
        if desk.sso is not None:
            found += [
                web.get(f"{SSO_PATH}/begin", self._open(self.begin)),
                web.get(SSO_PATH, self._open(self.end)),
            ]
        return found

    def _open(self, handler: Handler) -> Handler:
        return unguarded(self._desk, handler)

    async def ask(self, request: web.Request) -> web.StreamResponse:
        """GET /console/login: who are you?"""
        return doorstep.sign_in(self._desk, request, after=request.query.get("next", HOME))

    async def enter(self, request: web.Request) -> web.StreamResponse:
        """POST /console/login: a name and a password."""
        form = await doorstep.words_of(request)
        again: dict[str, Any] = {
            "after": own_path(form.get("next", HOME)),
            "typed": Typed.loaded(form.get("typed", "")),
        }
        name = form.get("name", "").strip().casefold()[:64]
        if not self._is_ours(request, form):
            return doorstep.sign_in(
                self._desk, request, status=403, name=name, error="stale", **again
            )
        found = await self._attempt(request, name, form.get("password", ""))
        if isinstance(found, timedelta):
            seconds = max(1, int(found.total_seconds()))
            response = doorstep.sign_in(
                self._desk, request, status=429, name=name, error="wait", wait_s=seconds, **again
            )
            response.headers["Retry-After"] = str(seconds)
            return response
        if found is None:
            return doorstep.sign_in(
                self._desk, request, status=401, name=name, error="wrong", **again
            )
        return await self.admit(request, found, "password", again["after"], again["typed"])

    def _is_ours(self, request: web.Request, form: dict[str, str]) -> bool:
        token = form.get("doorstep")
        return not is_foreign(self._desk, request) and doorstep.is_from_here(
            self._desk, request, token
        )

    async def _attempt(
        self, request: web.Request, name: str, password: str
    ) -> Person | timedelta | None:
        """Who it is; None where the password is wrong; how long to wait where nobody looked."""
        desk, now = self._desk, self._desk.clock()
        async with desk.database.read() as connection:
            known = await staff.by_name(connection, name)
        person, kept = known or (None, None)
        keys = lockout.keys(
            desk.key(ATTEMPTS),
            account=name,
            address=address_of(desk, request),
            browser=familiar.browser_of(desk, request, person),
        )
        async with desk.database.begin() as connection:
            wait = await lockout.begin(connection, keys, now)
        if wait is not None:
            return wait
        usable = kept if person and person.disabled_at is None else None
        checked = await self._passwords.check(usable, password)
        async with desk.database.begin() as connection:
            if checked.right and person is not None:
                await lockout.succeeded(connection, keys, now)
                if checked.renewed:
                    await staff.change(connection, person.id, password=checked.renewed)
                return person
            if person is not None:
                await acts.note(connection, self._by(acts.HOUSE), "refused", person.name)
        log.info("console.sign_in_refused", account=person.id if person else None)
        return None

    async def admit(
        self,
        request: web.Request,
        person: Person,
        how: str,
        after: str = HOME,
        typed: Typed | None = None,
    ) -> web.StreamResponse:
        """Open a session for whoever has proved who he is. Its secret is new, always."""
        async with self._desk.database.begin() as connection:
            secret = await self._start(connection, request, person, how)
        response: web.StreamResponse
        if typed is not None:
            request[VISITOR] = Visitor(
                account=person, secret=secret, csrf=csrf_of(secret), proved_at=self._desk.clock()
            )
            response = doorstep.send_again(request, typed)
        else:
            response = web.Response(status=303, headers={"Location": own_path(after)})
        cookies.give(self._desk, response, cookies.SESSION, secret)
        cookies.take(self._desk, response, cookies.DOORSTEP)
        familiar.remember(self._desk, request, response, person)
        log.info("console.signed_in", account=person.id, how=how)
        return response

    async def _start(
        self, connection: AsyncConnection, request: web.Request, person: Person, how: str
    ) -> str:
        desk, secret = self._desk, secrets.token_urlsafe(32)
        await accounts.end(connection, cookies.read(desk, request, cookies.SESSION))
        await accounts.start(
            connection,
            person.id,
            secret,
            now=desk.clock(),
            lifetime=desk.lifetime,
            agent=request.headers.get("User-Agent", ""),
        )
        await acts.note(connection, self._by(person.name), "sign_in", person.name, how=how)
        return secret

    async def leave(self, request: web.Request) -> web.StreamResponse:
        """POST /console/logout: this session ends, on the server too."""
        me = visitor(request)
        async with self._desk.database.begin() as connection:
            await accounts.end(connection, me.secret)
            await acts.note(connection, self._by(me.name), "sign_out", me.name)
        response = web.Response(status=303, headers={"Location": "/console/login"})
        cookies.take(self._desk, response, cookies.SESSION)
        response.headers["Clear-Site-Data"] = '"cache"'
        return response

    async def ask_for_password(self, request: web.Request) -> web.StreamResponse:
        """GET /console/setup/<secret>: choose a password. Looking at it does not use it up."""
        async with self._desk.database.read() as connection:
            person = await staff.offered(
                connection, request.match_info["secret"], self._desk.clock()
            )
        return self._setup(request, person)

    def _setup(
        self, request: web.Request, person: Person | None, error: str = ""
    ) -> web.StreamResponse:
        if person is None:
            return doorstep.page(
                self._desk, request, "people/setup.html", status=404, account="", error="link"
            )
        status = 422 if error else 200
        return doorstep.page(
            self._desk,
            request,
            "people/setup.html",
            status=status,
            account=person.name,
            error=error,
        )

    async def set_up(self, request: web.Request) -> web.StreamResponse:
        """POST /console/setup/<secret>: the password is set, the link is used, he is signed in."""
        secret, now = request.match_info["secret"], self._desk.clock()
        form = await doorstep.words_of(request)
        async with self._desk.database.read() as connection:
            person = await staff.offered(connection, secret, now)
        if person is None or not self._is_ours(request, form):
            return self._setup(request, person, "stale")
        wrong = objection_to(self._desk, form, person.name)
        if wrong:
            return self._setup(request, person, wrong)
        kept = await self._passwords.hashed(form["new"])
        try:
            async with self._desk.database.begin() as connection:
                person = await acts.set_up(connection, self._by(person.name), secret, kept)
        except AccountError as error:
            return self._setup(request, None, error.word)
        return await self.admit(request, person, "link")

    async def begin(self, request: web.Request) -> web.StreamResponse:
        """GET .../sso/begin: to the provider."""
        sso = self._sso()
        try:
            where, sealed = await sso.sign_on.begin(
                own_path(request.query.get("next", HOME)), self._desk.clock()
            )
        except SignOnError as error:
            return self._not_signed_on(request, error)
        response = web.Response(status=303, headers={"Location": where})
        cookies.give(self._desk, response, cookies.SIGN_ON, sealed, seconds=_SSO_S)
        return response

    async def end(self, request: web.Request) -> web.StreamResponse:
        """GET .../sso: back from the provider."""
        sso, desk = self._sso(), self._desk
        sealed = cookies.read(desk, request, cookies.SIGN_ON)
        try:
            claims, after = await sso.sign_on.end(request.query, sealed, desk.clock())
            found = newcomer(claims, sso.groups_claim, sso.grants)
            async with desk.database.begin() as connection:
                person = await acts.welcome(connection, self._by(acts.HOUSE), found)
        except SignOnError as error:
            return self._not_signed_on(request, error)
        if isinstance(person, str):
            return self._not_signed_on(request, SignOnError(person, "of no use here"))
        response = await self.admit(request, person, "sso", after)
        cookies.take(desk, response, cookies.SIGN_ON)
        return response

    def _not_signed_on(self, request: web.Request, error: SignOnError) -> web.Response:
        log.warning("console.sign_on_failed", why=error.word, detail=str(error))
        status = 503 if error.word == "away" else 403
        response = doorstep.sign_in(self._desk, request, status=status, error=f"sso_{error.word}")
        cookies.take(self._desk, response, cookies.SIGN_ON)
        return response

    def _sso(self) -> Any:
        return self._desk.sso

    def _by(self, actor: str) -> By:
        return By(actor=actor, now=self._desk.clock(), ids=self._desk.ids)


def objection_to(desk: Desk, form: dict[str, str], name: str) -> str:
    """Why a form's new password is not taken: a key of the pages' words; "" when it is."""
    new = form.get("new", "")
    if new != form.get("again", ""):
        return "differ"
    return objection(new[: LONGEST + 1], name, desk.city, "Kanal Warga") or ""
