"""Transcripts: conversations as text files that read like a chat and run as tests.

    # banjir.chat
    channel  buttons=0 location=no
    citizen  banjir di depan Pasar Minggu
    bot      Di mana lokasinya? ...
    citizen  [pin -6.2088,106.8456]
    bot      Ada foto? ...
    citizen  [photo] ini fotonya
    filed    banjir at -6.2088,106.8456

Rows are `who  words`. Who is

* citizen: a message. Before the words: [photo], [photo pending], [photo at LAT,LON],
  [refused REASON], [pin LAT,LON], [pin LAT,LON VENUE], [press SLOT:VALUE], [edited]; [card LAT,LON
  words], [card]: what he marked on the card last offered, or only sent by it; [reply JKT-1] where
  it answers a message that spoke of that complaint; [subject WORDS] that stands above it.
* also: what he wrote right after it, gathered into the same turn.
* bot: a line that he reads; several make one message, blank lines are left out.
* filed, joined, noted, person, did: what was filed, joined a complaint, was added to one, was given
  to a person, and what else was done (linked, unlinked, erased). Filed and joined rows are compared
  always, the others when the file has any of their kind. A row may stop early: `filed banjir`
  leaves the place open.
* channel, locale: what the channel can do (`card=yes`: cards are offered), and its hint.
* site: the gateway's public address, without which no link is shown.
* later: time passes ("2 hours").
* timer: one is due (reminder, expire, hand_back, taken, back). moved: `JKT-1 done`, of which nobody
  is told. officer: `JKT-1 done [photo] words`, of which the citizen is told. moderator: what a
  person writes to him.
* nearby: somebody else's open complaint: `banjir 12 -6.2088,106.8456 2 hours`, its kind, how many
  people told of it, where, and its age. code: one that an address was given, `7K2M-4X9P link
  elsewhere` (or here).
* reads: what the engine says of the next message, where the model must not decide the test:
  `report banjir 0.40 saluran_air 0.35`, an intent and categories; `both` makes two complaints of
  the first two, `emergency` is danger to life.

Ticket numbers are written JKT-1, JKT-2 in order of appearance, whatever they really are.
Who plays them: rehearsal.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

SAID = {
    "citizen", "also", "timer", "later", "moved", "officer", "moderator", "nearby", "code", "reads",
    "channel", "locale", "site",
}  # fmt: skip
_SCENE = SAID - {"citizen", "also"}
HEARD = {"bot", "filed", "joined", "noted", "person", "did"}
_ALWAYS = {"filed", "joined"}
_NUMBER = re.compile(r"\bJKT-[0-9A-Z]{4}-[0-9A-Z]{4}\b")


class TranscriptError(ValueError):
    """A transcript cannot be read. The message names the line."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line: who, and his words."""

    who: str
    words: str

    def __str__(self) -> str:
        return f"{self.who:<8} {self.words}".rstrip()


def parse(text: str) -> tuple[Row, ...]:
    """The rows of a transcript; comments and blank lines are left out. Raises TranscriptError."""
    rows = []
    for at, line in enumerate(text.splitlines(), 1):
        who, _, words = line.strip().partition(" ")
        if not who or who.startswith("#"):
            continue
        if who not in SAID | HEARD:
            raise TranscriptError(f"line {at}: `{who}` is nobody; one of {sorted(SAID | HEARD)}")
        rows.append(Row(who, words.strip()))
    return tuple(rows)


def write(rows: Iterable[Row]) -> str:
    """The text of a transcript, with a blank line before each message of the citizen's."""
    lines: list[str] = []
    for row in aliased(rows):
        if (
            row.who in SAID - {"also"}
            and lines
            and not lines[-1].startswith(tuple(SAID - {"citizen"}))
        ):
            lines.append("")
        lines.append(str(row))
    return "\n".join(lines) + "\n"


def aliased(rows: Iterable[Row]) -> list[Row]:
    """Rows with ticket numbers as JKT-1, JKT-2, in order of appearance."""
    seen: dict[str, str] = {}

    def alias(match: re.Match[str]) -> str:
        return seen.setdefault(match[0], f"JKT-{len(seen) + 1}")

    return [replace(row, words=_NUMBER.sub(alias, row.words)) for row in rows]


def differences(expected: Sequence[Row], heard: Sequence[Row]) -> list[str]:
    """What a run says otherwise than its transcript; empty when the test passes."""
    told = [row for row in expected if row.who in SAID | {"bot"}]
    came = [row for row in heard if row.who in SAID | {"bot"}]
    found = [
        f"expected: {one}\n   heard: {other}" for one, other in _paired(told, came) if one != other
    ]
    for kind in sorted(HEARD - {"bot"}):
        wanted = [row for row in expected if row.who == kind]
        given = [row for row in heard if row.who == kind]
        if kind in _ALWAYS or wanted:
            found += [
                f"expected: {one}\n   heard: {other}"
                for one, other in _paired(wanted, given)
                if one is None or other is None or not _begins(other.words, one.words)
            ]
    return found


def _paired(first: Sequence[Row], second: Sequence[Row]) -> list[tuple[Row | None, Row | None]]:
    longest = max(len(first), len(second))
    padded = [[*rows, *[None] * (longest - len(rows))] for rows in (first, second)]
    return list(zip(*padded, strict=True))


def _begins(whole: str, part: str) -> bool:
    return f"{whole} ".startswith(f"{part} ")
