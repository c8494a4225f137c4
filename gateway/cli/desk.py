"""What the desk commands share: a store for one piece of work, and mistakes in one line."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

import typer

from gateway.cli.opened import with_store
from gateway.settings import Settings, load
from store.database import Database

Answer = TypeVar("Answer")


def at_desk(work: Callable[[Database, Settings], Awaitable[Answer]]) -> Answer:
    """Do one piece of work on the store that config.yml names.

    What is not there, or not allowed, ends in one line and exit code 2.
    """
    settings = load()
    try:
        return with_store(lambda database: work(database, settings), settings)
    except (LookupError, ValueError) as error:
        typer.echo(f"kanal: {error.args[0] if error.args else error}", err=True)
        raise typer.Exit(2) from error


def clock(at: datetime, settings: Settings) -> str:
    """A moment as read in the city."""
    return f"{at.astimezone(settings.zone):%Y-%m-%d %H:%M}"
