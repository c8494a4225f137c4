"""`kanal areas`: exact boundaries of kelurahan, instead of the nearest centre."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from gateway.areas import import_areas, remove_areas
from gateway.settings import load
from nlu.places.boundaries import areas_file
from nlu.places.comparison import Comparison, compare
from nlu.places.gazetteer import gazetteer
from nlu.places.outlines import read_outlines

app = typer.Typer(help="Exact boundaries of kelurahan.", no_args_is_help=True)
_TAKEN = "A running gateway takes notice within seconds."
_LISTED = 12  # names of a list that are shown


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="GeoJSON of the kelurahan, WGS 84.")],
) -> None:
    """Check a GeoJSON file against the gazetteer and use it from now on."""
    compared, kept = import_areas(file, load().var)
    _print(compared)
    if kept.simplified_m:
        typer.echo(f"simplified to {kept.corners} corners, by at most {kept.simplified_m:.0f} m")
    typer.echo(f"kept as {kept.path}. {_TAKEN}")


@app.command()
def show() -> None:
    """Say which boundaries are in use."""
    settings = load()
    path = areas_file(settings.var)
    if not path.exists():
        typer.echo("No boundaries: a point belongs to the nearest centre. See `kanal areas import`")
        return
    changed = datetime.fromtimestamp(path.stat().st_mtime, UTC).astimezone(settings.zone)
    typer.echo(f"{path}, imported {changed:%Y-%m-%d %H:%M}")
    _print(compare(read_outlines(path)))


@app.command()
def remove() -> None:
    """Go back to nearest centres."""
    removed = remove_areas(load().var)
    typer.echo(f"Removed. {_TAKEN}" if removed else "There were no boundaries.")


def _print(compared: Comparison) -> None:
    typer.echo(f"{compared.kelurahan} of {len(gazetteer().kelurahan)} kelurahan have an outline")
    _list("spelled otherwise in the file", (f"{a} ({b})" for a, b in compared.spelled))
    _list("missing (nearest centre as before)", (area.name for area in compared.missing))
    _list("not in the gazetteer", (", ".join(one.division) for one in compared.extra))
    _list("more than one outline", compared.twice)
    if compared.codes or compared.contradicting:
        typer.echo(f"official codes that agree: {compared.codes} of {len(compared.matched)}")
    else:
        typer.echo("no official codes (Kemendagri) in the file: compared by name")
    _list("codes that contradict the name", compared.contradicting)


def _list(title: str, names: Iterable[str]) -> None:
    every = list(names)
    if every:
        more = f" and {len(every) - _LISTED} more" if len(every) > _LISTED else ""
        typer.echo(f"{title}: {len(every)}: {'; '.join(every[:_LISTED])}{more}")
