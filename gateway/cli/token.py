"""kanal token: what programs show to the API."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from console.people import programs
from console.people.acts import By
from console.rights import Right
from gateway.cli.desk import at_desk, clock
from gateway.cli.opened import NAME
from gateway.settings import Settings
from store import staff, tokens
from store.database import Database
from store.ids import Ids

app = typer.Typer(help="Make and end tokens for programs that use the API.", no_args_is_help=True)
_DAYS = 90


@app.command()
def add(
    account: Annotated[str, typer.Argument(help="Whose rights it has: an account of the console.")],
    name: Annotated[str, typer.Option(help="What it is for.")],
    scope: Annotated[
        list[Right] | None, typer.Option(help="A right that it has; again for more.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, help="How long it is good.")] = _DAYS,
) -> None:
    """Make a token; it is shown this once."""
    wanted = frozenset(scope or [Right.LOOK])

    async def work(database: Database, _: Settings) -> str:
        by = By(actor=NAME, now=datetime.now(UTC), ids=Ids())
        async with database.begin() as connection:
            found = await staff.by_name(connection, account)
            if found is None:
                raise LookupError(f"no account is called {account}; `kanal user list` names them")
            return await programs.make(
                connection, by, found[0], name=name, scopes=wanted, days=days
            )

    typer.echo(at_desk(work))


@app.command(name="list")
def list_() -> None:
    """List the tokens that have not been ended; never what they are."""

    async def work(database: Database, settings: Settings) -> list[str]:
        async with database.read() as connection:
            found = await tokens.listed(connection)
        return [
            f"{one.id}  {one.account}  {one.name}  {','.join(one.scopes)}"
            f"  until {clock(one.expires_at, settings) if one.expires_at else 'it is ended'}"
            f"  used {clock(one.used_at, settings) if one.used_at else 'never'}"
            for one in found
        ]

    for line in at_desk(work) or ["There are none: kanal token add ACCOUNT --name WHAT-FOR"]:
        typer.echo(line)


@app.command()
def end(
    token: Annotated[int, typer.Argument(help="Its number, as `kanal token list` says.")],
) -> None:
    """End a token, at once."""

    async def work(database: Database, _: Settings) -> None:
        by = By(actor=NAME, now=datetime.now(UTC), ids=Ids())
        async with database.begin() as connection:
            if not await programs.end(connection, by, token, None):
                raise LookupError(f"no token has the number {token}; `kanal token list` names them")

    at_desk(work)
