"""Progress reported back: no change of status without its message to the citizen."""

from __future__ import annotations

from datetime import datetime

from channels.message import OutboundMessage, Priority
from dialogs import codec
from dialogs.conversation import Conversation, Status
from dialogs.phrasebook import say
from store import complaints, outbox
from store.complaints import Moved
from store.database import Database
from store.ids import Ids


async def change_status(
    database: Database,
    ids: Ids,
    ticket: str,
    status: Status,
    *,
    actor: str,
    note: str,
    now: datetime,
) -> None:
    """Move a complaint and queue what the citizen reads, in one transaction (T2).

    Raises: LookupError for an unknown ticket, IllegalMoveError, StoreError.
    """
    async with database.begin() as connection:
        moved = await complaints.move(
            connection, ids, ticket, status, actor=actor, note=note, now=now
        )
        if not moved.stopped:  # STOP: nothing unasked
            row = outbox.row(ids, moved.conversation_id, _told(moved, note, ids.next()), now)
            await outbox.put(connection, [row])


def _told(moved: Moved, note: str, number: int) -> OutboundMessage:
    locale = codec.load(moved.state).locale if moved.state else Conversation().locale
    slots = {"ticket": moved.ticket, "status": say(locale, f"status_{moved.status.value}", {})}
    text = say(locale, "status_changed", slots)
    return OutboundMessage(
        channel=moved.channel,
        account=moved.account,
        address=moved.address,
        key=f"status:{number}",
        text=f"{text}\n\n{note}" if note else text,
        locale=locale,
        thread=moved.filed_with.thread,
        priority=Priority.STATUS,
    )
