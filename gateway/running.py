"""What runs: in which order it starts, and how it stops.

Starting: store, engine, channels, loops, doors. Stopping, on SIGTERM or SIGINT: the doors close
first, then what is under way is finished, then the rest lets go. Whatever is cut off is on disk.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from channels.adapter import Channel
from console import app as console
from console.desk import Desk
from gateway import door as public_door
from gateway.accounts import Key, Wanted, make_all, wanted
from gateway.areas import CityMap
from gateway.dispatch import Dispatcher
from gateway.gallery import Gallery
from gateway.gathering import Gathering
from gateway.housekeeping import Housekeeping
from gateway.intake import Door, Intake
from gateway.loops import running_loops
from gateway.media import MediaFetcher
from gateway.metrics import Meters
from gateway.port import Port
from gateway.public import notice
from gateway.public.site import TicketSite
from gateway.roster import Changes, Roster
from gateway.settings import Settings
from gateway.standing import Standing
from gateway.swap import ModelWatch, Swapping
from gateway.understanding import models_folder
from gateway.wake import Bell
from gateway.worker import Worker
from nlu.engine import Engine
from store import inbox, outbox
from store.database import Database, StoreError

log = structlog.get_logger()

_LOOK_S = 0.05


@dataclass(kw_only=True)
class Gateway:
    """Everything that runs, made from settings by `open_gateway`."""

    settings: Settings
    database: Database
    engine: Engine
    roster: Roster
    standing: Standing
    meters: Meters
    intake: Intake
    worker: Worker
    dispatcher: Dispatcher
    media: MediaFetcher
    housekeeping: Housekeeping
    outgoing: Bell
    places: CityMap
    gathering: Gathering
    desk: Desk
    wanted: dict[Key, Wanted] = field(default_factory=dict)  # as config.yml last said
    metrics_port: int = 0
    _public: Port | None = None
    _stopping: bool = False

    @property
    def accounts(self) -> dict[Key, Channel]:
        """Every account that is served."""
        return self.roster.accounts

    @property
    def doors(self) -> dict[Key, Door]:
        """The way in of every account that is served."""
        return self.roster.doors

    @property
    def public_port(self) -> int:
        """Where the public door listens; 0 before it does."""
        return self._public.number if self._public else 0

    async def settled(self, channel: str) -> None:
        """Wait until every message of a channel is answered and every answer is sent."""
        while True:
            async with self.database.read() as connection:
                busy = await inbox.count(connection, "pending", channel)
                busy += await outbox.count(connection, *outbox.WAITING, channel=channel)
            if not busy:
                return
            await asyncio.sleep(_LOOK_S)

    async def ready(self) -> str:
        """What is wrong, "" when nothing is."""
        if self._stopping:
            return "stopping"
        try:
            async with self.database.read() as connection:
                self.meters.waiting.set(await inbox.count(connection, "pending"))
        except StoreError as error:
            return f"store: {error}"
        return ""

    @asynccontextmanager
    async def running(self, *, doors: bool = True) -> AsyncIterator[None]:
        """Start everything; stop it in the opposite order at the end. Without `doors`, no port."""
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.intake.drain)  # last: nobody brings anything any more
            loops = await stack.enter_async_context(running_loops())
            loops.begin("worker", self.worker.run)
            loops.begin("dispatcher", self.dispatcher.run)
            loops.begin("media", self.media.run)
            loops.begin("places", self.places.watch)
            if isinstance(self.engine, Swapping):
                models = models_folder(self.settings.var)
                loops.begin("models", ModelWatch(self.engine, models, self.meters).run)
            loops.begin("housekeeping", self.housekeeping.run)
            stack.push_async_callback(self.roster.close_all)
            stack.push_async_callback(self.dispatcher.drain)
            await self.roster.open_all()
            if doors:
                await self.open_doors(stack)
            yield
            self._stopping = True
            self.desk.news.close()
            log.info("gateway.draining")

    async def open_doors(self, stack: AsyncExitStack) -> None:
        """Listen on the public port and on the metrics port until `stack` is closed."""
        public, metrics = self.settings.public, self.settings.metrics
        self._public = Port(public.host, public.port)
        stack.push_async_callback(self._public.close)
        apart = Port(metrics.host, metrics.port)
        stack.push_async_callback(apart.close)
        await apart.serve(_metrics_app(self.meters))
        self.metrics_port = apart.number
        await self._public.serve(self._pages())

    def _pages(self) -> web.Application:
        tickets = TicketSite(
            self.database,
            Gallery(self.database, self.settings.var / "media"),
            zone=self.settings.zone,
            behind_proxy=self.settings.public.behind_proxy,
        )
        own = (
            *tickets.routes(),
            *notice.routes(self.settings.city, self.settings.office, self.settings.retention),
            *(console.routes(self.desk) if self.settings.console.enabled else ()),
        )
        return public_door.build(self.doors, self.ready, self.meters, own)

    async def reload(self, settings: Settings) -> Changes:
        """Switch channels on, off and over to new keys, as config.yml says now.

        What did not change goes on undisturbed. Raises: ConfigError, and nothing has changed.
        """
        chosen = wanted(settings)
        fresh = {key: one for key, one in chosen.items() if self.wanted.get(key) != one}
        made = make_all(fresh, settings)
        gone = {key for key in self.wanted if key not in chosen}
        self.dispatcher.redactor.learn(secret for one in fresh.values() for secret in one.secrets)
        changes = await self.roster.replace(made, gone)
        self.wanted = chosen
        self.gathering.use(settings)
        if changes.pages and self._public is not None:
            await self._public.serve(self._pages())
        log.info("channels.reloaded", opened=len(changes.opened), closed=len(changes.closed))
        await self.standing.reloaded(str(changes))
        self.outgoing.ring()
        return changes


def _metrics_app(meters: Meters) -> web.Application:
    async def metrics(_: web.Request) -> web.Response:
        return web.Response(
            body=generate_latest(meters.registry), headers={"Content-Type": CONTENT_TYPE_LATEST}
        )

    app = web.Application()
    app.add_routes([web.get("/metrics", metrics)])
    return app
