"""kanal setup, migrate, run: from nothing to a gateway that answers."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import structlog
import typer
from rich.console import Console
from rich.progress import Progress

from console.people import first
from console.people.acts import HOUSE, By
from gateway import __version__, pidfile
from gateway.accounts import wanted
from gateway.app import open_gateway
from gateway.cli.opened import with_store
from gateway.logs import configure
from gateway.loops import kept_up
from gateway.running import Gateway
from gateway.settings import ConfigError, Settings, load
from gateway.understanding import needs_training
from store import schema
from store.database import Database

log = structlog.get_logger()
console = Console(stderr=True)


def use_config(path: Path) -> None:
    """Let every command read this config.yml."""
    os.environ["KANAL_CONFIG"] = str(path)


def setup() -> None:
    """Prepare what the gateway needs: check config.yml, train the model, migrate the database."""
    settings = load()
    wanted(settings)
    settings.var.mkdir(parents=True, exist_ok=True)
    if needs_training(settings):
        train_model(settings)
    asyncio.run(_migrate(settings))


def train_model(settings: Settings) -> Path:
    """Train from the corpus and what corrections have taught; answers the model's folder."""
    from console.teach.learning import retrain  # noqa: PLC0415 - the training library is large

    async def work(database: Database) -> Path:
        return await retrain(
            database,
            settings.var,
            now=datetime.now(UTC),
            frozen_folder=settings.nlu.frozen,
            tell=lambda what, share: progress.update(
                task, completed=share, description=f"language model: {what}"
            ),
        )

    with Progress(console=console, transient=not console.is_terminal) as progress:
        task = progress.add_task("language model", total=1.0)
        return with_store(work, settings)


def migrate(
    check: Annotated[  # noqa: FBT002 - a flag
        bool, typer.Option("--check", help="Only say whether tables and migrations agree.")
    ] = False,
) -> None:
    """Bring the database's tables up to date."""
    settings = load()
    settings.var.mkdir(parents=True, exist_ok=True)
    differences = asyncio.run(_migrate(settings, check=check))
    for difference in differences:
        typer.echo(f"differs: {difference}")
    if differences:
        raise typer.Exit(1)


async def _migrate(settings: Settings, *, check: bool = False) -> list[object]:
    database = Database(settings.store.url, settings.var)
    try:
        if check:
            return await schema.drift(database)
        await schema.upgrade(database)
        return []
    finally:
        await database.close()


def run() -> None:
    """Start the gateway; stop it with Ctrl-C or SIGTERM."""
    settings = load()
    configure(settings.log)
    if needs_training(settings) or not asyncio.run(_is_migrated(settings)):
        _set_up_apart()
    asyncio.run(_run(settings))


async def _is_migrated(settings: Settings) -> bool:
    settings.var.mkdir(parents=True, exist_ok=True)
    database = Database(settings.store.url, settings.var)
    try:
        return await schema.is_current(database)
    finally:
        await database.close()


def _set_up_apart() -> None:
    """`kanal setup` in a process of its own: here it would leave 150 MB of libraries behind."""
    done = subprocess.run([sys.executable, "-m", "gateway", "setup"], check=False)
    if done.returncode:
        raise typer.Exit(done.returncode)  # it has said why


async def _run(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with open_gateway(settings) as gateway, gateway.running():
        _greet(gateway)
        await _first_admin(gateway)
        with pidfile.written(settings.var), _reloading(gateway, loop):
            await stop.wait()
        console.print("Stopping: finishing what is under way ...")
    log.info("gateway.stopped")


@contextmanager
def _reloading(gateway: Gateway, loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """SIGHUP reads config.yml and the secrets file again: `kanal channels reload` sends it."""
    again = asyncio.Event()

    async def watch() -> None:
        while True:
            await again.wait()
            again.clear()
            try:
                await gateway.reload(load())
            except ConfigError as error:
                log.error("channels.not_reloaded", reason=str(error))

    loop.add_signal_handler(signal.SIGHUP, again.set)
    task = loop.create_task(kept_up("reload", watch))
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)
        task.cancel()


async def _first_admin(gateway: Gateway) -> None:
    """Show the link that lets the first admin in, as long as there is none: on a terminal alone.

    It is no log line: whoever reads the log must not come in with it.
    """
    if not gateway.settings.console.enabled or not console.is_terminal:
        return
    by = By(actor=HOUSE, now=datetime.now(UTC), ids=gateway.desk.ids)
    async with gateway.database.begin() as connection:
        secret = await first.link(connection, by)
    if secret is None:
        return
    local = f"http://{gateway.settings.public.host}:{gateway.public_port}"
    site = gateway.desk.site if gateway.desk.is_https else local
    console.print(
        "  No admin yet. Choose a password here, once, within 24 hours:\n"
        f"  {site}{first.path_of(secret)}",
        highlight=False,
        soft_wrap=True,
    )


def _greet(gateway: Gateway) -> None:
    settings = gateway.settings
    public = f"http://{settings.public.host}:{gateway.public_port}"
    lines = [f"Kanal Warga {__version__} serves {settings.city.name}. Stop it with Ctrl-C."]
    if settings.console.enabled:
        lines.append(f"  console    {public}/console/")
    if ("webchat", "main") in gateway.accounts:
        lines.append(f"  web chat   {public}/")
    for (channel, _), adapter in gateway.accounts.items():
        where = getattr(adapter, "where", "")
        if where:
            lines.append(f"  {channel:<10} {where}")
    lines += [
        f"  health     {public}/health/ready",
        f"  metrics    http://{settings.metrics.host}:{gateway.metrics_port}/metrics",
        f"  files      {settings.var.resolve()}",
    ]
    console.print("\n".join(lines), highlight=False, soft_wrap=True)
