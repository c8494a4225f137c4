"""kanal audit: whether the log of what people did is whole."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.cli.desk import at_desk
from gateway.settings import Settings
from store import audit_chain
from store.audit_chain import Head
from store.database import Database

app = typer.Typer(help="The log of what people did in the console.", no_args_is_help=True)


@app.command()
def verify(
    noted: Annotated[
        str,
        typer.Option("--noted", help="NUMBER:SEAL that was noted earlier, from a log or a page."),
    ] = "",
) -> None:
    """Seal what is new and check every row; exit code 1 where the log was tampered with."""

    async def work(database: Database, _settings: Settings) -> tuple[int | None, bool, Head]:
        while True:
            async with database.begin() as connection:
                if not await audit_chain.extend(connection):
                    break
        number, _, seal = noted.partition(":")
        async with database.read() as connection:
            holds = not noted or (
                number.isdecimal() and await audit_chain.holds(connection, int(number), seal)
            )
            return await audit_chain.broken(connection), holds, await audit_chain.head(connection)

    at, holds, head = at_desk(work)
    if at is not None:
        typer.echo(f"The log was changed: it no longer holds from number {at} on.")
    if not holds:
        typer.echo(f"The log was rewritten: {noted} is not in it.")
    if at is not None or not holds:
        raise typer.Exit(1)
    typer.echo(f"{head.number} rows hold. Note this: {head.number}:{head.seal}")
