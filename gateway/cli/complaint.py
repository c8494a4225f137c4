"""kanal complaint: look at complaints and move their status, until the console does it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from dialogs.conversation import Status
from gateway.cli.opened import with_store
from gateway.progress import change_status
from store import complaints
from store.database import Database
from store.ids import Ids
from store.workflow import IllegalMoveError

app = typer.Typer(help="Look at complaints and change their status.", no_args_is_help=True)


@app.command()
def show(ticket: str) -> None:
    """Show a complaint's history."""

    async def work(database: Database) -> list[dict[str, object]]:
        async with database.read() as connection:
            return await complaints.history(connection, ticket)

    events = with_store(work)
    if not events:
        typer.echo(f"kanal: no complaint has the number {ticket}", err=True)
        raise typer.Exit(2)
    for event in events:
        typer.echo(f"{event['at']:%Y-%m-%d %H:%M} {event['kind']} by {event['actor']}")


@app.command()
def status(
    ticket: str,
    to: Annotated[Status, typer.Argument(help="The new status.")],
    note: Annotated[str, typer.Option(help="What the citizen reads beside it.")] = "",
) -> None:
    """Change a complaint's status; the citizen is told on the channel that he used."""

    async def work(database: Database) -> None:
        await change_status(
            database, Ids(), ticket, to, actor="operator", note=note, now=datetime.now(UTC)
        )

    try:
        with_store(work)
    except (LookupError, IllegalMoveError) as error:
        typer.echo(f"kanal: {error.args[0]}", err=True)
        raise typer.Exit(2) from error
    typer.echo(f"{ticket} is {to} now; the citizen is told.")
