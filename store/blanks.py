"""Messages without what they said and who said it: rows keep their shape, and can still be read."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.message import InboundMessage
from store import legible
from store.codec import dump

_AT_ONCE = 500
Blank = Callable[[str], str]  # a message as JSON, to one that says nothing


def unsaid(message: str) -> str:
    """An inbound message without words, place and attachments; whom to answer stays."""
    return dump(_unsaid(legible.heard(message)))


def nobodys(message: str) -> str:
    """An inbound message of which nothing is left but the channel and the time."""
    bare = _unsaid(legible.heard(message))
    return dump(replace(bare, external_id="", sender="", address="", locale="", thread={}))


def _unsaid(message: InboundMessage) -> InboundMessage:
    return replace(
        message,
        text="",
        subject="",
        location=None,
        media=(),
        choice="",
        reply_to="",
        sender_name="",
    )


def untold(message: str) -> str:
    """An outbound message without words; where it went stays."""
    return dump(replace(legible.told(message), text="", choices=()))


def to_nobody(message: str) -> str:
    """An outbound message of which nothing is left but the channel."""
    said = legible.told(message)
    bare = replace(said, text="", choices=(), address="", in_reply_to="", thread={})
    return dump(bare)


async def blank(
    connection: AsyncConnection, of: Table, ids: Collection[int], made: Blank, **more: Any
) -> int:
    """Replace the message of these rows, and set further columns; returns how many."""
    wanted = sorted(ids)
    statement = (
        update(of).where(of.c.id == bindparam("b_id")).values(message=bindparam("message"), **more)
    )
    for begin in range(0, len(wanted), _AT_ONCE):
        some = wanted[begin : begin + _AT_ONCE]
        rows = await connection.execute(select(of.c.id, of.c.message).where(of.c.id.in_(some)))
        blanks = [{"b_id": row.id, "message": made(row.message)} for row in rows]
        await connection.execute(statement, blanks)
    return len(wanted)
