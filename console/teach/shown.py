"""Models side by side, as drawings: reliability, confusion, each class, accuracy over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from markupsafe import Markup

from console.charts import Bar
from console.figures import decimal, number
from console.overview.shown import category
from console.svg import Chart, line, sheet, tag, text

_SIDE, _EDGE = 300.0, 40.0
_CELL, _LABEL = 15.0, 215.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """A model on the frozen test set, when it was judged."""

    at: datetime
    version: str
    outcome: str  # promoted | kept | refused | rolled_back
    accuracy: float
    corrections: int


def reliability(before: Mapping[str, Any], after: Mapping[str, Any], w: SimpleNamespace) -> Chart:
    """Confidence against accuracy, tenths of the test set, the candidate over the current model."""
    inside = [
        *_square_grid(w),
        line(_EDGE, _EDGE + _SIDE, _EDGE + _SIDE, _EDGE, "ideal"),
    ]
    rows = []
    for who, bins, style in ((w.before, before, "was"), (w.after, after, "now")):
        points = [_at(one["confidence"], one["accuracy"]["value"]) for one in bins["reliability"]]
        inside.append(
            tag("polyline", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in points), class_=style)
        )
        for (x, y), one in zip(points, bins["reliability"], strict=True):
            said = one["accuracy"]
            _, low = _at(0, said["low"])
            _, high = _at(0, said["high"])
            inside += [
                line(x, low, x, high, f"{style} whisker"),
                tag("circle", cx=x, cy=y, r=3.5, class_=f"{style} dot"),
            ]
            rows.append((who, f"{one['confidence']:.2f}", f"{said['value']:.2f}", str(said["n"])))
    return Chart(
        svg=sheet(
            "reliability", w.reliability, w.reliability_desc, *inside,
            width=_SIDE + 2 * _EDGE, height=_SIDE + 2 * _EDGE, kind="square",
        ),
        title=w.reliability,
        head=(w.model, w.confidence, w.accuracy, w.texts),
        rows=rows,
    )  # fmt: skip


def _at(x: float, y: float) -> tuple[float, float]:
    return _EDGE + _SIDE * x, _EDGE + _SIDE * (1 - y)


def _square_grid(w: SimpleNamespace) -> list[Markup]:
    lines = []
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        x, y = _at(tick, tick)
        lines += [
            line(_EDGE, y, _EDGE + _SIDE, y, "grid"),
            line(x, _EDGE, x, _EDGE + _SIDE, "grid"),
            text(_EDGE - 6, y + 4, f"{tick:g}", "end"),
            text(x, _EDGE + _SIDE + 14, f"{tick:g}", "middle"),
        ]
    return [
        *lines,
        text(_EDGE + _SIDE / 2, 2 * _EDGE + _SIDE - 8, w.confidence, "middle"),
        text(_EDGE, _EDGE - 14, w.accuracy),
    ]


def classes(before: Mapping[str, Any], after: Mapping[str, Any], lang: str) -> list[Bar]:
    """F1 of each category: the bar is the candidate, the mark the better of both."""
    was = {one["name"]: one["f1"] for one in before["classes"]}
    rows = []
    for one in after["classes"]:
        then = was.get(one["name"], 0.0)
        rows.append(
            Bar(
                category(one["name"], lang),
                (
                    number(one["n"], lang),
                    decimal(then, lang, 2),
                    decimal(one["f1"], lang, 2),
                    f"{one['f1'] - then:+.2f}".replace(".", "," if lang == "id" else "."),
                ),
                one["f1"],
                max(then, one["f1"]),
            )
        )
    return rows


def confusion(fares: Mapping[str, Any], w: SimpleNamespace, lang: str) -> Chart:
    """What is taken for what: a row for each category that is, a column for each answer."""
    wrong = [(str(gold), str(said), int(n)) for gold, said, n in fares["confusions"]]
    recalls = {one["name"]: one for one in fares["classes"]}
    names = [one for one in recalls if any(one in pair[:2] for pair in wrong)]
    names += sorted({said for _, said, _ in wrong} - set(names))
    place = {name: at for at, name in enumerate(names)}
    inside = []
    for name, at in place.items():
        y = _LABEL + _CELL * at
        inside += [
            text(_LABEL - 6, y + _CELL - 4, category(name, lang), "end"),
            text(
                _LABEL + _CELL * at + _CELL - 4, _LABEL - 6, category(name, lang),
                transform=f"rotate(-60 {_LABEL + _CELL * at + _CELL - 4:.0f} {_LABEL - 6:.0f})",
            ),
        ]  # fmt: skip
        if name in recalls:
            right = round(recalls[name]["recall"] * recalls[name]["n"])
            inside += _cell(at, at, right, "right", category(name, lang))
    for gold, said, n in wrong:
        title = f"{category(gold, lang)} → {category(said, lang)}"
        inside += _cell(place[gold], place[said], n, "wrong", title)
    size = _LABEL + _CELL * len(names) + 90
    return Chart(
        svg=sheet(
            "confusion", w.confusion, w.confusion_desc, *inside,
            width=size, height=size - 80, kind="matrix",
        ),
        title=w.confusion,
        head=(w.is_, w.taken_for, w.texts),
        rows=[(category(a, lang), category(b, lang), str(n)) for a, b, n in wrong],
    )  # fmt: skip


def _cell(row: int, column: int, n: int, style: str, label: str) -> list[Markup]:
    x, y = _LABEL + _CELL * column, _LABEL + _CELL * row
    title = tag("title", f"{label}: {n}")
    side = _CELL - 1
    return [
        tag("rect", title, x=x, y=y, width=side, height=side, rx=2, class_=style),
        text(x + side / 2, y + side - 4, str(n), "middle", class_=f"on-{style}"),
    ]


def curve(points: Sequence[Point], w: SimpleNamespace, lang: str, when: Any) -> Chart:
    """Accuracy on the frozen test set by model, oldest first, and the corrections behind each."""
    width, top, inner, low_band, left, right = 640.0, 20.0, 170.0, 70.0, 46.0, 14.0
    least = min((one.accuracy for one in points), default=0.9)
    floor = max(0.0, int((least - 0.02) * 20) / 20)
    most = max((one.corrections for one in points), default=0) or 1
    step = (width - left - right) / max(len(points), 1)

    def spot(at: int, one: Point) -> tuple[float, float]:
        return left + step * (at + 0.5), top + inner * (1 - one.accuracy) / (1 - floor)

    inside = []
    for tick in (floor, (floor + 1) / 2, 1.0):
        y = top + inner * (1 - tick) / (1 - floor)
        inside += [
            line(left, y, width - right, y, "grid"),
            text(left - 6, y + 4, decimal(tick, lang, 3), "end"),
        ]
    served = [spot(at, one) for at, one in enumerate(points) if one.outcome in _SERVED]
    inside.append(
        tag("polyline", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in served), class_="curve")
    )
    base = top + inner + low_band
    for at, one in enumerate(points):
        x, y = spot(at, one)
        tall = (low_band - 24) * one.corrections / most
        label = f"{one.version}: {decimal(one.accuracy, lang)}, {getattr(w.outcomes, one.outcome)}"
        inside += [
            tag("rect", tag("title", f"{one.corrections} {w.corrections}"), x=x - step * 0.3,
                y=base - tall, width=step * 0.6, height=tall, class_="reach"),
            tag("circle", tag("title", label), cx=x, cy=y, r=5, class_=f"dot {one.outcome}"),
        ]  # fmt: skip
        if at % max(-(-len(points) // 8), 1) == 0:
            inside.append(text(x, base + 16, when(one.at), "middle"))
    inside += [
        text(left, top - 6, w.accuracy_frozen),
        text(left, top + inner + 16, w.corrections_behind),
    ]
    rows = [
        (
            when(one.at), one.version, getattr(w.outcomes, one.outcome),
            decimal(one.accuracy, lang), number(one.corrections, lang),
        )
        for one in points
    ]  # fmt: skip
    return Chart(
        svg=sheet("curve", w.curve, w.curve_desc, *inside, width=width, height=base + 24),
        title=w.curve,
        head=(w.when, w.model, w.outcome, w.accuracy, w.corrections),
        rows=rows,
    )


_SERVED = ("promoted", "rolled_back")
