"""kanal user: accounts of the console, for whoever sits at the machine."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, TypeVar

import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from console.answer import agencies
from console.people import acts, first
from console.people.acts import AccountError, By, Post
from console.people.passwords import Passwords, objection
from gateway.cli.desk import at_desk, clock
from gateway.cli.opened import NAME
from gateway.settings import Settings
from store import staff
from store.accounts import Person
from store.database import Database
from store.ids import Ids

app = typer.Typer(help="Accounts of the console.", no_args_is_help=True)
Answer = TypeVar("Answer")
Named = Annotated[str, typer.Argument(help="The account's name.")]
_ADVICE = {
    "short": "at least 12 characters",
    "long": "at most 1024 characters",
    "common": "too easily guessed: use a few words that have nothing to do with each other",
}


def _in_one(
    work: Callable[[AsyncConnection, By, Settings], Awaitable[Answer]],
) -> Answer:
    """Do something in one transaction, as whoever sits at the terminal."""

    async def call(database: Database, settings: Settings) -> Answer:
        by = By(actor=f"{acts.HOUSE}:{NAME}", now=datetime.now(UTC), ids=Ids())
        async with database.begin() as connection:
            return await work(connection, by, settings)

    return at_desk(call)


def _post(settings: Settings, role: str, agency: str, area: str) -> Post:
    return Post.of(role, agency, area, agencies.load(settings.console.rules))


async def _person(connection: AsyncConnection, name: str) -> Person:
    found = await staff.by_name(connection, name.strip().casefold())
    if found is None:
        raise AccountError("missing", f"no account {name}; `kanal user list` shows all")
    return found[0]


@app.command()
def add(
    name: Named,
    role: Annotated[str, typer.Option(help="viewer, officer, moderator or admin.")],
    agency: Annotated[str, typer.Option(help="Of an officer.")] = "",
    area: Annotated[
        str, typer.Option(help="Of an officer: kota/kecamatan/kelurahan; the whole city if empty.")
    ] = "",
    password: Annotated[  # noqa: FBT002 - a flag
        bool, typer.Option("--password", help="Ask for a password here instead of making a link.")
    ] = False,
) -> None:
    """Make an account, and a one-time link with which its owner chooses a password."""
    kept = asyncio.run(Passwords().hashed(_asked(name))) if password else None

    async def work(connection: AsyncConnection, by: By, settings: Settings) -> None:
        _, secret = await acts.add(connection, by, name, _post(settings, role, agency, area))
        if kept is None:
            _tell_link(settings, secret)
        else:
            await acts.set_up(connection, by, secret, kept)

    _in_one(work)


def _asked(name: str) -> str:
    typed: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    wrong = objection(typed, name, "Kanal Warga")
    if wrong:
        typer.echo(f"kanal: {_ADVICE[wrong]}", err=True)
        raise typer.Exit(2)
    return typed


def _tell_link(settings: Settings, secret: str) -> None:
    site = str(settings.public.url).rstrip("/")
    typer.echo(f"{site}{first.path_of(secret)}")
    typer.echo("Good once, for 24 hours.", err=True)


@app.command()
def link(name: Named) -> None:
    """Make a new one-time link: its owner chooses a new password, old sessions end."""

    async def work(connection: AsyncConnection, by: By, settings: Settings) -> None:
        secret = await acts.link(connection, by, await _person(connection, name))
        _tell_link(settings, secret)

    _in_one(work)


@app.command(name="list")
def list_() -> None:
    """Show every account: role, sessions, last use."""

    async def work(connection: AsyncConnection, by: By, settings: Settings) -> None:
        for one in await staff.everyone(connection, by.now):
            person = one.person
            whose = "/".join(filter(None, (person.agency, person.area)))
            state = "disabled" if person.disabled_at else _way_in(one)
            seen = clock(one.seen_at, settings) if one.seen_at else "-"
            typer.echo(
                f"{person.name:<24} {person.role:<10} {state:<9} "
                f"sessions {one.sessions:<3} last {seen:<16} {whose}".rstrip()
            )

    _in_one(work)


def _way_in(one: staff.Listed) -> str:
    if one.is_single_sign_on:
        return "sso"
    if one.has_password:
        return "password"
    return "link" if one.link_until else "none"


@app.command()
def disable(name: Named) -> None:
    """Let nobody in by this account any more; its sessions end."""

    async def work(connection: AsyncConnection, by: By, _: Settings) -> None:
        await acts.disable(connection, by, await _person(connection, name))

    _in_one(work)


@app.command()
def enable(name: Named) -> None:
    """Let its owner in again."""

    async def work(connection: AsyncConnection, by: By, _: Settings) -> None:
        await acts.enable(connection, by, await _person(connection, name))

    _in_one(work)


@app.command()
def role(
    name: Named,
    role: Annotated[str, typer.Argument(help="viewer, officer, moderator or admin.")],
    agency: Annotated[str, typer.Option(help="Of an officer.")] = "",
    area: Annotated[str, typer.Option(help="Of an officer: kota/kecamatan/kelurahan.")] = "",
) -> None:
    """Change what somebody is; his sessions end."""

    async def work(connection: AsyncConnection, by: By, settings: Settings) -> None:
        post = _post(settings, role, agency, area)
        await acts.appoint(connection, by, await _person(connection, name), post)

    _in_one(work)


@app.command()
def sessions(
    name: Named,
    end: Annotated[  # noqa: FBT002 - a flag
        bool, typer.Option("--end", help="End all of them.")
    ] = False,
) -> None:
    """Show in which browsers somebody is signed in, or end all of these sessions."""

    async def work(connection: AsyncConnection, by: By, settings: Settings) -> None:
        person = await _person(connection, name)
        if end:
            await acts.end_session(connection, by, person, "all")
        for one in await staff.browsers(connection, person.id, by.now):
            since, seen = clock(one.made_at, settings), clock(one.seen_at, settings)
            typer.echo(f"{one.mark}  since {since}  last {seen}  {one.agent}")

    _in_one(work)
