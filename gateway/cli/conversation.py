"""kanal conversation: read along, take over, write, and give back, until the console does it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from console.answer import talks
from gateway.cli.desk import at_desk, clock
from gateway.cli.opened import NAME
from gateway.settings import Settings
from store import handover
from store.database import Database
from store.handover import Line
from store.ids import Ids

app = typer.Typer(help="Read conversations, take them over, give them back.", no_args_is_help=True)
By = Annotated[str, typer.Option(help="Who does it; kept in the history.")]


@app.command(name="list")
def list_() -> None:
    """List the conversations that a person has, or that wait for one."""

    async def work(database: Database, settings: Settings) -> list[str]:
        async with database.read() as connection:
            found = await handover.listed(connection)
        return [
            f"{one.id}  {clock(one.at, settings)}  {one.channel}"
            f"{'  with a person' if one.handed_over else ''}{'  STOP' if one.stopped else ''}"
            f"{'  ' + ', '.join(one.open_tasks) if one.open_tasks else ''}"
            for one in found
        ]

    for line in at_desk(work) or ["Nobody waits."]:
        typer.echo(line)


@app.command()
def show(conversation: int) -> None:
    """Show what was said, by whom. These are a citizen's words: not for logs or tickets."""

    async def work(database: Database, settings: Settings) -> list[str]:
        async with database.read() as connection:
            lines = await handover.lines(connection, conversation)
        return [_written(one, settings) for one in lines]

    for line in at_desk(work) or ["Nothing was said."]:
        typer.echo(line)


def _written(line: Line, settings: Settings) -> str:
    what = line.text if line.what == "said" else f"({line.what}) {line.text}".rstrip()
    unsent = f" [{line.state}]" if line.state in {"queued", "parked", "dead", "failed"} else ""
    text = what.replace("\n", "\n    ")
    return f"{clock(line.at, settings)}  {line.who}{unsent}: {text}"


@app.command()
def take(conversation: int, by: By = NAME) -> None:
    """Let the bot fall silent: you answer now."""

    async def work(database: Database, _: Settings) -> None:
        now = datetime.now(UTC)
        await talks.take(database, Ids(), conversation, actor=by, now=now)

    at_desk(work)
    typer.echo("The bot is silent there. `kanal conversation say` writes, `back` gives back.")


@app.command()
def say(conversation: int, text: str, by: By = NAME) -> None:
    """Write to the citizen on his channel."""

    async def work(database: Database, _: Settings) -> None:
        now = datetime.now(UTC)
        await talks.say(database, Ids(), conversation, text, actor=by, now=now)

    at_desk(work)
    typer.echo("On its way.")


@app.command()
def back(conversation: int, by: By = NAME) -> None:
    """Let the bot answer again; the citizen is told."""

    async def work(database: Database, _: Settings) -> None:
        now = datetime.now(UTC)
        await talks.give_back(database, Ids(), conversation, actor=by, now=now)

    at_desk(work)
    typer.echo("The bot answers there again.")
