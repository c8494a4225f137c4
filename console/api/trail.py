"""The audit log, for admins."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from console.api import shapes
from console.api.operation import Call, Operation
from console.rights import Right
from store import audit
from store.audit import Sought


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

    id: shapes.Number
    at: datetime
    actor: str
    act: str
    subject: str
    detail: dict[str, Any]


class Deeds(shapes.Shape):
    """Rows of the audit log."""

    items: list[Deed]
    next: str | None


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
        items=[Deed.made_of(one) for one in shown],
        next=str(shown[-1].id) if more else None,
    )


OPERATIONS = (
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
