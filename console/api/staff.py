"""Accounts, for admins: who works here, what each is, and where he is signed in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from console.api import shapes
from console.api.operation import Call, Operation
from console.api.problem import ProblemError
from console.people import acts, first
from console.people.acts import AccountError, By, Post
from console.rights import Right, Role
from store import staff
from store.accounts import Person
from store.staff import Browser


class Account(shapes.Shape):
    """Somebody who works here."""

    id: shapes.Id
    name: str
    role: str
    agency: str | None
    area: str | None
    sessions: int
    seen_at: datetime | None
    has_password: bool
    single_sign_on: bool
    link_until: datetime | None = Field(description="a set-up link that nobody has used yet")
    disabled: bool


class Accounts(shapes.Shape):
    """Everybody who works here."""

    items: list[Account]


class Appointment(shapes.Shape):
    """What somebody is; an officer has an agency, and an area that may be the whole city."""

    role: Role
    agency: Annotated[str, Field(max_length=60, pattern=shapes.TEXT)] = ""
    area: Annotated[str, Field(max_length=200, pattern=shapes.AREA)] = ""


class NewAccount(Appointment):
    """Whom to let in, and as what."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._@+-]{1,63}$")]


class Invited(shapes.Shape):
    """The account, and the link with which its owner chooses a password: good once, 24 hours."""

    id: shapes.Id
    link: str


class Session(shapes.Shape):
    """A signed-in browser. `mark` names it and opens nothing."""

    mark: str
    agent: str
    made_at: datetime
    seen_at: datetime
    expires_at: datetime


class Sessions(shapes.Shape):
    """Browsers, the last used first."""

    items: list[Session]


class Named(shapes.Shape):
    """The account that was changed."""

    id: shapes.Id
    name: str


def by(call: Call) -> By:
    """Who acts on accounts, and when."""
    return By(actor=call.actor, now=call.desk.clock(), ids=call.desk.ids)


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except AccountError as error:
        kind = error.word.replace("_", "-")
        raise ProblemError(409, kind, "It cannot be done", str(error)) from error


async def everyone(call: Call) -> Accounts:
    """Every account, those in use first."""
    async with call.desk.database.read() as connection:
        listed = await staff.everyone(connection, call.desk.clock())
    return Accounts(
        items=[
            Account(
                id=str(one.person.id),
                name=one.person.name,
                role=one.person.role,
                agency=one.person.agency,
                area=one.person.area,
                sessions=one.sessions,
                seen_at=one.seen_at,
                has_password=one.has_password,
                single_sign_on=one.is_single_sign_on,
                link_until=one.link_until,
                disabled=one.person.disabled_at is not None,
            )
            for one in listed
        ]
    )


async def invite(call: Call) -> Invited:
    """Make an account; its owner chooses the password by the link."""
    asked: NewAccount = call.body
    with _refusing():
        post = _post(call, asked)
        async with call.desk.database.begin() as connection:
            account, secret = await acts.add(connection, by(call), asked.name, post)
    return _invited(call, account, secret)


def _invited(call: Call, account: int, secret: str) -> Invited:
    return Invited(id=str(account), link=f"{call.desk.site}{first.path_of(secret)}")


def _post(call: Call, asked: Appointment) -> Post:
    return Post.of(asked.role, asked.agency, asked.area, call.desk.agencies)


Act = Callable[[AsyncConnection, By, Person], Awaitable[object]]


async def _changed(call: Call, act: Act) -> Named:
    with _refusing():
        async with call.desk.database.begin() as connection:
            person = await _person(call, connection)
            await act(connection, by(call), person)
    return Named(id=str(person.id), name=person.name)


async def _person(call: Call, connection: AsyncConnection) -> Person:
    person = await staff.by_id(connection, call.whole("id"))
    if person is None:
        raise ProblemError(404, "not-found", "No account of that number")
    return person


async def appoint(call: Call) -> Named:
    """Say what somebody is, and how far he sees; his sessions end."""
    asked: Appointment = call.body

    async def act(connection: AsyncConnection, who: By, person: Person) -> None:
        await acts.appoint(connection, who, person, _post(call, asked))

    return await _changed(call, act)


async def link(call: Call) -> Invited:
    """Make a new set-up link; the one before is good no more."""
    with _refusing():
        async with call.desk.database.begin() as connection:
            person = await _person(call, connection)
            secret = await acts.link(connection, by(call), person)
    return _invited(call, person.id, secret)


async def sessions(call: Call) -> Sessions:
    """Where somebody is signed in."""
    async with call.desk.database.read() as connection:
        person = await _person(call, connection)
        found = await staff.browsers(connection, person.id, call.desk.clock())
    return sessions_of(found)


def sessions_of(found: Sequence[Browser]) -> Sessions:
    """Sessions as they are answered."""
    return Sessions(items=[Session.made_of(one) for one in found])


async def end_session(call: Call) -> Named:
    """Sign somebody out of a browser, or of all."""

    async def act(connection: AsyncConnection, who: By, person: Person) -> None:
        await acts.end_session(connection, who, person, call.path["mark"])

    return await _changed(call, act)


async def disable(call: Call) -> Named:
    """Let nobody in by this account any more; its sessions and tokens end."""
    return await _changed(call, acts.disable)


async def enable(call: Call) -> Named:
    """Let its owner in again."""
    return await _changed(call, acts.enable)


def _on_one(
    method: str, path: str, summary: str, act: Callable[[Call], Awaitable[BaseModel]], **more: Any
) -> Operation:
    wanted = {"name": path, "answers": Named, **more}
    return Operation(
        method=method,
        path=f"/accounts/{{id}}/{path}",
        summary=summary,
        right=Right.PEOPLE,
        act=act,
        tag="people",
        problems=(409,),
        **wanted,
    )


OPERATIONS = (
    Operation(
        method="GET",
        path="/accounts",
        name="accounts",
        summary="Everybody who works here",
        right=Right.PEOPLE,
        act=everyone,
        answers=Accounts,
        tag="people",
    ),
    Operation(
        method="POST",
        path="/accounts",
        name="invite",
        summary="Make an account, with a link for its owner",
        right=Right.PEOPLE,
        act=invite,
        body=NewAccount,
        answers=Invited,
        status=201,
        tag="people",
        problems=(409,),
    ),
    _on_one(
        "POST", "appoint", "Say what somebody is, and how far he sees", appoint, body=Appointment
    ),
    _on_one("POST", "disable", "Let nobody in by an account any more", disable),
    _on_one("POST", "enable", "Let its owner in again", enable),
    _on_one("POST", "link", "Make a new link for an account's owner", link, answers=Invited),
    _on_one("GET", "sessions", "Where somebody is signed in", sessions, answers=Sessions),
    _on_one(
        "POST",
        "sessions/{mark}/end",
        "Sign somebody out of a browser, or of all",
        end_session,
        name="end_session",
    ),
)
