"""kanal task: what people must look at, danger first."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from gateway.cli.desk import at_desk, clock
from gateway.cli.opened import NAME
from gateway.settings import Settings
from store import tasks
from store.database import Database

app = typer.Typer(help="See what people must look at, and mark it done.", no_args_is_help=True)


@app.command(name="list")
def list_() -> None:
    """List the open tasks: danger first, then the oldest."""

    async def work(database: Database, settings: Settings) -> list[str]:
        async with database.read() as connection:
            waiting = await tasks.waiting(connection)
        return [
            "  ".join(
                filter(
                    None,
                    (
                        str(one.id),
                        clock(one.at, settings),
                        one.reason,
                        one.ticket,
                        f"conversation {one.conversation_id}" if one.conversation_id else "",
                        one.channel,
                    ),
                )
            )
            for one in waiting
        ]

    for line in at_desk(work) or ["Nothing waits."]:
        typer.echo(line)


@app.command()
def done(
    task: int, by: Annotated[str, typer.Option(help="Who did it; kept with it.")] = NAME
) -> None:
    """Mark a task done."""

    async def work(database: Database, _: Settings) -> None:
        async with database.begin() as connection:
            await tasks.done(connection, task, actor=by, now=datetime.now(UTC))

    at_desk(work)
    typer.echo(f"Task {task} is done.")
