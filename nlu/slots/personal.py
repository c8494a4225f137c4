"""Personal data, marked so that it can be redacted: phone, NIK, plate, email, name.

NIK: sixteen digits, the first two a province (Permendagri 102/2019). Plates: area letters of
Perpol 7/2021, up to four digits, up to three letters. Values: digits or letters, no blanks.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from itertools import takewhile

from nlu import ticket
from nlu.slots.hints import holds
from nlu.slots.language import is_small
from nlu.understanding import Entity

_DIGIT = re.compile(r"\d")
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_GAP = r"[\s.()\-–]{0,3}"
# No digit before it, and no decimals: words stand close ("Hp.0812...", "NIK3171...").
_NUMBER = re.compile(
    rf"(?<!\d)(?<!\d\.)(?:(?P<phone>(?:\+62{_GAP}(?:0{_GAP})?|62{_GAP}(?:\(0\){_GAP})?|\(?0)"
    rf"(?:8(?:{_GAP}\d){{7,11}}|2(?:[12]|\d\d)(?:{_GAP}\d){{6,8}}))"
    rf"|(?P<nik>\d(?:{_GAP}\d){{15}}))(?!\d)"
)
# What every number and every plate holds; both are found at once, and few texts with figures do.
_MANY_DIGITS = re.compile(rf"\d(?:{_GAP}\d){{8}}")
_FIGURE_LETTERS = re.compile(r"\d[\s.\-]?[A-Za-z]{1,3}(?!\w)")
_PLATE = re.compile(
    r"(?:(?<![\w.])|(?<=no\.|at\.|ol\.))"  # "no.", "plat.", "nopol."
    r"(A[ABDEG]?|B[ABDEGHKLMNPR]?|D[ABCDEGHKLMNRTW]?|E[ABDE]?|F|G|H|K[BHTU]?|L|M|N|"
    r"P[ABGSTY]?|R|S|T|W|Z)[\s.\-]?(\d{1,4})[\s.\-]?([A-Z]{1,3})(?!\w)",
    re.IGNORECASE,
)
_NO_SUFFIX = re.compile(
    r"no|rt|rw|di|ke|km|cm|m|kg|th|jl|gg|dan|yg|ada|dr|dg|x|per|kel|kec|pak|bu|am|pm|wib|k|lt|st|nd|"
    r"rd|kw|kva|gb|mb|ml|l|ltr|mm|ha|to|at|on|in|is|of|as|or|it|my|we|so|if|by"
)
# Before what may be a house, a lot or a gate; nobody's gate has four digits and three letters.
_ADDRESS = re.compile(
    r"(?<!plat )(?<!pol )\b(?:blok|blk|kav|kavling|no|nomor|unit|tower|gate|gerbang|lantai|lt|"
    r"jalur)\W*$",
    re.IGNORECASE,
)
_LONG_PLATE = 3  # digits, with two letters behind them
_TITLED = r"(?:(?i:bapak|ibu|bpk\.?|sdr\.?|pak|bu|bang|mas|mbak) )?"
_TITLED_FIRST = re.compile(_TITLED)
_LETTER = r"[^\W\d_]"
_INITIAL = rf"{_LETTER}{{1,2}}\."
_ANY = rf"{_TITLED}(?:{_INITIAL} )?{_LETTER}[\w']+(?: (?:{_INITIAL}|{_LETTER}[\w']*)){{0,2}}"
_CAPITAL = r"(?:[A-Z][a-z]?\. )?[A-Z][a-z']+(?: (?:[A-Z][a-z]?\.|[A-Z][a-z']*)){0,3}"
_CAPITALS = r"[A-Z]{2}[A-Z']+(?: (?:[A-Z]{1,2}\.|[A-Z][A-Z']*)){0,3}"
# Behind "nama saya" a name may be written in any way; else only capitals make one. "an" stands
# behind a number, "saya" where a sentence begins and goes on with who that is.
_NAME = re.compile(
    r"(?:\b(?:(?i:nama\s(?:saya|sy|lengkap|pelapor)(?:\s*[:=]|\sadalah)?|nama\s*[:=])|"
    rf"(?i:my\sname(?:\sis|'s)))\s*(?P<any>{_ANY})"
    rf"|\b[Nn]ama\s+(?P<named>{_TITLED}{_CAPITAL})"
    r"|(?:\b(?i:atas\snama|perkenalkan,?\s(?:nama\s)?saya)\s+"
    r"|\b(?i:pelapor\s*:|hormat\s(?:saya|kami)[,.:]?)\s*"
    r"|(?<![-\w])(?i:a\.n\.?|a/n\.?|(?<!\d )an\.)\s*|(?<=\d{4})[\s,(]{1,3}(?i:an)\.?\s+)"
    rf"(?P<told>{_TITLED}(?:{_CAPITAL}|{_CAPITALS}))"
    r"|(?:^|[.,!?\n]\s*|\b(?i:ini|dengan|pak|bu|min|kak|halo|pagi|siang|sore|malam|wb)\s)[Ss]aya\s+"
    rf"(?P<self>{_TITLED}{_CAPITAL})"
    r"(?=,?\s(?:warga|dari|dr|tinggal|mau|ingin|hendak|penghuni|ketua|pengurus|selaku)\b)"
    rf"|\b(?i:i['’]m)\s(?P<english>{_CAPITAL})"
    r"(?=[,.!]|\s(?:and|from|a|the|living|reporting)\b|\s*$))"
)
_TITLE = re.compile(r"(?:bapak|ibu|bpk|sdr|pak|bang|mas|mbak)$", re.IGNORECASE)
_SHORTEST = 3  # letters of a word of a name that is hidden elsewhere
_NAME_HINTS = ("nama", "name", "kenalkan", "pelapor", "hormat", "a.n", "a/n", "i'm", "i’m")
# "saya Budi", and "an" as a word: an expression that begins with a letter is quick.
_NAME_NEAR = re.compile(r"[aA](?:ya\s+[A-Z]|[nN][.\s(](?<!\w[aA][nN][.\s(]))")
# The same of what stands between two blanks; "an" stands behind a number.
_NAME_HINT_WORDS = re.compile(
    r"nama|name|kenalkan|pelapor|hormat|\ba\.n|\ba/n|\ban\.|\bi['’]m|saya$"
)
_MASKS = {"phone": "0000", "nik": "0000", "plate": "0000"}
# Behind "nama saya" and the like, beside the small words of language.yml.
_NO_NAMES = re.compile(
    r"jl|kampung|taman|pasar|alamat|ketua|nama|pelapor|toko|jembatan|perumahan|komplek|pt|cv|rumah|"
    r"ingin|hendak|tinggal|telepon|no|hp|nik|umur|minta|rahasia|anonim|salah|sama|beda|i?lang|hilang|"
    r"sebagai|muncul|masuk|bocor|confidential|secret|private|indonesian|"
    r"(?:di|ter)[^aeiou]\w{4,}|ke\w{5,}"  # "nama saya dicoret", "tercantum", "ketahuan"
)


def hinted(word: str) -> bool:
    """Whether a text with this between two blanks, lower-cased, may hold personal data."""
    return "@" in word or _DIGIT.search(word) is not None or bool(_NAME_HINT_WORDS.search(word))


def find_personal(text: str) -> list[Entity]:
    """Spans of personal data in the text as given."""
    text = ticket.blank(text)
    found: list[Entity] = []
    if "@" in text:
        found += [_entity("email", m[0].lower(), m.start(), m.end()) for m in _EMAIL.finditer(text)]
    if _MANY_DIGITS.search(text):
        found += _numbers(text)
    if _FIGURE_LETTERS.search(text):
        found += _plates(text)
    if holds(text.lower(), _NAME_HINTS) or _NAME_NEAR.search(text):
        found += _names(text)
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
    return [
        _entity(match.lastgroup or "", re.sub(r"\D", "", match[0]), match.start(), match.end())
        for match in _NUMBER.finditer(text)
    ]


def _plates(text: str) -> list[Entity]:
    return [
        _entity("plate", f"{m[1]}{m[2]}{m[3]}".upper(), m.start(), m.end())
        for m in _PLATE.finditer(text)
        if not _NO_SUFFIX.fullmatch(m[3].lower())
        and (
            (len(m[2]) >= _LONG_PLATE and len(m[3]) > 1)
            or not _ADDRESS.search(text[max(0, m.start() - 16) : m.start()])
        )
    ]


def _names(text: str) -> list[Entity]:
    found = []
    for match in _NAME.finditer(text):
        kind = match.lastgroup or ""
        if name := _without_words(match[kind]):
            start = match.start(kind)
            found.append(_entity("name", name, start, start + len(name)))
    return found


def _without_words(said: str) -> str:
    """The name without the sentence that goes on behind it; "" where no name is told."""
    title = _TITLED_FIRST.match(said)
    begin = title.end() if title else 0
    words = said[begin:].split(" ")
    small = words[0].islower()  # who begins with a capital goes on with one
    own = takewhile(lambda word: word.islower() == small and not _is_word(word.lower()), words)
    name = " ".join(own)
    return said[: begin + len(name)] if name else ""


def _is_word(low: str) -> bool:
    return is_small(low) or _NO_NAMES.fullmatch(low.rstrip(".")) is not None
