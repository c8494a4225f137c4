"""What the gateway hands to the console. The console makes none of it and stops none of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from channels.adapter import Caps, Channel
from channels.pages import Tiles
from console.answer.agencies import Agencies
from console.answer.wordings import Wordings
from console.broadcast import Broadcast
from console.people.sso import Sso
from nlu.engine import Engine
from nlu.places.place import OutsideCity, Place
from store.accounts import Lifetime
from store.database import Database
from store.ids import Ids
from store.media import Kept


@dataclass(frozen=True, kw_only=True, slots=True)
class Workplace:
    """What an act needs, at the desk or at a terminal."""

    database: Database
    ids: Ids
    clock: Callable[[], datetime]  # aware, UTC
    agencies: Agencies  # who acts on what, by the city's rules
    ring: Callable[[], None]  # there is work: call it after a transaction that wrote to the inbox


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk(Workplace):
    """Everything that the rooms of the console share."""

    zone: ZoneInfo
    city: str
    site: str  # the public address, without a slash at its end
    var: Path
    engine: Engine
    channel_of: Callable[[str, str], Channel | None]  # by channel and account, to render by
    caps_of: Callable[[str, str], Caps | None]  # by channel and account; None where none is served
    locate: Callable[[float, float], Place | OutsideCity]  # raises BadPoint
    keep_photo: Callable[[bytes], Awaitable[Kept]]  # sniffed, re-encoded; raises PhotoRefusedError
    kanal: tuple[str, ...]  # the `kanal` command of this house: program and first arguments
    wordings: Wordings  # the city's sentences at hand
    key: Callable[[str], bytes]  # the key of one purpose: to seal or to hash with
    sso: Sso | None = None  # single sign-on, where config.yml names a provider
    behind_proxy: bool = False  # the last address of X-Forwarded-For is the browser's
    news: Broadcast = field(default_factory=Broadcast)  # told after a transaction of anybody
    tiles: Tiles = field(default_factory=Tiles)
    lifetime: Lifetime = field(default_factory=Lifetime)

    @property
    def photos(self) -> Path:
        """The folder of kept photos: `<first two>/<sha256>.jpg`."""
        return self.var / "media"

    @property
    def is_https(self) -> bool:
        """Whether browsers reach us encrypted: then cookies never travel otherwise."""
        return self.site.startswith("https://")
