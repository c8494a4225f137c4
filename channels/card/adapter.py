"""The card's transport: a page, its files, one form. Settings and limits: README.md."""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import timedelta

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from channels.adapter import (
    Accept,
    Card,
    Desk,
    Raw,
    Received,
    Refused,
    SendOutcome,
    WirePart,
)
from channels.card import payload
from channels.card.pages import Pages
from channels.card.seal import sealed
from channels.card.site import ROOT, CardSite
from channels.errors import Refused as NeverFetched
from channels.message import MediaRef, OutboundMessage
from channels.pace import Pace
from channels.pages import Tiles, TilesUrl

_CHUNK = 65_536  # bytes


class Settings(BaseModel):
    """What config.yml says under `channels.card`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lifetime_hours: int = Field(default=24, ge=1, le=24 * 30)
    max_photo_bytes: int = Field(default=20_000_000, gt=0, le=30_000_000)
    max_form_bytes: int = Field(default=40_000_000, gt=0, le=100_000_000)
    tries_per_minute: int = Field(default=20, gt=0)
    tiles_url: TilesUrl = ""
    tiles_attribution: str = ""


class _NoDesk:
    """Nobody has dealt a card yet."""

    async def card(self, card_id: str) -> Card | None:
        del card_id
        return None


class Adapter:
    """Citizens fill in a card that another channel has offered them."""

    caps = payload.CAPS

    def __init__(
        self,
        account: str,
        settings: Settings,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._account = account
        self._settings = settings
        self._clock = clock
        self._key = secrets.token_bytes(32)  # until the gateway gives one that lasts
        self._desk: Desk = _NoDesk()
        self._behind_proxy = False
        self.lifetime = timedelta(hours=settings.lifetime_hours)

    @property
    def where(self) -> str:
        """For the operator, at the start."""
        return f"cards for {self._settings.lifetime_hours} h, linked from channels without a pin"

    def use_key(self, key: bytes) -> None:
        self._key = key

    def use_desk(self, desk: Desk) -> None:
        self._desk = desk

    def use_proxy(self, *, behind_proxy: bool) -> None:
        self._behind_proxy = behind_proxy

    def path(self, card_id: str) -> str:
        return f"{ROOT}/{sealed(self._key, card_id)}"

    def routes(self, accept: Accept) -> Iterable[web.AbstractRouteDef]:
        """The card at `/c/`, its files below `/channels/card/`."""
        own = self._settings
        site = CardSite(
            accept=accept,
            desk=self._desk,
            key=self._key,
            pages=Pages(
                tiles=Tiles(url=own.tiles_url, attribution=own.tiles_attribution),
                max_photo_bytes=own.max_photo_bytes,
            ),
            tries=Pace(own.tries_per_minute),
            max_form_bytes=own.max_form_bytes,
            behind_proxy=self._behind_proxy,
            clock=self._clock,
        )
        return site.routes()

    def parse(self, raw: Raw) -> Received:
        return payload.parse(raw)

    def render(self, message: OutboundMessage) -> list[WirePart]:
        return payload.render(message)

    async def send(self, part: WirePart) -> SendOutcome:
        """Refused: what a card brings is answered by the channel that asked."""
        del part
        return Refused(detail="a card has no address; the channel that offered it answers")

    async def fetch(self, media: MediaRef, raw: Raw) -> AsyncIterator[bytes]:
        content = payload.photo(raw.body, raw.envelope.get("content-type", ""), media.ref)
        if content is None:
            raise NeverFetched("the form holds no such photo")
        for start in range(0, len(content), _CHUNK):
            yield content[start : start + _CHUNK]

    async def start(self) -> None:
        """Nothing to open: the gateway's door is ours."""

    async def close(self) -> None:
        """Nothing to close."""
