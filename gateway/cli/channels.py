"""`kanal channels`: how the channels fare, whether they work, and the folder of a new one."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from channels.adapter import Channel, Checked
from channels.errors import ChannelError
from channels.message import OutboundMessage
from dialogs.phrasebook import say
from gateway import pidfile
from gateway.accounts import Key, Wanted, make_all, wanted
from gateway.cli import scaffold
from gateway.cli.opened import with_store
from gateway.settings import load
from store import channel_states, outbox
from store.channel_states import State
from store.database import Database

app = typer.Typer(
    help="Channels: how they fare, whether they work, and a new one's folder.",
    no_args_is_help=True,
)
console = Console()
_PATIENCE_S = 20.0
_LOOK_S = 0.1

Which = Annotated[
    str | None, typer.Argument(help="A channel, or one account of it: telegram, telegram:main.")
]


app.command()(scaffold.new)


@app.command(name="list")
def list_() -> None:
    """List every account with how it fares and what waits."""
    settings = load()
    known, counted = with_store(_look, settings)
    shown = Table("channel", "account", "state", "since", "waiting", "dead", "detail")
    switched_on = wanted(settings)
    for key in sorted({*switched_on, *known}):
        one, n = known.get(key), counted.get(key, {})
        state = _state(one, on=key in switched_on)
        since = f"{one.at:%Y-%m-%d %H:%M}" if one else ""
        waiting = str(sum(n.get(name, 0) for name in (*outbox.WAITING, "parked")))
        detail = one.detail if one else ""
        shown.add_row(*key, state, since, waiting, str(n.get("dead", 0)), detail)
    console.print(shown)


def _state(one: State | None, *, on: bool) -> str:
    if not on:
        return "off"
    return one.state if one else "not seen yet: is `kanal run` running?"


async def _look(
    database: Database,
) -> tuple[dict[Key, State], dict[Key, dict[str, int]]]:
    async with database.read() as connection:
        states = await channel_states.all_of_them(connection)
        return {(one.channel, one.account): one for one in states}, await outbox.counts(connection)


@app.command()
def check(which: Which = None) -> None:
    """Ask each provider whether our token works; says what is wrong, and takes no message."""
    settings = load()
    chosen = _chosen(wanted(settings), which)
    bad = 0
    for (channel, account), adapter in make_all(chosen, settings).items():
        works, said = asyncio.run(_check(adapter))
        bad += not works
        typer.echo(f"{channel}:{account} {'works' if works else 'DOES NOT WORK'}: {said}")
    if bad:
        raise typer.Exit(1)


async def _check(adapter: Channel) -> tuple[bool, str]:
    if not isinstance(adapter, Checked):
        return True, "nothing to ask anybody"
    try:
        return True, await adapter.check()
    except ChannelError as error:
        return False, error.detail


@app.command()
def reload() -> None:
    """Let the running gateway read config.yml and the secrets file again."""
    settings = load()
    wanted(settings)  # a mistake is told here, before anything is touched
    number = pidfile.read(settings.var)
    if number is None:
        typer.echo(f"kanal: no gateway serves {settings.var}: `kanal run` starts one", err=True)
        raise typer.Exit(2)
    asked = datetime.now(UTC)
    os.kill(number, signal.SIGHUP)
    said = with_store(lambda database: _reloaded(database, asked), settings)
    if said is None:
        typer.echo("kanal: the gateway has not answered yet; its log says why", err=True)
        raise typer.Exit(1)
    typer.echo(said)
    list_()


async def _reloaded(database: Database, asked: datetime) -> str | None:
    with suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE_S):
            while True:
                async with database.read() as connection:
                    said = await channel_states.reloaded(connection)
                if said is not None and said.at >= asked:
                    return said.detail
                await asyncio.sleep(_LOOK_S)
    return None


@app.command(name="test")
def send_test(
    which: Annotated[str, typer.Argument(help="A channel, or one account of it.")],
    address: Annotated[str, typer.Argument(help="Where to send: an address, a chat id, a number.")],
    locale: Annotated[str, typer.Option(help="id or en")] = "id",
) -> None:
    """Send one test message past the outbox, and say what the provider answered."""
    settings = load()
    chosen = _chosen(wanted(settings), which)
    for (channel, account), adapter in make_all(chosen, settings).items():
        message = OutboundMessage(
            channel=channel,
            account=account,
            address=address,
            key=f"test:{secrets.token_hex(8)}",
            text=say(locale, "channel_test", {}),
            locale=locale,
        )
        for outcome in asyncio.run(_send(adapter, message)):
            typer.echo(f"{channel}:{account} {outcome}")


async def _send(adapter: Channel, message: OutboundMessage) -> list[str]:
    try:
        await adapter.start()
        outcomes = [await adapter.send(part) for part in adapter.render(message)]
    except ChannelError as error:
        return [f"not sent: {error.detail}"]
    finally:
        await adapter.close()
    return [
        f"{type(one).__name__.lower()} {getattr(one, 'detail', '')}".rstrip() for one in outcomes
    ]


def _chosen(known: Mapping[Key, Wanted], which: str | None) -> dict[Key, Wanted]:
    channel, _, account = (which or "").partition(":")
    chosen = {
        key: one
        for key, one in known.items()
        if not which or (key[0] == channel and (not account or key[1] == account))
    }
    if not chosen:
        names = ", ".join(":".join(key) for key in known) or "none"
        raise typer.BadParameter(f"{which!r} is not in config.yml; there: {names}")
    return chosen
