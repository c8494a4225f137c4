"""Personal data, marked so that it can be redacted: phone, NIK, plate, email, name.

NIK: sixteen digits, the first two a province (Permendagri 102/2019). Plates: area letters of
Perpol 7/2021, up to four digits, up to three letters. Values: digits or letters, no blanks.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from nlu import ticket
from nlu.slots.hints import holds
from nlu.understanding import Entity

_DIGIT = re.compile(r"\d")
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_DIGITS = re.compile(r"(?<![\w.])\+?(?:\(?0|62|\d)[\d\s().\-]{6,22}\d(?!\w)")
_PLATE = re.compile(
    r"(?<![\w.])(A[ABDEG]?|B[ABDEGHKLMNPR]?|D[ABCDEGHKLMNRTW]?|E[ABDE]?|F|G|H|K[BHTU]?|L|M|N|"
    r"P[ABGSTY]?|R|S|T|W|Z)[\s.\-]?(\d{1,4})[\s.\-]?([A-Z]{1,3})(?!\w)",
    re.IGNORECASE,
)
_NO_SUFFIX = re.compile(
    r"no|rt|rw|di|ke|km|cm|m|kg|th|jl|gg|dan|yg|ada|dr|dg|x|per|kel|kec|pak|bu|am|pm|wib|k|lt|st|nd|"
    r"rd|kw|kva|gb|mb|ml|l|ltr|mm|ha|to|at|on|in|is|of|as|or|it|my|we|so|if|by"
)
_ADDRESS = re.compile(
    r"(?:blok|blk|kav|kavling|no|nomor|unit|tower|gate|gerbang|lantai|lt|jalur)\W*$", re.IGNORECASE
)
_NAME = re.compile(
    r"\b(?:[Nn]ama(?:\s(?:saya|pelapor|lengkap|sy))?\s*[:=]?\s+|a\.?n\.?\s+|[Aa]tas\snama\s+|"
    r"[Pp]erkenalkan\s(?:saya|nama saya)\s+|[Mm]y name is\s+)"
    r"((?:(?:[Bb]apak|[Ii]bu|[Bb]pk\.?|[Ss]dr\.?)\s)?[A-Z][a-z']+(?:\s[A-Z][a-z'.]*){0,3})"
)
_TITLE = re.compile(r"(?:bapak|ibu|bpk|sdr)$", re.IGNORECASE)
_SHORTEST = 3  # letters of a word of a name that is hidden elsewhere
_NAME_HINTS = ("nama", "Nama", "name", "erkenalkan", "a.n")
_NIK_LENGTH = 16
_MASKS = {"phone": "0000", "nik": "0000", "plate": "0000"}
_NO_NAMES = re.compile(
    r"(?:Jalan|Jl|Gang|Gg|Kelurahan|Kecamatan|Kampung|Taman|Pasar|Warga|Nama|Alamat|Ketua)\b"
)


def hinted(word: str) -> bool:
    """Whether a text with this between two blanks, lower-cased, may hold personal data."""
    return "@" in word or _DIGIT.search(word) is not None or holds(word, _NAME_HINTS)


def find_personal(text: str) -> list[Entity]:
    """Spans of personal data in the text as given."""
    text = ticket.blank(text)
    found: list[Entity] = []
    if "@" in text:
        found += [_entity("email", m[0].lower(), m.start(), m.end()) for m in _EMAIL.finditer(text)]
    if _DIGIT.search(text):
        found += [*_numbers(text), *_plates(text)]
    if holds(text, _NAME_HINTS):
        found += [
            _entity("name", m[1], m.start(1), m.end(1))
            for m in _NAME.finditer(text)
            if not _NO_NAMES.match(m[1])
        ]
    return found


def names_in(texts: Iterable[str]) -> frozenset[str]:
    """The words of all names that are told in the texts, as they are written there."""
    named = (one.value for text in texts for one in find_personal(text) if one.entity == "name")
    words = (word.strip(".") for name in named for word in name.split())
    return frozenset(word for word in words if len(word) >= _SHORTEST and not _TITLE.match(word))


def masked(text: str, names: Collection[str] = ()) -> str:
    """The text without personal data: what may be shown, or learnt from.

    Digits stay digits, so that a number is still a number; a name or an address becomes "***", and
    so does each word of `names`, wherever it stands.
    """
    parts, end = [], 0
    for one in sorted(find_personal(text), key=lambda entity: (entity.start, -entity.end)):
        if one.start >= end:
            parts += [text[end : one.start], _MASKS.get(one.entity, "***")]
        end = max(end, one.end)
    plain = "".join(parts) + text[end:]
    if not names:
        return plain
    known = "|".join(map(re.escape, sorted(names)))
    return re.sub(rf"\b(?:{known})\b", "***", plain, flags=re.IGNORECASE)


def _entity(kind: str, value: str, start: int, end: int) -> Entity:
    return Entity(entity=kind, value=value, start=start, end=end)


def _numbers(text: str) -> list[Entity]:
    found = []
    for match in _DIGITS.finditer(text):
        plain = re.sub(r"\D", "", match[0])
        if len(plain) == _NIK_LENGTH and not match[0].startswith("+"):
            found.append(_entity("nik", plain, match.start(), match.end()))
        elif re.fullmatch(r"(?:62|0)8\d{7,11}|(?:62|0)(?:21|22|2\d\d)\d{6,8}", plain):
            found.append(_entity("phone", plain, match.start(), match.end()))
    return found


def _plates(text: str) -> list[Entity]:
    return [
        _entity("plate", f"{m[1]}{m[2]}{m[3]}".upper(), m.start(), m.end())
        for m in _PLATE.finditer(text)
        if not _NO_SUFFIX.fullmatch(m[3].lower())
        and not _ADDRESS.search(text[max(0, m.start() - 12) : m.start()])
    ]
