"""Why the machine said so: its candidates, and the words of the text that moved it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nlu.engine import Engine, Explaining
from nlu.understanding import Candidate, Mover
from store.dossier import Dossier

_STRONG, _MIDDLE = 0.15, 0.05  # shares from which a word is marked more
MOST_NAMED = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A part of the text, and how it moved the machine: a class of the style sheet, "" for not."""

    text: str
    mark: str = ""  # for-3 .. for-1, against-1 .. against-3


@dataclass(frozen=True, kw_only=True, slots=True)
class Why:
    """What the page says of the machine's word."""

    pieces: tuple[Piece, ...]  # the whole text
    movers: tuple[Mover, ...]  # the strongest, in words
    category: str  # that they moved it to; "" when the engine cannot tell
    candidates: tuple[Candidate, ...]
    engine: str  # that predicted
    now: str  # that explains, where it is another one


def why(report: Dossier, engine: Engine, asked: str = "") -> Why:
    """Explain the prediction on the text as it is shown.

    Args:
        report: as it is shown, veiled or not.
        engine: that of now; the one that predicted may be gone.
        asked: another of the candidates, "" for the first.
    """
    read = report.predicted
    candidates = read.candidates if read else ()
    category = next((one.category for one in candidates if one.category == asked), "")
    category = category or (read.category if read and read.category else report.category)
    told = report.text
    begin = max(told.find(read.text), 0) if read else 0
    part = read.text if read and read.text in told else told
    moved = _moved(engine, part, category)
    shifted = [(one.start + begin, one.end + begin, one.share) for one in moved]
    return Why(
        pieces=tuple(_pieces(told, sorted(shifted))),
        movers=moved[:MOST_NAMED],
        category=category if moved else "",
        candidates=candidates,
        engine=read.engine if read else report.engine,
        now=engine.version,
    )


def _moved(engine: Engine, text: str, category: str) -> tuple[Mover, ...]:
    if not isinstance(engine, Explaining):
        return ()
    try:
        return engine.explain(text, category)
    except ValueError:  # a category of a table that has changed since
        return ()


def _pieces(text: str, moved: Sequence[tuple[int, int, float]]) -> list[Piece]:
    found, end = [], 0
    for start, stop, share in moved:
        if start < end:
            continue
        found += [Piece(text=text[end:start]), Piece(text=text[start:stop], mark=_mark(share))]
        end = stop
    return [one for one in (*found, Piece(text=text[end:])) if one.text]


def _mark(share: float) -> str:
    size = abs(share)
    level = 3 if size >= _STRONG else 2 if size >= _MIDDLE else 1
    return f"{'for' if share > 0 else 'against'}-{level}"
