"""A report as one HTML file: nothing is fetched, every word of a text is escaped."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from nlu.evaluation.labelled import Labelled
from nlu.evaluation.plots import png
from nlu.evaluation.report import Report


def html(report: Report, texts: Sequence[Labelled], *, title: str, subtitle: str) -> str:
    """The page. It quotes the texts whose category is wrong: keep it as you keep the texts.

    Raises: EvaluationError, as `png` does; without labels the page has no curves.
    """
    pages = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined
    )
    curves = b64encode(png(report, title)).decode("ascii") if report.coverage else ""
    page = pages.get_template("page.html").render(
        report=report,
        texts={text.id: text.text for text in texts},
        title=title,
        subtitle=subtitle,
        curves=curves,
    )
    # A lone surrogate, which JSON can carry, has no place in a file of UTF-8.
    return page.encode("utf-8", "replace").decode("utf-8")
