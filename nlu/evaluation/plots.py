"""Curves as a PNG, by matplotlib: only where somebody evaluates, never where texts are served."""

from __future__ import annotations

import io
from importlib.util import find_spec
from typing import Any

from nlu.evaluation.labelled import EvaluationError
from nlu.evaluation.report import Report

_INCHES = (10, 4.5)
_DOTS = 110  # per inch
_BLUE, _GREY = "#1f5fa8", "#999999"


def png(report: Report, title: str) -> bytes:
    """Reliability, and coverage against accuracy, side by side.

    Raises:
        EvaluationError: matplotlib is missing, or the texts have no categories.
    """
    if not report.coverage:
        raise EvaluationError('no curves: none of the texts has a "label"')
    if find_spec("matplotlib") is None:
        raise EvaluationError("curves need matplotlib: pip install 'kanal-warga[train]'")
    from matplotlib.figure import Figure as Sheet  # noqa: PLC0415 (large, and seldom asked for)

    sheet = Sheet(figsize=_INCHES, dpi=_DOTS, layout="constrained")
    sheet.suptitle(title, parse_math=False)
    left, right = sheet.subplots(1, 2)
    _reliability(left, report)
    _coverage(right, report)
    raw = io.BytesIO()
    sheet.savefig(raw, format="png", metadata={"Software": None})
    return raw.getvalue()


def _reliability(axes: Any, report: Report) -> None:
    said = [one.confidence for one in report.reliability]
    axes.plot([0, 1], [0, 1], color=_GREY, linestyle="--", label="as it should be")
    axes.errorbar(
        said,
        [one.accuracy.value for one in report.reliability],
        yerr=[
            [max(0.0, one.accuracy.value - one.accuracy.low) for one in report.reliability],
            [max(0.0, one.accuracy.high - one.accuracy.value) for one in report.reliability],
        ],
        color=_BLUE,
        marker="o",
        capsize=3,
        label="tenths of the texts, 95 %",
    )
    error = report.figures["calibration_error"].value
    axes.set(
        title=f"Reliability (calibration error {error:.3f})",
        xlabel="confidence",
        ylabel="accuracy",
        xlim=(0, 1.02),
        ylim=(0, 1.02),
    )
    axes.legend(loc="lower right")


def _coverage(axes: Any, report: Report) -> None:
    rows = report.coverage
    covered = [row.coverage for row in rows]
    axes.fill_between(
        covered,
        [row.accuracy.low for row in rows],
        [row.accuracy.high for row in rows],
        color=_BLUE,
        alpha=0.15,
        linewidth=0,
    )
    axes.plot(covered, [row.accuracy.value for row in rows], color=_BLUE, marker=".")
    for row in rows[::4]:
        axes.annotate(
            f"≥ {row.threshold:.2f}",
            (row.coverage, row.accuracy.value),
            textcoords="offset points",
            xytext=(-6, -4),
            ha="right",
            fontsize=8,
        )
    axes.set(
        title="What is answered without asking",
        xlabel="coverage: share of texts above the threshold",
        ylabel="accuracy of these",
        xlim=(min(covered) - 0.1, 1.02),
        ylim=(min(row.accuracy.low for row in rows) - 0.05, 1.02),
    )
