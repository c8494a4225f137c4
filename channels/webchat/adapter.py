"""The web chat's transport: a page, a socket, photos. Settings, limits and the wire: README.md."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Annotated

from aiohttp import web
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from channels.adapter import (
    Accept,
    Parked,
    Photos,
    Raw,
    Received,
    Refused,
    SendOutcome,
    Sent,
    WirePart,
)
from channels.errors import Refused as NeverFetched
from channels.message import MediaRef, OutboundMessage
from channels.pace import Pace
from channels.pages import Tiles, TilesUrl
from channels.webchat import payload
from channels.webchat.listeners import Listeners
from channels.webchat.pages import Pages
from channels.webchat.receipts import Receipts
from channels.webchat.site import ChatSite

_CHUNK = 65_536  # bytes
_PATIENCE_S = 6.0  # for a page to confirm a message; a phone on a slow net needs two or three
_RECORDED_S = 2.0  # a send that ended is on disk by then
_REMEMBERED_S = 60.0


def _origin(value: str) -> str:
    if not re.fullmatch(r"https?://[^/\s?#]+", value):
        raise ValueError("not an origin; write it as https://balaiwarga.example.go.id")
    return value.lower()


class Settings(BaseModel):
    """What config.yml says under `channels.webchat`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    allowed_origins: list[Annotated[str, AfterValidator(_origin)]] = Field(default_factory=list)
    """Other sites whose pages may open the socket; the page's own host always may."""
    max_photo_bytes: int = Field(default=20_000_000, gt=0, le=30_000_000)
    messages_per_minute: int = Field(default=30, gt=0)
    tiles_url: TilesUrl = ""
    tiles_attribution: str = ""


class Adapter:
    """Citizens open a page; messages and answers travel over its socket."""

    caps = payload.CAPS

    def __init__(
        self,
        account: str,
        settings: Settings,
        *,
        clock: Callable[[], float] = time.monotonic,
        patience_s: float = _PATIENCE_S,
        receipts_wait_s: float = 1.0,
        recorded_s: float = _RECORDED_S,
    ) -> None:
        self._account = account
        self._settings = settings
        self._clock = clock
        self._listeners = Listeners(patience_s)
        self._receipts = Receipts(receipts_wait_s)
        self._recorded_s = recorded_s
        self._parked: dict[str, float] = {}  # address -> when a send to it was parked
        self._waking: set[asyncio.Task[None]] = set()
        self._photos: Photos | None = None

    def use_photos(self, photos: Photos) -> None:
        self._photos = photos

    def routes(self, accept: Accept) -> Iterable[web.AbstractRouteDef]:
        """The page at `/`, everything else below `/channels/webchat/`."""
        own = self._settings
        site = ChatSite(
            accept=accept,
            listeners=self._listeners,
            receipts=self._receipts,
            pages=Pages(
                tiles=Tiles(url=own.tiles_url, attribution=own.tiles_attribution),
                max_photo_bytes=own.max_photo_bytes,
            ),
            pace=Pace(own.messages_per_minute),
            allowed_origins=frozenset(own.allowed_origins),
            clock=self._clock,
            wake=self._wake,
            photos=self._shown,
        )
        return site.routes()

    async def _shown(self, reference: str) -> bytes | None:
        return await self._photos(reference) if self._photos else None

    def parse(self, raw: Raw) -> Received:
        return payload.parse(raw, self._account)

    def render(self, message: OutboundMessage) -> list[WirePart]:
        return payload.render(message)

    async def send(self, part: WirePart) -> SendOutcome:
        """Sent once a page has confirmed it; parked while none does."""
        match part.body:
            case {"to": str(address), "say": {"key": str(key)} as say}:
                if await self._listeners.push(address, key, {"say": say}):
                    return Sent(provider_id=key)
                self._note_parked(address)
                return Parked()
            case _:
                return Refused(detail="no message of the web chat")

    def _note_parked(self, address: str) -> None:
        now = self._clock()
        recent = {other: at for other, at in self._parked.items() if now - at < _REMEMBERED_S}
        self._parked = {**recent, address: now}

    async def _wake(self, accept: Accept, address: str) -> None:
        """A socket has opened: what is parked goes out.

        A send that was parked a moment ago may not be on disk yet, so that nothing would be found;
        for such an address the gateway is told once more when it must be.
        """
        await accept.awake(address)
        if self._parked.pop(address, None) is not None:
            task = asyncio.create_task(self._wake_again(accept, address))
            self._waking.add(task)
            task.add_done_callback(self._waking.discard)

    async def _wake_again(self, accept: Accept, address: str) -> None:
        await asyncio.sleep(self._recorded_s)
        await accept.awake(address)

    async def fetch(self, media: MediaRef, raw: Raw) -> AsyncIterator[bytes]:
        if media.ref != payload.PHOTO_REF or not raw.body:
            raise NeverFetched("the delivery holds no such photo")
        for start in range(0, len(raw.body), _CHUNK):
            yield raw.body[start : start + _CHUNK]

    async def start(self) -> None:
        """Nothing to open: the gateway's door is ours."""

    async def close(self) -> None:
        self._listeners.drop_all()
        self._receipts.close()
        for task in self._waking:
            task.cancel()
