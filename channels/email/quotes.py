"""A citizen's own words: what he quotes, forwards as a frame, or signs with is cut away. Pure.

Line by line, in linear time: these texts come from strangers, and the usual expressions for this
purpose take minutes on a text made for them. When in doubt a line stays: a moderator can read over
a signature, but not read what was cut.

Knows the words of Indonesian and English mail clients: Gmail, Outlook, Apple Mail, Yahoo,
Thunderbird, Samsung. Source for "> " and "-- ": RFC 3676 sections 4.3 and 4.5.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_LONGEST = 400  # characters of an attribution, which clients wrap over up to three lines
_SIGNATURE_LINES = 12  # a longer rest is no signature
_GAP = re.compile(r"\n{3,}")
_WORD = re.compile(r"\w")
_QUOTED = re.compile(r"\s*>")
_ON = re.compile(r"(on|pada|tanggal|tgl)\b", re.IGNORECASE)
_DATE = re.compile(r"\d{4}[-/]\d\d?[-/]\d\d? \d\d?[:.]\d\d\b")
_NAMING = re.compile(r"[\d@<]")
_SEPARATOR = re.compile(
    r"[-_ ]{3,40}(original (message|email)|pesan asli|email asli|pesan sebelumnya)[-_ ]{3,40}",
    re.IGNORECASE,
)
_RULE = re.compile(r"[_-]{10,}")
_FORWARD = re.compile(
    r"[-_ ]{3,40}(forwarded message|pesan terusan|pesan (yang )?diteruskan)[-_ ]{3,40}"
    r"|(begin forwarded message|mulai meneruskan pesan|awal pesan terusan):",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"[*\s]{0,4}(?P<name>from|sent|date|to|cc|subject|reply-to"
    r"|dari|dikirim|terkirim|tanggal|tgl|waktu|kepada|ke|tembusan|perihal|subjek|subyek|balas ke)"
    r"[*\s]{0,4}:",
    re.IGNORECASE,
)
_FROM, _WHEN = frozenset({"from", "dari"}), frozenset({"sent", "date", "dikirim", "terkirim",
                                                         "tanggal", "tgl", "waktu"})  # fmt: skip
_TO = frozenset({"to", "kepada", "ke", "subject", "perihal", "subjek", "subyek"})
_DEVICE = re.compile(
    r"(dikirim|terkirim|sent) (dari|melalui|lewat|via|from|using|with)\b.{0,60}"
    r"\b(iphone|ipad|ponsel|hp|android|samsung|galaxy|xiaomi|redmi|oppo|vivo|realme|huawei|nokia"
    r"|blackberry|outlook|yahoo|gmail|mail|windows|smartphone|handphone|telepon|aol)\b.{0,80}"
    r"|sent from my \w.{0,60}|(get|dapatkan|unduh) outlook (for|untuk) .{0,80}",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """What the fields of a mail say of it."""

    reply: bool = False
    forward: bool = False


def own_words(text: str, kind: Kind) -> str:
    """Cut quotes, frames and signature away; "" when nothing is left."""
    lines = [line.rstrip() for line in text.split("\n")]
    lines = _without_quotes(lines, kind)
    return _GAP.sub("\n\n", "\n".join(_without_signature(lines))).strip()


def _without_quotes(lines: Sequence[str], kind: Kind) -> list[str]:
    kept: list[str] = []
    at = 0
    quoting = kind.reply
    while at < len(lines):
        if _FORWARD.fullmatch(lines[at].strip()):
            at = _after_labels(lines, at + 1)
        elif kind.forward and _is_frame(lines, at):
            at = _after_labels(lines, at)
        elif end := _attribution(lines, at):
            if not _quote_follows(lines, end):
                break  # the quote is not marked: it reaches to the end
            quoting, at = True, end
        elif _SEPARATOR.fullmatch(lines[at].strip()) or (kind.reply and _is_frame(lines, at)):
            break
        elif quoting and _QUOTED.match(lines[at]):
            at += 1
        else:
            kept.append(lines[at])
            at += 1
    while kind.reply and kept and (not kept[-1] or _RULE.fullmatch(kept[-1].strip())):
        kept.pop()
    return kept


def _attribution(lines: Sequence[str], at: int) -> int:
    """Where the line "On ... wrote:" ends that begins at `at`; 0 when none does."""
    begin = lines[at].strip("> ")
    if not (_ON.match(begin) or _DATE.match(begin) or "<" in begin):
        return 0
    joined = ""
    for end in range(at, min(at + 3, len(lines))):
        joined = f"{joined} {lines[end].strip('> ')}".strip()
        if len(joined) > _LONGEST:
            return 0
        if _is_attribution(joined):
            return end + 1
    return 0


def _is_attribution(line: str) -> bool:
    """Tell "Pada ... <...> menulis:", "2026-01-02 10:15 GMT+07:00 ... <...>:" from other words."""
    if not line.endswith(":"):
        return False
    said = line.rstrip(": ").lower()
    if _ON.match(line):
        return said.endswith(("wrote", "menulis")) and _NAMING.search(said) is not None
    if _DATE.match(line):
        return "@" in said and said.endswith((">", "wrote", "menulis"))
    return "@" in said and said.endswith(("> wrote", "> menulis"))


def _quote_follows(lines: Sequence[str], at: int) -> bool:
    """Tell whether the next line that is not blank is marked as a quote."""
    following = (line for line in lines[at : at + 4] if line.strip())
    return bool(_QUOTED.match(next(following, "")))


def _is_frame(lines: Sequence[str], at: int) -> bool:
    """Tell whether Outlook's block begins here: sender, time, and whom to or what about."""
    first = _LABEL.match(lines[at])
    if first is None or first["name"].lower() not in _FROM:
        return False
    names = {found["name"].lower() for line in lines[at : at + 8] if (found := _LABEL.match(line))}
    return not _WHEN.isdisjoint(names) and not _TO.isdisjoint(names)


def _after_labels(lines: Sequence[str], at: int) -> int:
    """Pass over the lines "From: ...", "Date: ..." of a forwarded mail."""
    end = at
    for number in range(at, min(at + 12, len(lines))):
        if _LABEL.match(lines[number]):
            end = number + 1
        elif lines[number].strip() and number != end:
            break
    return end


def _without_signature(lines: Sequence[str]) -> list[str]:
    """Cut what follows "-- ", and the lines that telephones add."""
    kept = list(lines)
    for at, line in enumerate(lines):
        if line == "--" and any(map(_WORD.search, lines[:at])):
            if sum(1 for rest in lines[at:] if rest.strip()) <= _SIGNATURE_LINES:
                kept = list(lines[:at])
            break
    return [line for line in kept if not _DEVICE.fullmatch(line.strip(" \t*_-[]().")[:_LONGEST])]


def has_words(text: str) -> bool:
    """Tell whether there is a letter or a digit in it."""
    return _WORD.search(text) is not None
