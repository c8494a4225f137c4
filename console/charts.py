"""Charts that several rooms draw: columns over time or hours, and what they say in a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from console.svg import Chart, line, sheet, steps, tag, text

_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 8, 10, 26
_WIDTH, _HEIGHT = 640, 210
_LABELS = 8  # along the axis, so that none touches the next


def columns(
    name: str,
    title: str,
    desc: str,
    head: tuple[str, str],
    values: Sequence[tuple[str, int]],
) -> Chart:
    """A column for each (label, number), in this order."""
    ticks = steps(max((n for _, n in values), default=0))
    inner = _HEIGHT - _TOP - _BOTTOM
    slot = (_WIDTH - _LEFT - _RIGHT) / max(len(values), 1)
    shown: list[Markup] = [*_grid(ticks, inner)]
    every = -(-len(values) // _LABELS)
    for at, (label, n) in enumerate(values):
        tall = inner * n / ticks[-1]
        left = _LEFT + slot * at
        column = {
            "x": left + slot * 0.1,
            "y": _TOP + inner - tall,
            "width": slot * 0.8,
            "height": tall,
        }
        shown.append(tag("rect", tag("title", f"{label}: {n}"), class_="bar", **column))
        if at % max(every, 1) == 0:
            shown.append(text(left + slot / 2, _HEIGHT - 8, label, "middle"))
    return Chart(
        svg=sheet(name, title, desc, *shown, width=_WIDTH, height=_HEIGHT),
        title=title,
        head=head,
        rows=[(label, str(n)) for label, n in values],
    )


def _grid(ticks: Sequence[float], inner: float) -> list[Markup]:
    lines = []
    for tick in ticks:
        y = _TOP + inner * (1 - tick / ticks[-1])
        lines += [
            line(_LEFT, y, _WIDTH - _RIGHT, y, "grid"),
            text(_LEFT - 6, y + 4, f"{tick:g}", "end"),
        ]
    return lines


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of a table that has a bar in it (templates/charts.html, `bars`)."""

    label: str
    values: tuple[str, ...]
    share: float  # of the table's width, 0 to 1
    mark: float | None = None  # a second value on the same scale
