"""kanal retention: what is kept no longer than it is needed, and proof that data was erased."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer

from gateway.housekeeping import Housekeeping, keep_no_longer
from gateway.identities import digest_by
from gateway.keyring import CODES_AND_ADDRESSES, open_keyring
from gateway.settings import load
from store import erased
from store.database import Database
from store.erasure import address_line
from store.ids import Ids

app = typer.Typer(help="Empty what is older than it need be.", no_args_is_help=True)


@app.command()
def run() -> None:
    """Empty old deliveries, words and photos, as config.yml says; run it once a day."""
    settings = load()

    async def work() -> dict[str, int]:
        database = Database(settings.store.url, settings.var)
        now, folder = datetime.now(UTC), settings.var / "media"
        try:
            await Housekeeping(database, Ids(), folder=folder).once(now)
            return await keep_no_longer(database, folder, settings.retention, now)
        finally:
            await database.close()

    for kind, count in asyncio.run(work()).items():
        typer.echo(f"{kind}: {count}")


@app.command()
def erasures(
    channel: str,
    address: str,
    account: Annotated[str, typer.Option(help="Of ours on that channel.")] = "main",
) -> None:
    """Show when data of an address was erased; the address is known by its keyed hash alone."""
    settings = load()
    key = open_keyring(settings.var, settings.secret_env).key(CODES_AND_ADDRESSES)
    who = digest_by(key)(address_line(channel, account, address))

    async def work() -> list[tuple[datetime, dict[str, int]]]:
        database = Database(settings.store.url, settings.var)
        try:
            async with database.read() as connection:
                return await erased.records(connection, who)
        finally:
            await database.close()

    found = asyncio.run(work())
    if not found:
        typer.echo("kanal: no data of this address was erased", err=True)
        raise typer.Exit(2)
    for at, kinds in found:
        rows = ", ".join(f"{kind} {count}" for kind, count in kinds.items())
        typer.echo(f"{at:%Y-%m-%d %H:%M} UTC: {rows}")
