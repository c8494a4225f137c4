"""Accounts and the audit log, for admins."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from console.api import shapes
from console.api.operation import Call, Operation
from console.api.problem import ProblemError
from console.people import acts, first
from console.people.acts import AccountError, By, Post
from console.rights import Right, Role
from store import audit, staff
from store.accounts import Person
from store.audit import Sought


class Account(shapes.Shape):
    """Somebody who works here."""

    id: shapes.Id
    name: str
    role: str
    agency: str | None
    area: str | None
    sessions: int
    disabled: bool


class Accounts(shapes.Shape):
    """Everybody who works here."""

    items: list[Account]


class NewAccount(shapes.Shape):
    """Whom to let in; an officer has an agency, and an area that may be the whole city."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._@+-]{1,63}$")]
    role: Role
    agency: Annotated[str, Field(max_length=60, pattern=shapes.TEXT)] = ""
    area: Annotated[str, Field(max_length=200, pattern=shapes.AREA)] = ""


class Invited(shapes.Shape):
    """The account, and the link with which its owner chooses a password: good once, 24 hours."""

    id: shapes.Id
    link: str


class Named(shapes.Shape):
    """The account that was changed."""

    id: shapes.Id
    name: str


class AuditAsked(shapes.Shape):
    """Which rows of the log, the newest first; an empty field asks for nothing."""

    actor: Annotated[str, Field(max_length=64, pattern=shapes.TEXT)] = ""
    act: Annotated[
        str, Field(max_length=64, pattern=shapes.TEXT, description="its beginning: `correct`")
    ] = ""
    subject: Annotated[str, Field(max_length=64, pattern=shapes.TEXT)] = ""
    since: shapes.Moment | None = None
    until: shapes.Moment | None = None
    after: Annotated[str, Field(pattern=r"^([0-9]{1,18})?$")] = ""
    most: Annotated[int, Field(ge=1, le=200)] = 50


class Deed(shapes.Shape):
    """Who did what."""

    id: shapes.Id
    at: datetime
    actor: str
    act: str
    subject: str
    detail: dict[str, Any]


class Deeds(shapes.Shape):
    """Rows of the audit log."""

    items: list[Deed]
    next: str | None


_ACCOUNT = {"id": {"type": "string", "pattern": "^[0-9]{1,18}$"}}


def _by(call: Call) -> By:
    return By(actor=call.actor, now=call.desk.clock(), ids=call.desk.ids)


def _refused(error: AccountError) -> ProblemError:
    return ProblemError(409, error.word.replace("_", "-"), "It cannot be done", str(error))


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
                disabled=one.person.disabled_at is not None,
            )
            for one in listed
        ]
    )


async def invite(call: Call) -> Invited:
    """Make an account; its owner chooses the password by the link."""
    asked: NewAccount = call.body
    try:
        post = Post.of(asked.role, asked.agency, asked.area, call.desk.agencies)
        async with call.desk.database.begin() as connection:
            account, secret = await acts.add(connection, _by(call), asked.name, post)
    except AccountError as error:
        raise _refused(error) from error
    return Invited(id=str(account), link=f"{call.desk.site}{first.path_of(secret)}")


Act = Callable[[AsyncConnection, By, Person], Awaitable[object]]


async def _changed(call: Call, act: Act) -> Named:
    number = call.whole("id")
    try:
        async with call.desk.database.begin() as connection:
            person = await staff.by_id(connection, number)
            if person is None:
                raise ProblemError(404, "not-found", "No account of that number")
            await act(connection, _by(call), person)
    except AccountError as error:
        raise _refused(error) from error
    return Named(id=str(person.id), name=person.name)


async def disable(call: Call) -> Named:
    """Let nobody in by this account any more; its sessions and tokens end."""
    return await _changed(call, acts.disable)


async def enable(call: Call) -> Named:
    """Let its owner in again."""
    return await _changed(call, acts.enable)


async def log(call: Call) -> Deeds:
    """Who did what, the newest first."""
    asked: AuditAsked = call.query
    sought = Sought(
        actor=asked.actor,
        act=asked.act,
        subject=asked.subject,
        since=asked.since,
        until=asked.until,
    )
    async with call.desk.database.read() as connection:
        rows = await audit.found(
            connection,
            sought,
            before=int(asked.after) if asked.after else None,
            most=asked.most + 1,
        )
    shown, more = rows[: asked.most], len(rows) > asked.most
    return Deeds(
        items=[
            Deed(
                id=str(one.id),
                at=one.at,
                actor=one.actor,
                act=one.act,
                subject=one.subject,
                detail=dict(one.detail),
            )
            for one in shown
        ],
        next=str(shown[-1].id) if more else None,
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
    *(
        Operation(
            method="POST",
            path=f"/accounts/{{id}}/{name}",
            name=name,
            summary=summary,
            right=Right.PEOPLE,
            act=act,
            answers=Named,
            tag="people",
            problems=(404, 409),
            parameters=_ACCOUNT,
        )
        for name, summary, act in (
            ("disable", "Let nobody in by an account any more", disable),
            ("enable", "Let its owner in again", enable),
        )
    ),
    Operation(
        method="GET",
        path="/audit",
        name="audit",
        summary="Who did what, the newest first",
        right=Right.PEOPLE,
        act=log,
        query=AuditAsked,
        answers=Deeds,
        tag="people",
    ),
)
