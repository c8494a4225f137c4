"""The web chat's transport: a page, a socket, photos. Settings, limits and the wire: README.md."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Callable, Collection, Iterable
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


def _origin(value: str) -> str:
    if not re.fullmatch(r"https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:\d{1,5})?", value):
        raise ValueError("not an origin; write it as https://balaiwarga.example.go.id")
    return value.lower()


Origin = Annotated[str, AfterValidator(_origin)]


class Settings(BaseModel):
    """What config.yml says under `channels.webchat`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    allowed_origins: list[Origin] = Field(default_factory=list)
    """Sites that may show the chat on their own pages: one script tag (README.md, "Widget")."""
    own_origins: list[Origin] = Field(default_factory=list)
    """What browsers call this gateway, where a proxy does not pass `Host` on."""
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
    ) -> None:
        self._account = account
        self._settings = settings
        self._clock = clock
        self._listeners = Listeners(patience_s)
        self._receipts = Receipts(receipts_wait_s)
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
                allowed_origins=tuple(own.allowed_origins),
            ),
            pace=Pace(own.messages_per_minute),
            own_origins=frozenset(own.own_origins),
            clock=self._clock,
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
                return Parked()
            case _:
                return Refused(detail="no message of the web chat")

    def present(self) -> Collection[str]:
        """See `channels.adapter.Attended`: whoever has a tab open here."""
        return self._listeners.addresses()

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
