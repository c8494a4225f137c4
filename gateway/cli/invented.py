"""kanal demo-data: an invented city in the database, to look around in and to measure with."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import import_module
from importlib.resources import files
from typing import Annotated

import typer

from channels.adapter import Carder
from gateway.cli.desk import at_desk
from gateway.settings import Settings
from store.database import Database


def invent(
    complaints: Annotated[int, typer.Option(min=1, help="How many complaints.")] = 2000,
    seed: Annotated[int, typer.Option(help="The same seed invents the same city.")] = 1,
    force: Annotated[
        str, typer.Option(help="The database's name, to write among real complaints.")
    ] = "",
) -> None:
    """Invent a year of complaints: texts of our corpus, places of our gazetteer, nobody's words.

    A database that holds real complaints is refused, unless --force names it.
    """
    from gateway.invented.filling import fill  # noqa: PLC0415 - reads the corpus

    async def work(database: Database, _: Settings) -> None:
        with typer.progressbar(length=complaints, label="complaints") as bar:
            await fill(
                database,
                complaints,
                seed=seed,
                channels=spoken(),
                now=datetime.now(UTC),
                force=force,
                tell=lambda done: bar.update(done - bar.pos),
            )

    at_desk(work)
    typer.echo(
        f"{complaints} complaints of an invented city: `kanal run` shows them in the console."
    )


def spoken() -> list[str]:
    """The channels on which citizens talk: every folder's, but for the one that serves cards."""
    found = []
    for folder in sorted((files("channels")).iterdir(), key=lambda one: one.name):
        if folder.name.startswith("_") or not (folder / "adapter.py").is_file():
            continue
        module = import_module(f"channels.{folder.name}.adapter")
        kinds = [one for one in vars(module).values() if isinstance(one, type)]
        if not any(hasattr(one, "use_desk") and one is not Carder for one in kinds):
            found.append(folder.name)
    return found
