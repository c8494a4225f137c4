"""Cards: which question a page answers, whose it is, and whether it still may be answered."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.message import answer_id
from store.tables import CardRow, ConversationRow, Inbox, table

CARD, CONVERSATION, INBOX = table(CardRow), table(ConversationRow), table(Inbox)


@dataclass(frozen=True, kw_only=True, slots=True)
class NewCard:
    """A card that a turn offers for the first time."""

    id: str
    conversation_id: int
    thread: Mapping[str, str]
    made_at: datetime
    expires_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Dealt:
    """A card with its conversation, as the store knows both."""

    id: str
    expires_at: datetime
    thread: Mapping[str, str]
    channel: str
    account: str
    address: str
    state: str  # the conversation's, as dialogs dumped it
    used: bool


async def put(connection: AsyncConnection, new: Sequence[NewCard]) -> None:
    """Write the cards that were offered."""
    rows = [
        {
            "id": one.id,
            "conversation_id": one.conversation_id,
            "thread": json.dumps(dict(one.thread)),
            "made_at": one.made_at,
            "expires_at": one.expires_at,
        }
        for one in new
    ]
    if rows:
        await connection.execute(insert(CARD), rows)


async def find(connection: AsyncConnection, card_id: str) -> Dealt | None:
    """The card of an id, None when there never was one."""
    answered = select(INBOX.c.id).where(
        INBOX.c.channel == CONVERSATION.c.channel, INBOX.c.external_id == answer_id(card_id)
    )
    found = await connection.execute(
        select(
            CARD.c.expires_at,
            CARD.c.thread,
            CONVERSATION.c.channel,
            CONVERSATION.c.account,
            CONVERSATION.c.address,
            CONVERSATION.c.state,
            answered.correlate(CONVERSATION).exists().label("used"),
        )
        .join(CONVERSATION, CONVERSATION.c.id == CARD.c.conversation_id)
        .where(CARD.c.id == card_id)
    )
    row = found.one_or_none()
    if row is None:
        return None
    return Dealt(
        id=card_id,
        expires_at=row.expires_at,
        thread=json.loads(row.thread),
        channel=row.channel,
        account=row.account,
        address=row.address,
        state=row.state,
        used=bool(row.used),
    )
