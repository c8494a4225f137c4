"""/console/people: admins add accounts, say what somebody is, end sessions, hand out links."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from console import pages
from console.desk import Desk
from console.door import Handler, guarded
from console.people import acts, choices, first
from console.people.acts import AccountError, By, Post
from console.people.doorstep import words_of
from console.rights import Right, Role
from console.visitor import visitor
from store import staff
from store.accounts import Person

Form = dict[str, str]
Act = Callable[[AsyncConnection, By, Person, Form], Awaitable[str | None]]
"""Changes an account; returns the secret of a set-up link, where it made one."""

PATH = "/console/people"


class Accounts:
    """The pages of one who may look after people."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[web.RouteDef]:
        """Below /console/people."""
        one = PATH + r"/{account:\d{1,19}}"
        acting = {
            "appoint": self._appoint,
            "disable": _disable,
            "enable": _enable,
            "link": _link,
            "end": _end,
        }
        return [
            web.get(PATH, self._guarded(self.everyone)),
            web.post(f"{PATH}/add", self._guarded(self.add)),
            web.get(one, self._guarded(self.one)),
            *(
                web.post(f"{one}/{name}", self._guarded(self._doing(act)))
                for name, act in acting.items()
            ),
        ]

    def _guarded(self, handler: Handler) -> Handler:
        return guarded(self._desk, handler, Right.PEOPLE)

    async def everyone(self, request: web.Request) -> web.StreamResponse:
        """GET /console/people."""
        return await self._everyone(request, {})

    async def _everyone(self, request: web.Request, form: Form, error: str = "") -> web.Response:
        async with self._desk.database.read() as connection:
            listed = await staff.everyone(connection, self._desk.clock())
        return pages.render(
            request,
            "people/people.html",
            status=422 if error else 200,
            listed=listed,
            form=form,
            error=error,
            **self._choices(),
        )

    async def add(self, request: web.Request) -> web.StreamResponse:
        """POST /console/people/add: an account, and the link for its owner, shown once."""
        form = await words_of(request)
        try:
            post = self._post(form)
            async with self._desk.database.begin() as connection:
                account, secret = await acts.add(
                    connection, self._by(request), form.get("name", ""), post
                )
        except AccountError as error:
            return await self._everyone(request, form, error.word)
        return await self._one(request, account, secret=secret)

    async def one(self, request: web.Request) -> web.StreamResponse:
        """GET /console/people/<account>."""
        return await self._one(request, _account(request))

    async def _one(
        self, request: web.Request, account: int, *, error: str = "", secret: str = ""
    ) -> web.Response:
        async with self._desk.database.read() as connection:
            now = self._desk.clock()
            person = await staff.by_id(connection, account)
            browsers = await staff.browsers(connection, account, now) if person else ()
            vouched = await staff.is_vouched_for(connection, account)
        if person is None:
            return pages.refusal(request, 404, "missing")
        return pages.render(
            request,
            "people/person.html",
            status=422 if error else 200,
            person=person,
            browsers=browsers,
            vouched=vouched,
            error=error,
            link=f"{self._desk.site}{first.path_of(secret)}" if secret else "",
            **self._choices(),
        )

    def _doing(self, act: Act) -> Handler:
        async def do(request: web.Request) -> web.StreamResponse:
            form = await words_of(request)
            account = _account(request)
            try:
                async with self._desk.database.begin() as connection:
                    person = await staff.by_id(connection, account)
                    if person is None:
                        return pages.refusal(request, 404, "missing")
                    secret = await act(connection, self._by(request), person, form)
            except AccountError as error:
                return await self._one(request, account, error=error.word)
            if secret is not None:
                return await self._one(request, account, secret=secret)
            raise web.HTTPSeeOther(f"{PATH}/{account}")

        return do

    def _choices(self) -> dict[str, object]:
        return {"roles": tuple(Role), "agencies": self._desk.agencies, "areas": choices.areas()}

    def _post(self, form: Form) -> Post:
        role, agency, area = (form.get(name, "") for name in ("role", "agency", "area"))
        return Post.of(role, agency, area, self._desk.agencies)

    async def _appoint(
        self, connection: AsyncConnection, by: By, person: Person, form: Form
    ) -> None:
        await acts.appoint(connection, by, person, self._post(form))

    def _by(self, request: web.Request) -> By:
        return By(actor=visitor(request).name, now=self._desk.clock(), ids=self._desk.ids)


def _account(request: web.Request) -> int:
    return min(int(request.match_info["account"]), 2**63 - 1)


async def _disable(connection: AsyncConnection, by: By, person: Person, _: Form) -> None:
    await acts.disable(connection, by, person)


async def _enable(connection: AsyncConnection, by: By, person: Person, _: Form) -> None:
    await acts.enable(connection, by, person)


async def _link(connection: AsyncConnection, by: By, person: Person, _: Form) -> str:
    return await acts.link(connection, by, person)


async def _end(connection: AsyncConnection, by: By, person: Person, form: Form) -> None:
    await acts.end_session(connection, by, person, form.get("mark", ""))
