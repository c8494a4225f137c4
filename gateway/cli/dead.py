"""`kanal dead`: read what the machine gave up on, and let it try again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

from gateway.accounts import make_all, wanted
from gateway.cli.opened import with_store
from gateway.intake import Intake, read
from gateway.metrics import Meters
from gateway.settings import load
from gateway.wake import Bell
from store import dead, journal
from store.database import Database
from store.dead import Dead
from store.ids import Ids

app = typer.Typer(help="Dead letters: read them, let them go again.", no_args_is_help=True)

Letter = Annotated[str, typer.Argument(help="As `kanal dead list` names it: mt:17, mo:17, raw:17.")]
_MOST = 1000


@app.command(name="list")
def list_(most: Annotated[int, typer.Option(help="How many at the most.")] = 50) -> None:
    """List dead letters, newest first, without what citizens wrote."""
    found = with_store(lambda database: _letters(database, most))
    letter = Column("letter", no_wrap=True)  # it is copied as it stands
    shown = Table(letter, "channel", "since", "why")
    for one in found:
        where = f"{one.channel}:{one.account}"
        shown.add_row(f"{one.kind}:{one.id}", where, f"{one.at:%Y-%m-%d %H:%M}", one.why)
    Console().print(shown if found else "No dead letters.")


@app.command()
def show(letter: Letter) -> None:
    """Show one letter with what was written: it may hold personal data."""
    one = _find(letter)
    typer.echo(f"{letter} {one.channel}:{one.account} {one.at.isoformat()}\n{one.why}\n")
    typer.echo(one.content)


@app.command()
def resend(letter: Letter) -> None:
    """Let a letter go again: send it, answer it, or read the delivery with today's code."""
    one = _find(letter)
    if one.kind == "raw":
        said = with_store(lambda database: _read_again(database, one))
    else:
        said = with_store(lambda database: _revive(database, one))
    typer.echo(said)


async def _letters(database: Database, most: int) -> list[Dead]:
    async with database.read() as connection:
        return await dead.letters(connection, most)


def _find(letter: str) -> Dead:
    found = with_store(lambda database: _letters(database, _MOST))
    named = {f"{one.kind}:{one.id}": one for one in found}
    if letter not in named:
        typer.echo(f"kanal: no dead letter {letter}; `kanal dead list` shows them", err=True)
        raise typer.Exit(2)
    return named[letter]


async def _revive(database: Database, one: Dead) -> str:
    now = datetime.now(UTC)
    async with database.begin() as connection:
        if one.kind == "mt":
            await dead.send_again(connection, [one.id], now)
            return "It is queued again; a running gateway sends it."
        await dead.answer_again(connection, [one.id], now)
        return "It waits for its answer again; a running gateway gives it."


async def _read_again(database: Database, one: Dead) -> str:
    """T1 once more, with the bytes as they came; what had been read then is a duplicate now.

    What is still malformed beside what can be read becomes a letter of its own.
    """
    settings = load()
    chosen = {
        key: account
        for key, account in wanted(settings).items()
        if key == (one.channel, one.account)
    }
    if not chosen:
        return f"{one.channel} is switched off in config.yml: switch it on to read its deliveries."
    adapter = next(iter(make_all(chosen, settings).values()))
    intake = Intake(database, Ids(), Meters(), news=Bell(), media=Bell())
    async with database.read() as connection:
        raw = await journal.raw(connection, one.id)
    found = read(one.channel, adapter, raw)
    if found.malformed and not (found.messages or found.parts or found.receipts):
        return f"It still cannot be read: {'; '.join(found.malformed)}"
    await intake.accept(one.channel, one.account, adapter, raw)
    async with database.begin() as connection:
        await dead.read_after_all(connection, one.id)
    return f"Read: {len(found.messages)} messages wait for their answers."
