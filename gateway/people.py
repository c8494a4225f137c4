"""What moderators do in conversations: take one, write in it, give it back. One T2 each.

The bot learns of it by a message from the clock, in the order in which it was done, and speaks for
the moderator on the citizen's channel.
"""

from __future__ import annotations

from datetime import datetime

from channels.text import tidy
from store import handover
from store.database import Database
from store.handover import BACK, SAID, TAKEN
from store.ids import Ids

LONGEST = 4000  # characters


class NothingSaidError(ValueError):
    """The text is empty, or longer than a citizen would read."""


async def take(database: Database, ids: Ids, talk: int, *, actor: str, now: datetime) -> None:
    """Let the bot fall silent for a person. Raises: LookupError, StoreError."""
    async with database.begin() as connection:
        await handover.act(connection, ids, talk, TAKEN, actor=actor, now=now)


async def say(
    database: Database, ids: Ids, talk: int, text: str, *, actor: str, now: datetime
) -> None:
    """Write to the citizen as an officer; whoever writes has taken the conversation.

    Raises: NothingSaidError, LookupError, StoreError.
    """
    words = tidy(text)
    if not words:
        raise NothingSaidError("nothing to say: the text is empty")
    if len(words) > LONGEST:
        raise NothingSaidError(f"{len(words)} characters; at most {LONGEST} in one message")
    async with database.begin() as connection:
        await handover.act(connection, ids, talk, SAID, actor=actor, now=now, text=words)


async def give_back(database: Database, ids: Ids, talk: int, *, actor: str, now: datetime) -> None:
    """Let the bot answer again, and say so. Raises: LookupError, StoreError."""
    async with database.begin() as connection:
        await handover.act(connection, ids, talk, BACK, actor=actor, now=now)
