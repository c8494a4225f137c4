"""One's own ways in: browsers that are signed in, tokens of programs; seen and ended.

A token makes no token and sets no password: who finds one must not stay when it ends.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from console.api import shapes
from console.api.operation import Call, Operation
from console.api.problem import ProblemError
from console.api.staff import Named, Sessions, by, sessions_of
from console.people import acts, programs
from console.rights import Right
from store import staff
from store import tokens as keeping


class Token(shapes.Shape):
    """A token of a program; its secret is known to nobody here."""

    id: shapes.Id
    name: str
    scopes: list[str]
    made_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    this: bool = Field(description="it is the one that asks")


class Tokens(shapes.Shape):
    """Tokens that have not been ended, the newest first."""

    items: list[Token]


class Ended(shapes.Shape):
    """It opens nothing any more."""

    id: shapes.Id


async def sessions(call: Call) -> Sessions:
    """Where one is signed in."""
    async with call.desk.database.read() as connection:
        now = call.desk.clock()
        return sessions_of(await staff.browsers(connection, call.bearer.account.id, now))


async def end_session(call: Call) -> Named:
    """Sign oneself out of a browser, or of all."""
    me = call.bearer.account
    async with call.desk.database.begin() as connection:
        await acts.end_session(connection, by(call), me, call.path["mark"])
    return Named(id=str(me.id), name=me.name)


async def tokens(call: Call) -> Tokens:
    """One's own tokens."""
    async with call.desk.database.read() as connection:
        found = await keeping.listed(connection, call.bearer.account.id)
    return Tokens(
        items=[
            Token(
                id=str(one.id),
                name=one.name,
                scopes=list(one.scopes),
                made_at=one.made_at,
                expires_at=one.expires_at,
                used_at=one.used_at,
                this=one.id == call.bearer.token_id,
            )
            for one in found
        ]
    )


async def end_token(call: Call) -> Ended:
    """End one of one's own tokens."""
    number = call.whole("id")
    async with call.desk.database.begin() as connection:
        ended = await programs.end(connection, by(call), number, call.bearer.account)
    if not ended:
        raise ProblemError(404, "not-found", "No token of yours has that number")
    return Ended(id=str(number))


def _mine(method: str, path: str, name: str, summary: str, act: Any, answers: Any) -> Operation:
    return Operation(
        method=method,
        path=f"/me/{path}",
        name=name,
        summary=summary,
        right=Right.LOOK,
        act=act,
        answers=answers,
        tag="me",
    )


OPERATIONS = (
    _mine("GET", "sessions", "my_sessions", "Where one is signed in", sessions, Sessions),
    _mine(
        "POST",
        "sessions/{mark}/end",
        "end_my_session",
        "Sign oneself out of a browser, or of all",
        end_session,
        Named,
    ),
    _mine("GET", "tokens", "my_tokens", "One's own tokens", tokens, Tokens),
    _mine("POST", "tokens/{id}/end", "end_token", "End one of one's own tokens", end_token, Ended),
)
