"""The composition root: what is made, in which order it starts, and how it stops.

Starting: store, engine, channels, loops, doors. Stopping, on SIGTERM or SIGINT: the doors close
first, then what is under way is finished, then the rest lets go. Whatever is cut off is on disk.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from channels.adapter import Channel
from console import app as console
from console.answer import agencies
from console.broadcast import Broadcast
from console.desk import Desk
from gateway import desk
from gateway import door as public_door
from gateway.accounts import Key, Wanted, make_all, wanted
from gateway.areas import CityMap
from gateway.cards import Offers
from gateway.dispatch import Dispatcher
from gateway.gallery import Gallery
from gateway.gathering import Gathering
from gateway.housekeeping import Housekeeping
from gateway.identities import digest_by
from gateway.intake import Door, Intake
from gateway.keyring import CODES_AND_ADDRESSES, open_keyring
from gateway.media import Limits, MediaFetcher
from gateway.metrics import Meters
from gateway.port import Port
from gateway.public import notice
from gateway.public.site import TicketSite
from gateway.redact import Redactor
from gateway.roster import Changes, Roster
from gateway.settings import Settings
from gateway.standing import Standing
from gateway.swap import ModelWatch, Swapping
from gateway.understanding import models_folder, open_engine
from gateway.wake import Bell
from gateway.whereabouts import Whereabouts, open_whereabouts
from gateway.worker import Rooms, Worker
from nlu.engine import Engine
from store import inbox, outbox, schema
from store.database import Database, StoreError
from store.ids import Ids

log = structlog.get_logger()

_DRAIN_S = 20.0
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
            loops = await stack.enter_async_context(_loops())
            loops.begin(self.worker.run())
            loops.begin(self.dispatcher.run())
            loops.begin(self.media.run())
            loops.begin(self.places.watch())
            if isinstance(self.engine, Swapping):
                models = models_folder(self.settings.var)
                loops.begin(ModelWatch(self.engine, models, self.meters).run())
            loops.begin(self.housekeeping.run())
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


class _Loops:
    """Tasks that run until the gateway stops."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []

    def begin(self, loop: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.create_task(loop))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        with suppress(TimeoutError):
            async with asyncio.timeout(_DRAIN_S):
                await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def _loops() -> AsyncIterator[_Loops]:
    loops = _Loops()
    try:
        yield loops
    finally:
        await loops.stop()


def _metrics_app(meters: Meters) -> web.Application:
    async def metrics(_: web.Request) -> web.Response:
        return web.Response(
            body=generate_latest(meters.registry), headers={"Content-Type": CONTENT_TYPE_LATEST}
        )

    app = web.Application()
    app.add_routes([web.get("/metrics", metrics)])
    return app


@asynccontextmanager
async def open_gateway(
    settings: Settings, accounts: Mapping[Key, Channel] | None = None
) -> AsyncIterator[Gateway]:
    """Make everything that runs; nothing runs yet. Migrates the database, loads the model.

    `accounts` takes the place of the channels that config.yml names; no page is named then.
    """
    settings.var.mkdir(parents=True, exist_ok=True)
    chosen = wanted(settings) if accounts is None else {}
    served = make_all(chosen, settings) if accounts is None else accounts
    async with AsyncExitStack() as stack:
        database = Database(settings.store.url, settings.var)
        stack.push_async_callback(database.close)
        await schema.upgrade(database)
        meters = Meters()
        places = CityMap(settings.var)
        await places.look()
        engine = await open_engine(settings, meters, places.resolve)
        stack.push_async_callback(engine.close)
        whereabouts = open_whereabouts(settings.nlu, places, meters)
        stack.push_async_callback(whereabouts.close)
        gateway = compose(
            settings,
            database,
            engine,
            served,
            meters,
            places=places,
            whereabouts=whereabouts,
            has_pages=accounts is None,
        )
        gateway.wanted = chosen
        gateway.dispatcher.redactor.learn(
            secret for one in chosen.values() for secret in one.secrets
        )
        yield gateway


def limits_of(settings: Settings) -> Limits:
    """What may come in as a photo, and how large it stays."""
    return Limits(
        max_bytes=settings.media.max_bytes,
        max_pixels=settings.media.max_pixels,
        keep_side=settings.media.keep_side,
    )


def compose(
    settings: Settings,
    database: Database,
    engine: Engine,
    accounts: Mapping[Key, Channel],
    meters: Meters | None = None,
    *,
    places: CityMap | None = None,
    whereabouts: Whereabouts | None = None,
    has_pages: bool = True,
) -> Gateway:
    """Put the parts together; nothing is opened and nothing runs.

    Without `places` there are no boundaries, without `whereabouts` nobody is asked about a place.
    Unless it `has_pages`, answers name no page: a talk in a terminal has no door.
    """
    ids, meters = Ids(), meters or Meters()
    places = places or CityMap()
    news, outgoing, to_fetch = Bell(), Bell(), Bell()
    at_desk = Broadcast()
    gathering = Gathering(settings)
    rules = agencies.load(settings.console.rules)
    intake = Intake(database, ids, meters, news=news, media=to_fetch, patient=gathering)
    standing = Standing(database, ids, meters)
    lease = timedelta(seconds=settings.worker.lease_s)
    served: dict[Key, Channel] = {}
    dispatcher = Dispatcher(
        database,
        ids,
        served,
        meters,
        standing=standing,
        redactor=Redactor(),
        work=outgoing,
        at_once=settings.worker.sends,
        lease=lease,
    )
    roster = Roster(
        database,
        intake,
        dispatcher,
        standing,
        accounts=served,
        owner=secrets.token_hex(8),
        photos=Gallery(database, settings.var / "media").sendable,
    )
    roster.add(accounts)
    keyring = open_keyring(settings.var, settings.secret_env)
    rooms = Rooms(
        database=database,
        ids=ids,
        engine=engine,
        accounts=served,
        digest=digest_by(keyring.key(CODES_AND_ADDRESSES)),
        meters=meters,
        offers=Offers(accounts=served, public_url=str(settings.public.url).rstrip("/")),
        news=news,
        outgoing=outgoing,
        told=at_desk.tell,
        patient=gathering,
        site=str(settings.public.url).rstrip("/"),
        places=places,
        whereabouts=whereabouts or Whereabouts(places, meters),
        assign=rules.assign,
        acting=rules.acting,
        pages=str(settings.public.url).rstrip("/") if has_pages else "",
    )
    media = MediaFetcher(
        database,
        served,
        meters,
        folder=settings.var / "media",
        limits=limits_of(settings),
        ids=ids,
        work=to_fetch,
        news=news,
        outgoing=outgoing,
    )
    return Gateway(
        settings=settings,
        database=database,
        engine=engine,
        roster=roster,
        standing=standing,
        meters=meters,
        intake=intake,
        worker=Worker(rooms, batch=settings.worker.batch, lease=lease),
        dispatcher=dispatcher,
        media=media,
        housekeeping=Housekeeping(database, ids, folder=settings.var / "media"),
        outgoing=outgoing,
        places=places,
        gathering=gathering,
        desk=desk.lay(
            settings,
            database,
            ids,
            engine,
            served,
            places,
            limits=limits_of(settings),
            agencies=rules,
            ring=news.ring,
            keyring=keyring,
            news=at_desk,
        ),
    )
