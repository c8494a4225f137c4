"""Attachments after T1: fetch, cap, keep; refuse in a sentence; try again what failed."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import structlog

from channels.adapter import Channel, Raw
from channels.errors import ChannelError, Misconfigured, Refused, Throttled
from channels.message import MediaKind, OutboundMessage
from dialogs import codec
from dialogs.phrasebook import say
from gateway.accounts import Key
from gateway.backoff import backoff
from gateway.dispatch import BROKEN, Accounts
from gateway.metrics import Meters
from gateway.wake import Bell, finished
from store import journal, media, outbox
from store.database import Database, StoreError
from store.ids import Ids
from store.media import Answered, Kept, PhotoRefusedError, Wanted

log = structlog.get_logger()

AT_ONCE = 4  # of one account, so that a provider that hangs holds up its own photos alone
MOST_ATTEMPTS = 12  # more than two hours: an evening's trouble; what lives shorter is gone anyway
LEASE = timedelta(seconds=90)
_PHOTOS = frozenset({MediaKind.PHOTO, MediaKind.DOCUMENT})


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What may come in, and how large it stays."""

    max_bytes: int
    max_pixels: int  # width times height
    keep_side: int  # pixels; a longer side is scaled down to it


class MediaFetcher:
    """Fetches what T1 left as references."""

    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        meters: Meters,
        *,
        folder: Path,
        limits: Limits,
        ids: Ids,
        work: Bell,
        news: Bell,
        outgoing: Bell,
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._meters = meters
        self._folder = folder
        self._limits = limits
        self._work = work
        self._news = news
        self._outgoing = outgoing
        self._ids = ids
        self._random = Random()
        self._under_way: dict[asyncio.Task[None], Key] = {}
        self._decoding = asyncio.Semaphore(AT_ONCE)  # a photo takes much memory when it is open

    async def run(self) -> None:
        """Fetch until cancelled; what is under way is finished first."""
        try:
            await self._look()
        finally:
            await self.drain()

    async def _look(self) -> None:
        while True:
            try:
                begun = await finished(self.once())
            except StoreError as error:
                log.error("media.away", reason=str(error))
                begun = 0
            if not begun:
                await self._work.wait()

    async def once(self) -> int:
        """Begin to fetch what is due of the channels that are on; returns how many that is."""
        busy = Counter(self._under_way.values())
        free = {key: AT_ONCE - busy[key] for key in self._accounts if busy[key] < AT_ONCE}
        if not free:
            return 0  # a fetch that ends rings the bell
        wanted: list[Wanted] = []
        async with self._database.begin() as connection:
            for key, most in free.items():
                wanted += await media.claim(connection, key, now=_now(), lease_for=LEASE, most=most)
        for one in wanted:
            task = asyncio.create_task(self._fetch(one))
            self._under_way[task] = (one.channel, one.account)
            task.add_done_callback(self._ended)
        return len(wanted)

    async def drain(self) -> None:
        """Wait for what is being fetched."""
        if self._under_way:
            await asyncio.wait(self._under_way)

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._under_way[task]
        self._work.ring()

    async def _fetch(self, wanted: Wanted) -> None:
        try:
            await self._settle(wanted)
        except StoreError as error:  # the lease ends and it is fetched again
            log.error("media.away", reason=str(error))
        except Exception as error:  # noqa: BLE001 - the same; its text may quote the citizen
            log.error("media.failed", media_id=wanted.id, error=type(error).__name__)
        self._news.ring()

    async def _settle(self, wanted: Wanted) -> None:
        try:
            kept = await self._keep(wanted)
        except PhotoRefusedError as refusal:
            await self._record(wanted, refusal.phrase)
        except Refused:
            await self._record(wanted, "media_unavailable")
        except Misconfigured as error:  # the operator's to mend: the photo must not be lost of it
            await self._later(wanted, error, BROKEN, counts=False)
        except (ChannelError, OSError, TimeoutError) as error:
            await self._again(wanted, error)
        except StoreError as error:
            log.error("media.away", reason=str(error))
        except Exception as error:  # noqa: BLE001 - an adapter's mistake must not stop the others
            await self._again(wanted, error)
        else:
            self._meters.photos.labels(wanted.channel, "kept").inc()
            async with self._database.begin() as connection:
                await media.keep(connection, wanted, kept, _now())

    async def _keep(self, wanted: Wanted) -> Kept:
        if wanted.ref.kind not in _PHOTOS:
            raise PhotoRefusedError("unsupported_kind")
        if (wanted.ref.size or 0) > self._limits.max_bytes:
            raise PhotoRefusedError("media_too_large")
        adapter = self._accounts.get((wanted.channel, wanted.account))
        if adapter is None:
            raise Misconfigured("switched off in this moment")
        async with self._database.read() as connection:
            raw = await journal.raw(connection, wanted.delivery_id)
        content = await self._download(adapter, wanted, raw)
        async with self._decoding:
            return await asyncio.to_thread(_keep_photo, content, self._folder, self._limits)

    async def _download(self, adapter: Channel, wanted: Wanted, raw: Raw) -> bytes:
        content = bytearray()
        chunks = adapter.fetch(wanted.ref, raw)
        try:
            async with asyncio.timeout(LEASE.total_seconds() / 2):
                async for chunk in chunks:
                    content += chunk
                    if len(content) > self._limits.max_bytes:
                        raise PhotoRefusedError("media_too_large")
        finally:  # whoever sends without end is not listened to any more
            if isinstance(chunks, AsyncGenerator):
                await chunks.aclose()
        return bytes(content)

    async def _again(self, wanted: Wanted, error: Exception) -> None:
        if wanted.attempts >= MOST_ATTEMPTS:
            await self._record(wanted, "media_unavailable")
            return
        wait = error.retry_after if isinstance(error, Throttled) else None
        await self._later(wanted, error, wait or backoff(wanted.attempts, self._random))

    async def _later(
        self, wanted: Wanted, error: Exception, wait: timedelta, *, counts: bool = True
    ) -> None:
        log.info("media.retry", media_id=wanted.id, error=type(error).__name__)
        attempts = wanted.attempts if counts else wanted.attempts - 1
        async with self._database.begin() as connection:
            await media.again(connection, wanted, _now() + wait, attempts)

    async def _record(self, wanted: Wanted, phrase: str) -> None:
        """Refuse an attachment; a citizen whose turn is over is told now (T2)."""
        self._meters.photos.labels(wanted.channel, phrase).inc()
        now = _now()
        async with self._database.begin() as connection:
            late = await media.refuse(connection, wanted, phrase, now)
            if late is not None:
                row = outbox.row(self._ids, late.conversation_id, _told(late, wanted, phrase), now)
                await outbox.put(connection, [row])
        if late is not None:
            self._outgoing.ring()


def _keep_photo(content: bytes, folder: Path, limits: Limits) -> Kept:
    from gateway.photos import keep  # noqa: PLC0415 - the image libraries wait for a first photo

    return keep(content, folder, limits)


def _told(late: Answered, wanted: Wanted, phrase: str) -> OutboundMessage:
    locale = codec.load(late.state).locale
    return OutboundMessage(
        channel=late.channel,
        account=late.account,
        address=late.address,
        key=f"{wanted.inbox_id}:media:{wanted.id}",
        text=say(locale, phrase, {}),
        locale=locale,
        in_reply_to=late.message.external_id,
        thread=late.message.thread,
    )


def _now() -> datetime:
    return datetime.now(UTC)
