"""kanal replay: real reports from a file, through the intake as a channel's would come."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from channels.adapter import Channel
from gateway.accounts import ACCOUNT
from gateway.app import open_gateway
from gateway.logs import configure
from gateway.replay import NAME, Replay, Summary, told_at
from gateway.replay import replay as replay_lines
from gateway.settings import Settings, load

console = Console(stderr=True)


def replay(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="JSON lines: id, text, ...")
    ],
    tz: Annotated[str, typer.Option(help="Zone of times that name none.")] = "UTC",
    no_confirm: Annotated[  # noqa: FBT002 - a flag
        bool, typer.Option("--no-confirm", help="Leave the bot's questions unanswered.")
    ] = False,
    join: Annotated[  # noqa: FBT002 - a flag
        bool,
        typer.Option("--join", help="Join what is known already; lines one by one, by their time."),
    ] = False,
    output: Annotated[
        Literal["text", "json"], typer.Option("--format", help="How the summary is printed.")
    ] = "text",
) -> None:
    """Feed a file of reports; running it twice adds nothing."""
    try:
        zone = ZoneInfo(tz)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise typer.BadParameter(f"{tz} is no IANA time zone; for example Asia/Jakarta") from error
    settings = load()
    configure(settings.log.model_copy(update={"level": "error"}))
    channel = Replay(zone, confirm=not no_confirm, join=join)
    summary = asyncio.run(_replay(settings, file, channel, in_turn=join))
    if output == "json":
        typer.echo(summary.as_json())
    else:
        Console().print(_table(summary))


async def _replay(settings: Settings, file: Path, channel: Replay, *, in_turn: bool) -> Summary:
    lines = [line for line in file.read_bytes().splitlines() if line.strip()]
    lines = sorted(lines, key=told_at) if in_turn else lines
    accounts: dict[tuple[str, str], Channel] = {(NAME, ACCOUNT): channel}
    with Progress(console=console) as progress:
        task = progress.add_task(file.name, total=len(lines))
        async with open_gateway(settings, accounts) as gateway:
            channel.accept = gateway.doors[NAME, ACCOUNT]
            async with gateway.running(doors=False):
                return await replay_lines(
                    gateway, lines, advance=lambda: progress.advance(task), in_turn=in_turn
                )


def _table(summary: Summary) -> Table:
    table = Table(show_header=False)
    for name in ("lines", "accepted", "duplicates", "filed", "joined", "waiting", "dead"):
        table.add_row(name, str(getattr(summary, name)))
    for category, count in summary.understood.items():
        table.add_row(f"understood as {category}", str(count))
    return table
