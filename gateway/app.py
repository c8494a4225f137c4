"""The composition root: what is made, in which order it starts, and how it stops.

Starting: store, engine, channels, loops, doors. Stopping, on SIGTERM or SIGINT: the doors close
first, then what is under way is finished, then the rest lets go. Whatever is cut off is on disk.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from importlib import import_module
from itertools import count
from typing import Any

import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from channels.adapter import Channel, Filing, Listener, Puller
from channels.errors import ChannelError
from gateway import door as public_door
from gateway.backoff import backoff
from gateway.dispatch import Dispatcher
from gateway.intake import Door, Intake
from gateway.media import Limits, MediaFetcher
from gateway.metrics import Meters
from gateway.pull import pull_forever
from gateway.settings import Settings, channel_settings
from gateway.understanding import open_engine
from gateway.wake import Bell
from gateway.worker import Rooms, Worker
from nlu.engine import Engine
from store import inbox, outbox, schema
from store.database import Database, StoreError
from store.ids import Ids

log = structlog.get_logger()

ACCOUNT = "main"
_DRAIN_S = 20.0
_LOOK_S = 0.05


@dataclass(kw_only=True)
class Gateway:
    """Everything that runs, made from settings by `open_gateway`."""

    settings: Settings
    database: Database
    engine: Engine
    accounts: dict[tuple[str, str], Channel]
    meters: Meters
    intake: Intake
    worker: Worker
    dispatcher: Dispatcher
    media: MediaFetcher
    doors: dict[tuple[str, str], Door]
    outgoing: Bell
    public_port: int = 0
    metrics_port: int = 0
    _owner: str = field(default_factory=lambda: secrets.token_hex(8))
    _stopping: bool = False

    async def settled(self, channel: str) -> None:
        """Wait until every message of a channel is answered and every answer is sent."""
        while True:
            async with self.database.read() as connection:
                busy = await inbox.count(connection, "pending", channel)
                busy += await outbox.count(connection, "queued", channel)
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
            for adapter in self.accounts.values():
                stack.push_async_callback(adapter.close)
            loops = await stack.enter_async_context(_loops())
            for adapter in self.accounts.values():
                await self._start(adapter, loops)
            loops.begin(self.worker.run())
            loops.begin(self.dispatcher.run())
            loops.begin(self.media.run())
            stack.push_async_callback(self.dispatcher.drain)
            for door in self.doors.values():
                if isinstance(door.adapter, Listener):
                    await door.adapter.listen(door)
                if isinstance(door.adapter, Puller):
                    loops.begin(pull_forever(door, door.adapter, self.database, self._owner))
            if doors:
                await self.open_doors(stack)
            yield
            self._stopping = True
            log.info("gateway.draining")

    @staticmethod
    async def _start(adapter: Channel, loops: _Loops) -> None:
        """Start a channel; one that cannot start is tried again while the others serve."""
        try:
            await adapter.start()
        except ChannelError as error:
            log.error("channel.not_started", detail=error.detail)
            loops.begin(_start_later(adapter))

    async def open_doors(self, stack: AsyncExitStack) -> None:
        """Listen on the public port and on the metrics port until `stack` is closed."""
        public, metrics = self.settings.public, self.settings.metrics
        app = public_door.build(self.doors, self.ready, self.meters)
        self.public_port = await _serve(app, public.host, public.port, stack)
        self.metrics_port = await _serve(
            _metrics_app(self.meters), metrics.host, metrics.port, stack
        )


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


async def _start_later(adapter: Channel) -> None:
    """Try again until the channel has started. `start` may be called any number of times."""
    for attempt in count():
        await asyncio.sleep(backoff(attempt).total_seconds())
        try:
            await adapter.start()
        except ChannelError as error:
            log.error("channel.not_started", detail=error.detail)
        else:
            return


async def _serve(app: web.Application, host: str, port: int, stack: AsyncExitStack) -> int:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    site = web.TCPSite(runner, host, port)
    try:
        await site.start()
    except OSError as error:
        raise PortTakenError(host, port) from error
    address: tuple[str, int] = runner.addresses[0]
    return address[1]


class PortTakenError(Exception):
    """Another program listens there."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(
            f"port {port} on {host} is taken. Stop what listens there, or set another port in "
            "config.yml (public.port, metrics.port) or KANAL_PUBLIC__PORT."
        )


def _metrics_app(meters: Meters) -> web.Application:
    async def metrics(_: web.Request) -> web.Response:
        return web.Response(
            body=generate_latest(meters.registry), headers={"Content-Type": CONTENT_TYPE_LATEST}
        )

    app = web.Application()
    app.add_routes([web.get("/metrics", metrics)])
    return app


def make_accounts(settings: Settings) -> dict[tuple[str, str], Channel]:
    """An adapter per channel that config.yml names. Raises: ConfigError."""
    accounts: dict[tuple[str, str], Channel] = {}
    for name, said in settings.channels.items():
        own = channel_settings(name, said)
        module = import_module(f"channels.{name}.adapter")
        adapter = module.Adapter(ACCOUNT, own)
        if isinstance(adapter, Filing):
            adapter.use_folder(settings.var / name)
        accounts[name, ACCOUNT] = adapter
    return accounts


@asynccontextmanager
async def open_gateway(
    settings: Settings, accounts: dict[tuple[str, str], Channel] | None = None
) -> AsyncIterator[Gateway]:
    """Make everything that runs; nothing runs yet. Migrates the database, loads the model.

    `accounts` takes the place of the channels that config.yml names.
    """
    settings.var.mkdir(parents=True, exist_ok=True)
    accounts = make_accounts(settings) if accounts is None else accounts
    async with AsyncExitStack() as stack:
        database = Database(settings.store.url, settings.var)
        stack.push_async_callback(database.close)
        await schema.upgrade(database)
        meters = Meters()
        engine = await open_engine(settings, meters)
        stack.push_async_callback(engine.close)
        yield compose(settings, database, engine, accounts, meters)


def compose(
    settings: Settings,
    database: Database,
    engine: Engine,
    accounts: dict[tuple[str, str], Channel],
    meters: Meters | None = None,
) -> Gateway:
    """Put the parts together; nothing is opened and nothing runs."""
    ids, meters = Ids(), meters or Meters()
    news, outgoing, to_fetch = Bell(), Bell(), Bell()
    intake = Intake(database, ids, meters, news=news, media=to_fetch)
    lease = timedelta(seconds=settings.worker.lease_s)
    dispatcher = Dispatcher(
        database, accounts, meters, work=outgoing, at_once=settings.worker.sends, lease=lease
    )
    limits = Limits(
        max_bytes=settings.media.max_bytes,
        max_pixels=settings.media.max_pixels,
        keep_side=settings.media.keep_side,
    )
    rooms = Rooms(
        database=database,
        ids=ids,
        engine=engine,
        accounts=accounts,
        meters=meters,
        news=news,
        outgoing=outgoing,
    )
    return Gateway(
        settings=settings,
        database=database,
        engine=engine,
        accounts=accounts,
        meters=meters,
        intake=intake,
        worker=Worker(rooms, batch=settings.worker.batch, lease=lease),
        dispatcher=dispatcher,
        media=MediaFetcher(
            database,
            accounts,
            meters,
            folder=settings.var / "media",
            limits=limits,
            ids=ids,
            work=to_fetch,
            news=news,
            outgoing=outgoing,
        ),
        doors={
            (channel, account): Door(intake, channel, account, adapter, dispatcher)
            for (channel, account), adapter in accounts.items()
        },
        outgoing=outgoing,
    )
