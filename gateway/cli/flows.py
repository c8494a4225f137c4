"""kanal flows: check what the dialogs ask, and draw it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dialogs import checking, drawing
from dialogs.flow import flow
from dialogs.rule import FILE_COMPLAINT
from nlu.categories import categories

app = typer.Typer(help="Check the flows of the dialogs, and draw them.", no_args_is_help=True)


@app.command()
def check() -> None:
    """Find unreachable questions, missing phrases and unknown slots; exit code 1 when there are."""
    found = checking.problems()
    for problem in found:
        typer.echo(problem, err=True)
    if found:
        raise typer.Exit(1)
    shipped = flow(FILE_COMPLAINT)
    typer.echo(
        f"{shipped.name}: {len(shipped.ask)} steps, {len(shipped.extras)} extras; all is well."
    )


@app.command()
def draw(
    into: Annotated[Path, typer.Option(help="The folder for the pictures.")] = Path(
        "docs/images/flows"
    ),
) -> None:
    """Draw each flow as an SVG."""
    into.mkdir(parents=True, exist_ok=True)
    shipped = flow(FILE_COMPLAINT)
    path = into / f"{shipped.name}.svg"
    path.write_text(drawing.svg(shipped, categories().values()), encoding="utf-8")
    typer.echo(f"Written: {path}")
