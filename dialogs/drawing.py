"""Draws a flow as SVG: `kanal flows draw`. The same flow gives the same bytes.

From top to bottom as a citizen meets it; beside each question what happens without an answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from html import escape
from textwrap import wrap

from dialogs.flow import EXTRAS, Flow, Question
from dialogs.phrasebook import phrases
from nlu.categories import Category

_WIDTH, _BOX, _LEFT = 760, 420, 24
_LINE, _PAD, _GAP = 18, 10, 26  # pixels
_CHARS, _NOTE_CHARS = 56, 40  # of a line in a box, and beside it
_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#1a1a1a}.head{font-weight:600}.note{fill:#5f6368}"
    ".box{fill:#fff;stroke:#3c4043}.extra{fill:#f1f6ff;stroke:#3c4043}.end{fill:#e6f4ea;"
    "stroke:#1e8e3e}.way{stroke:#3c4043;fill:none;marker-end:url(#tip)}"
)


_TIP = (
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" '
    'orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>'
)
_BEGIN = (
    "Taken whole: kind, place, details, photos. Then the first thing that is missing is asked for:"
)


class _Sheet:
    """Shapes, from top to bottom."""

    def __init__(self) -> None:
        self.shapes: list[str] = []
        self.y = _LEFT
        self.bottom = _LEFT  # of the last box

    def box(self, kind: str, head: str, lines: Iterable[str], notes: Iterable[str] = ()) -> None:
        """A box under the last one, with an arrow to it, and notes on its right."""
        if self.shapes:
            self._way()
        told = [piece for line in lines for piece in wrap(line, _CHARS)]
        beside = [piece for note in notes for piece in wrap(note, _NOTE_CHARS)]
        height = 2 * _PAD + _LINE * (1 + len(told))
        self.shapes.append(
            f'<rect class="{kind}" x="{_LEFT}" y="{self.y}" width="{_BOX}" height="{height}" '
            'rx="8"/>'
        )
        x, top = _LEFT + _PAD, self.y + _PAD + 13
        self._text(x, top, head, "head")
        for at, line in enumerate(told, 1):
            self._text(x, top + at * _LINE, line)
        for at, line in enumerate(beside):
            self._text(_LEFT + _BOX + 16, top + at * _LINE, line, "note")
        self.bottom = self.y + height
        self.y += max(height, 2 * _PAD + _LINE * len(beside))

    def _way(self) -> None:
        x = _LEFT + _BOX // 2
        self.shapes.append(f'<path class="way" d="M{x} {self.bottom}V{self.y + _GAP - 2}"/>')
        self.y += _GAP

    def _text(self, x: int, y: int, words: str, kind: str = "") -> None:
        own = f' class="{kind}"' if kind else ""
        self.shapes.append(f'<text x="{x}" y="{y}"{own}>{escape(words)}</text>')

    def svg(self, title: str) -> str:
        """The whole picture."""
        height = self.y + _LEFT
        return "\n".join(
            [
                (
                    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
                    f'width="{_WIDTH}" height="{height}" role="img">'
                ),
                f"<title>{escape(title)}</title>",
                f"<style>{_STYLE}</style>",
                _TIP,
                f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
                *self.shapes,
                "</svg>",
                "",
            ]
        )


def svg(found: Flow, rows: Iterable[Category], locale: str = "id") -> str:
    """Draw a flow with the questions of its categories, in the words of `locale`."""
    sheet, rows = _Sheet(), tuple(rows)
    most = f"at most {found.most_questions} questions, one at a time; any answer in any order"
    sheet.box("box", "a report, a photo or a pin", [_BEGIN], [most])
    for one in found.ask:
        if one.slot == EXTRAS:
            for extra in found.extras.values():
                asking = [row.name[locale] for row in rows if extra.slot in row.ask]
                _question(sheet, extra, locale, "extra", f"only for {', '.join(asking)}")
        else:
            _question(sheet, one, locale, "box")
    confirm = phrases(locale)[found.confirm.phrase]["say"]
    words = {name: phrases(locale)[f"option_{name}"]["say"] for name in ("change", "cancel")}
    notes = [f"{words['change']}: asks what is wrong", f"{words['cancel']}: nothing is filed"]
    sheet.box("box", found.confirm.slot, confirm.splitlines(), notes)
    late = f"reminded once after {_hours(found.remind_after)}, filed as it is after "
    late += _hours(found.expire_after)
    sheet.box("end", "filed", ["A ticket number, and the agency in charge."], [late])
    return sheet.svg(found.name)


def _hours(time: timedelta) -> str:
    return f"{time.total_seconds() / 3600:g} h"


def _question(sheet: _Sheet, one: Question, locale: str, kind: str, *notes: str) -> None:
    own = phrases(locale)
    choices = [own[choice.label]["say"] for choice in one.choices]
    lines = [own[one.phrase]["say"], *([f"[{'] ['.join(choices)}]"] if choices else [])]
    times = "asked once" if not one.retries else "asked again once"
    times = "with the confirmation" if one.at else times
    without = "filed incomplete" if one.otherwise == "incomplete" else "goes on"
    skipped = ["not asked where no photo can come"] if one.skip_when else []
    accepts = f"accepts {', '.join(one.accept)}"
    sheet.box(
        kind, one.slot, lines, [*notes, accepts, f"{times}; without an answer {without}", *skipped]
    )
