"""What moderators do in conversations: take one, write in it, give it back, note. One T2 each.

The bot learns of it by a message from the clock, in the order in which it was done, and speaks for
the moderator on the citizen's channel. Of a note it learns nothing.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from channels.adapter import Caps, may_write
from channels.text import tidy
from store import answering, audit, handover
from store.answering import Addressee
from store.audit import Deed
from store.database import Database
from store.handover import BACK, NOTED, SAID, TAKEN
from store.ids import Ids

LONGEST = 4000  # characters
_ANY = Caps(text_limit=LONGEST)  # of a channel that the caller does not know


class NothingSaidError(ValueError):
    """The text is empty (`chars` 0), or longer than anybody would read."""

    def __init__(self, chars: int) -> None:
        super().__init__(
            f"{chars} characters; at most {LONGEST} in one message"
            if chars
            else "nothing to say: the text is empty"
        )
        self.chars = chars


class ClosedError(ValueError):
    """Nobody may be written to there; `reason` is a key of words/<locale>/answer.yml, `closed`."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"nothing can be said in this conversation: {reason}")
        self.reason = reason


def closed(to: Addressee, caps: Caps | None, now: datetime) -> str:
    """Why a citizen cannot be written to now, "" when he can; `caps` None: no channel serves him.

    erased, stopped (STOP, or he has blocked us), off, window (the provider's reply window is
    over), unasked (the channel only ever answers).
    """
    if to.erased:
        return "erased"
    if to.stopped:
        return "stopped"
    if caps is None:
        return "off"
    if not may_write(caps, to.heard_at, now):
        return "window" if caps.reply_window else "unasked"
    return ""


async def take(
    database: Database,
    ids: Ids,
    talk: int,
    *,
    actor: str,
    now: datetime,
    revision: int | None = None,
) -> None:
    """Let the bot fall silent for a person. Raises: LookupError, ConflictError, StoreError."""
    async with database.begin() as connection:
        await _open(connection, talk, revision)
        await handover.act(connection, ids, talk, TAKEN, actor=actor, now=now)
        await _audited(connection, ids, talk, "take", actor=actor, now=now)


async def say(
    database: Database,
    ids: Ids,
    talk: int,
    text: str,
    *,
    actor: str,
    now: datetime,
    revision: int | None = None,
    caps: Caps | None = _ANY,
) -> None:
    """Write to the citizen as an officer; whoever writes has taken the conversation.

    Raises: NothingSaidError, ClosedError, LookupError, ConflictError, StoreError.
    """
    words = words_of(text)
    async with database.begin() as connection:
        to = await answering.hold(connection, talk, revision)
        if reason := closed(to, caps, now):
            raise ClosedError(reason)
        await handover.act(connection, ids, talk, SAID, actor=actor, now=now, text=words)
        await _audited(connection, ids, talk, "say", actor=actor, now=now, chars=len(words))


async def give_back(
    database: Database,
    ids: Ids,
    talk: int,
    *,
    actor: str,
    now: datetime,
    revision: int | None = None,
) -> None:
    """Let the bot answer again, and say so. Raises: LookupError, ConflictError, StoreError."""
    async with database.begin() as connection:
        await _open(connection, talk, revision)
        await handover.act(connection, ids, talk, BACK, actor=actor, now=now)
        await _audited(connection, ids, talk, "back", actor=actor, now=now)


async def note(
    database: Database,
    ids: Ids,
    talk: int,
    text: str,
    *,
    actor: str,
    now: datetime,
    revision: int | None = None,
) -> None:
    """Write for colleagues: no citizen ever reads it.

    Raises: NothingSaidError, LookupError, ConflictError, StoreError.
    """
    words = words_of(text)
    async with database.begin() as connection:
        await answering.hold(connection, talk, revision)
        await handover.keep(connection, ids, talk, NOTED, actor=actor, now=now, text=words)
        await _audited(connection, ids, talk, "note", actor=actor, now=now, chars=len(words))


async def _open(connection: AsyncConnection, talk: int, revision: int | None) -> None:
    if (await answering.hold(connection, talk, revision)).erased:
        raise ClosedError("erased")


async def _audited(
    connection: AsyncConnection,
    ids: Ids,
    talk: int,
    act: str,
    *,
    actor: str,
    now: datetime,
    **detail: int,
) -> None:
    deed = Deed(actor=actor, act=f"answer.{act}", subject=str(talk), at=now, detail=detail)
    await audit.append(connection, ids, deed)


def words_of(text: str, *, needed: bool = True) -> str:
    """What somebody typed, tidied. Raises: NothingSaidError."""
    words = tidy(text)
    if len(words) > LONGEST or (needed and not words):
        raise NothingSaidError(len(words))
    return words
