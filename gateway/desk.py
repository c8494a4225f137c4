"""What the console is handed: parts of a gateway that runs (console/desk.py says for what)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from channels.adapter import Caps, Channel
from channels.pages import Tiles
from console.answer import wordings
from console.answer.agencies import Agencies
from console.desk import Desk
from gateway.accounts import Key
from gateway.areas import CityMap
from gateway.media import Limits
from gateway.progress import keep_photos
from gateway.settings import Settings
from nlu.engine import Engine
from store.accounts import Lifetime
from store.database import Database
from store.ids import Ids
from store.media import Kept


def lay(
    settings: Settings,
    database: Database,
    ids: Ids,
    engine: Engine,
    accounts: Mapping[Key, Channel],
    places: CityMap,
    *,
    limits: Limits,
    agencies: Agencies,
    ring: Callable[[], None],
) -> Desk:
    """Put the parts together for the console."""
    console = settings.console

    def caps_of(channel: str, account: str) -> Caps | None:
        served = accounts.get((channel, account))
        return served.caps if served else None

    async def keep_photo(content: bytes) -> Kept:
        (kept,) = await keep_photos([content], settings.var / "media", limits)
        return kept

    return Desk(
        database=database,
        ids=ids,
        clock=lambda: datetime.now(UTC),
        zone=settings.zone,
        city=settings.city.name,
        site=str(settings.public.url).rstrip("/"),
        var=settings.var,
        engine=engine,
        channel_of=lambda channel, account: accounts.get((channel, account)),
        caps_of=caps_of,
        locate=places.locate,
        keep_photo=keep_photo,
        ring=ring,
        agencies=agencies,
        wordings=wordings.load(console.templates),
        tiles=Tiles(url=console.tiles_url, attribution=console.tiles_attribution),
        lifetime=Lifetime(
            idle=timedelta(hours=console.idle_hours), absolute=timedelta(days=console.days)
        ),
    )
