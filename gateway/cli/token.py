"""kanal token: what programs show to the API."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from sqlalchemy import select

from console.rights import RIGHTS, Right, Role
from gateway.cli.desk import at_desk, clock
from gateway.cli.opened import NAME
from gateway.settings import Settings
from store import audit, tokens
from store.accounts import ACCOUNT
from store.audit import Deed
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
        secret, now, ids = secrets.token_urlsafe(32), datetime.now(UTC), Ids()
        async with database.begin() as connection:
            found = await connection.execute(
                select(ACCOUNT.c.id, ACCOUNT.c.role).where(ACCOUNT.c.name == account)
            )
            row = found.one_or_none()
            if row is None:
                raise LookupError(f"no account is called {account}; `kanal user list` names them")
            if beyond := wanted - RIGHTS[Role(row.role)]:
                raise ValueError(f"a {row.role} may not: {', '.join(sorted(beyond))}")
            await tokens.add(
                connection,
                ids,
                row.id,
                secret,
                name=name,
                scopes=frozenset(one.value for one in wanted),
                now=now,
                expires_at=now + timedelta(days=days),
            )
            deed = Deed(
                actor=NAME,
                act="tokens.add",
                subject=account,
                at=now,
                detail={"name": name, "scopes": sorted(wanted)},
            )
            await audit.append(connection, ids, deed)
        return secret

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
        now = datetime.now(UTC)
        async with database.begin() as connection:
            if not await tokens.end(connection, token, now):
                raise LookupError(f"no token has the number {token}; `kanal token list` names them")
            deed = Deed(actor=NAME, act="tokens.end", subject=str(token), at=now)
            await audit.append(connection, Ids(), deed)

    at_desk(work)
