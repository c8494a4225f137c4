"""Several short messages in a row make one turn: how long a message waits for the next ones.

The wait stands in the row (`inbox.quiet_at`, `inbox.due_at`), so it outlives the process; `claim`
takes all that came meanwhile. What is answered on its own stops the wait of those before it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.message import InboundMessage
from store.tables import Inbox, table

INBOX = table(Inbox)

MOST_WAIT = timedelta(seconds=12)  # whoever goes on writing is answered after this all the same
MOST_JOINED = 20  # messages of one turn
MOST_CHARS = 20_000  # of one turn: what is read of a message


@dataclass(frozen=True, kw_only=True, slots=True)
class Patience:
    """How a message waits.

    With `quiet` it makes one turn with its neighbours, once nothing has come for so long; without
    it the message is answered on its own. `hurry` ends the wait of those before it.
    """

    quiet: timedelta | None = None
    hurry: bool = False


ALONE = Patience()
Patient = Callable[[InboundMessage], Patience]


def alone(_message: InboundMessage) -> Patience:
    """Answer every message on its own, at once."""
    return ALONE


async def hurry(
    connection: AsyncConnection, conversation_ids: Sequence[int], now: datetime
) -> None:
    """End the wait in these conversations: what waits to be joined is due now."""
    await connection.execute(
        update(INBOX)
        .where(
            INBOX.c.conversation_id.in_(conversation_ids),
            INBOX.c.state == "pending",
            INBOX.c.attempts == 0,
            INBOX.c.quiet_at > now,
        )
        .values(quiet_at=now, due_at=now)
    )


def run_of(messages: Sequence[tuple[InboundMessage, bool]]) -> int:
    """How many messages, from the first on, make one turn. Each comes with whether it may join.

    A second position begins the next turn, so that none is lost.
    """
    count, chars, pins = 0, 0, 0
    for message, may_join in messages:
        chars += len(message.words) + 1
        pins += message.location is not None
        full = count >= MOST_JOINED or chars > MOST_CHARS or pins > 1
        if count and (full or not may_join):
            break
        count += 1
        if not may_join:
            break
    return count


def joined(messages: Sequence[InboundMessage]) -> InboundMessage:
    """One message of several: texts in order, a line each; media and the position collected.

    The answer goes to the last of them.
    """
    last = messages[-1]
    if len(messages) == 1:
        return last
    return replace(
        last,
        subject="",
        text="\n".join(one.words for one in messages if one.words),
        media=tuple(ref for one in messages for ref in one.media),
        location=next((one.location for one in messages if one.location), None),
        reply_to=next((one.reply_to for one in messages if one.reply_to), ""),
        sent_at=messages[0].sent_at,
    )
