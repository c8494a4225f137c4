"""Shows and keeps what `kanal nlu evaluate` and `kanal nlu cross-validate` found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from nlu.evaluation import Labelled, Report
from nlu.evaluation.page import html as page_of
from nlu.evaluation.plots import png as curves_of

Html = Annotated[
    Path | None, typer.Option("--html", dir_okay=False, help="Write the report as one HTML file.")
]
Png = Annotated[
    Path | None,
    typer.Option("--png", dir_okay=False, help="Write reliability and coverage as a PNG."),
]
_PAIRS = 15  # of labels that are confused, in a terminal


def named(files: Sequence[Path]) -> str:
    """The names of files, for a title: no folders, which say things of a machine."""
    return ", ".join(file.name for file in files)


def write(
    report: Report,
    texts: Sequence[Labelled],
    *,
    title: str,
    source: str,
    html: Path | None,
    png: Path | None,
) -> None:
    """Write the files that were asked for. Raises: EvaluationError."""
    if png:
        png.write_bytes(curves_of(report, title))
    if html:
        subtitle = f"{len(texts)} texts of {source}"
        html.write_text(page_of(report, texts, title=title, subtitle=subtitle), encoding="utf-8")


def show(report: Report, version: str, form: str) -> None:
    """Print a report: as JSON, or as tables."""
    if form == "json":
        typer.echo(json.dumps({"engine": version, **asdict(report)}))
        return
    console = Console()
    console.print(_figures(report, version))
    for title, rows in (("categories", report.classes), ("intents", report.intents)):
        if rows:
            table = Table(title, "n", "precision", "recall", "F1")
            for row in rows:
                shares = (f"{share:.2f}" for share in (row.precision, row.recall, row.f1))
                table.add_row(row.name, str(row.n), *shares)
            console.print(table)
    if report.coverage:
        console.print(_coverage(report))
    for title, pairs in (
        ("confusions", report.confusions),
        ("confusions of intents", report.intent_confusions),
    ):
        if pairs:
            table = Table("label", "answer", "times", title=title)
            for gold, said, times in pairs[:_PAIRS]:
                table.add_row(gold, said, str(times))
            console.print(table)


def _figures(report: Report, version: str) -> Table:
    table = Table("figure", "value", "95 % interval", "n", title=version)
    for name, figure in report.figures.items():
        interval = f"{figure.low:.3f} to {figure.high:.3f}"
        table.add_row(name, f"{figure.value:.3f}", interval, str(figure.n))
    return table


def _coverage(report: Report) -> Table:
    table = Table("accepted from", "coverage", "accuracy", "95 % interval", title="coverage")
    for row in report.coverage[::2]:
        table.add_row(
            f"{row.threshold:.2f}",
            f"{row.coverage:.3f}",
            f"{row.accuracy.value:.3f}",
            f"{row.accuracy.low:.3f} to {row.accuracy.high:.3f}",
        )
    return table
