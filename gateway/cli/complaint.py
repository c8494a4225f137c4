"""kanal complaint: look at complaints, move their status, correct them, until the console does."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from dialogs.conversation import Status
from gateway.cli.opened import NAME, with_store
from gateway.progress import change_status
from nlu.learning.labels import UnknownLabelError
from store import complaints, corrections
from store.corrections import Said
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


@app.command()
def correct(
    what: Annotated[
        str, typer.Argument(metavar="TICKET", help="Or a message's number, of `kanal nlu queue`.")
    ],
    category: Annotated[
        str, typer.Argument(help="The right one; bukan_aduan: no complaint. The same one confirms.")
    ],
    also: Annotated[
        list[str] | None, typer.Option(help="A second category that the text speaks of.")
    ] = None,
    intent: Annotated[str | None, typer.Option(help="What the text wants instead.")] = None,
    by: Annotated[str, typer.Option(help="Who says so.")] = NAME,
) -> None:
    """Say what a complaint or a message is about; `kanal nlu learn` learns from it."""
    said = Said(categories=(category, *(also or ())), intent=intent)
    number = int(what) if what.isdecimal() else None

    async def work(database: Database) -> None:
        async with database.begin() as connection:
            await corrections.append(
                connection,
                Ids(),
                said,
                ticket=what if number is None else None,
                inbox_id=number,
                actor=by,
                now=datetime.now(UTC),
            )

    try:
        with_store(work)
    except (LookupError, UnknownLabelError) as error:
        typer.echo(f"kanal: {error.args[0]}", err=True)
        raise typer.Exit(2) from error
    typer.echo(
        f"{what}: {' and '.join(said.categories)}, says {by}. `kanal nlu learn` takes it in."
    )
