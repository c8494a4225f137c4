"""Drawings as SVG: elements, and the frame that every chart has. All text is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

Value = str | float


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    """A drawing, and the table that says the same to whoever cannot see it."""

    svg: Markup
    title: str
    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


def tag(name: str, *inside: Markup | str, **attributes: Value) -> Markup:
    """An element. `class_` is `class`, `text_anchor` is `text-anchor`; numbers are cut to 0.1."""
    said = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_short(value))}"'
        for key, value in attributes.items()
    )
    within = "".join(escape(one) for one in inside)
    return Markup(f"<{name}{said}>{within}</{name}>" if within else f"<{name}{said}/>")  # noqa: S704 (escaped above)


def _short(value: Value) -> str:
    return value if isinstance(value, str) else f"{round(value, 1):g}"


def sheet(
    name: str, title: str, desc: str, *inside: Markup, width: float, height: float, kind: str = ""
) -> Markup:
    """The whole drawing: its title and description are what screen readers say of it."""
    return tag(
        "svg",
        tag("title", title, id=f"{name}-title"),
        tag("desc", desc, id=f"{name}-desc"),
        *inside,
        viewBox=f"0 0 {_short(width)} {_short(height)}",
        role="img",
        aria_labelledby=f"{name}-title {name}-desc",
        class_=f"drawing {kind}".strip(),
    )


def text(x: float, y: float, words: str, anchor: str = "start", **more: Value) -> Markup:
    """A line of text."""
    return tag("text", words, x=x, y=y, text_anchor=anchor, **more)


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    """A straight line."""
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def steps(most: float, wanted: int = 4) -> list[float]:
    """Round values from 0 to at least `most`, for an axis."""
    if most <= 0:
        return [0.0, 1.0]
    raw = most / wanted
    power = 10.0 ** (len(str(int(raw))) - 1) if raw >= 1 else 1.0
    step = next((factor * power for factor in (1, 2, 2.5, 5) if factor * power >= raw), 10 * power)
    if step % 1:
        step = float(int(step) + 1)
    count = int(-(-most // step))
    return [step * at for at in range(count + 1)]
