"""The reports whose correction would teach most. docs/nlu.md says how they are ranked."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence

from nlu.learning.correction import plain_of
from nlu.learning.queue import Asked, Waiting, ranked
from nlu.slots.personal import masked
from store import corrections
from store.corrections import Kept
from store.database import Database
from store.waiting import Predicted, uncorrected

LOOKED_AT = 2000  # newest messages that are chosen from
KNOWN = 5000  # newest corrections that they are compared with
_PLAIN: dict[bytes, str] = {}


async def instructive(
    database: Database, most: int, *, looked_at: int = LOOKED_AT, known: int = KNOWN
) -> list[Asked]:
    """The texts to ask about first, masked."""
    async with database.read() as connection:
        waiting = await uncorrected(connection, looked_at)
        said = await corrections.newest(connection, known)
    return await asyncio.to_thread(_ranked, waiting, said, most)


def _ranked(waiting: Sequence[Predicted], said: Sequence[Kept], most: int) -> list[Asked]:
    chosen = [
        Waiting(
            inbox_id=one.inbox_id,
            ticket=one.ticket,
            masked=masked(one.text),
            plain=_plain(one.text),
            candidates=one.understanding.candidates,
        )
        for one in waiting
    ]
    return ranked(chosen, [_plain(one.text) for one in said], most)


def _plain(text: str) -> str:
    """`plain_of`, which takes half a millisecond, once for each text.

    What is remembered is masked, under a digest of the text: nothing personal stays in memory.
    """
    digest = hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=16).digest()
    plain = _PLAIN.get(digest)
    if plain is None:
        plain = plain_of(text)
        if len(_PLAIN) >= LOOKED_AT + KNOWN:
            _PLAIN.clear()
        _PLAIN[digest] = plain
    return plain
