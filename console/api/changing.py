"""What operations that change a complaint share: the revision that was seen, and that of now."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from console.api import shapes
from console.api.operation import Call
from console.api.refusing import refused
from console.report.acts import By
from store import desk


def seen(call: Call) -> int | None:
    """The revision that the caller looked at; None where he names none."""
    named: str | None = call.body.revision
    return int(named) if named is not None else None


def by(call: Call) -> By:
    """Who acts on a report, what he may touch, and what he saw."""
    return By(actor=call.actor, scope=call.scope, rev=seen(call))


async def revision(call: Call, ticket: str) -> str:
    """The revision that stands now."""
    async with call.desk.database.read() as connection:
        return str(await desk.revision(connection, ticket))


async def changed(call: Call, act: Awaitable[Any]) -> shapes.Changed:
    """What stands after an act; what it refuses becomes a problem."""
    ticket = call.path["ticket"]
    with refused():
        await act
        call.desk.ring()
        return shapes.Changed(ticket=ticket, revision=await revision(call, ticket))
