"""Ticket numbers that survive being read over the phone: JKT-4K7P-2Q9X.

Seven characters of an alphabet of 31 (no 0, O, I, L, U) and one check character: every single
wrong character and every swap of two neighbours is noticed, because 31 is prime and the weights
differ. A ticket number is no secret; the check digit stops typing errors, not guessing.

To whoever reads a text a number is one word: what looks for places, personal data, depths or a
language in the text looks at `blank` of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from random import Random

ALPHABET = "123456789ABCDEFGHJKMNPQRSTVWXYZ"
PREFIX = "JKT"
_BODY = 7
_SPOKEN = str.maketrans({"I": "1", "L": "1", "U": "V"})
_DASHES = "\\-\u2010-\u2015"  # a telephone writes a long one of its own accord
_GROUP = r"([A-Za-z0-9]{4})"
_MENTION = re.compile(
    rf"(?<![A-Za-z0-9])J ?K ?T[\s.:#/_{_DASHES}]*{_GROUP}[\s./_{_DASHES}]*{_GROUP}(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_MIXED = re.compile(r"(?!rt|rw|jl|gg|km|no)(?=\d*[a-z])(?=[a-z]*\d)[a-z\d]+", re.IGNORECASE)
_DASHED = re.compile(rf".{{3}}[{_DASHES}].{{4}}[{_DASHES}].{{4}}")


def _check(body: str) -> str:
    return ALPHABET[sum((at + 2) * ALPHABET.index(c) for at, c in enumerate(body)) % 31]


def make(random: Random) -> str:
    """Draw a new number. Randomness is an argument; uniqueness is the store's."""
    body = "".join(random.choice(ALPHABET) for _ in range(_BODY))
    code = body + _check(body)
    return f"{PREFIX}-{code[:4]}-{code[4:]}"


def is_valid(number: str) -> bool:
    """Whether `number` is in its written form and its check character is right."""
    code = number.removeprefix(f"{PREFIX}-").replace("-", "")
    return (
        len(code) == _BODY + 1
        and all(c in ALPHABET for c in code)
        and _check(code[:_BODY]) == code[_BODY]
        and number == f"{PREFIX}-{code[:4]}-{code[4:]}"
    )


def hinted(word: str) -> bool:
    """Whether a lower-cased text with this between two blanks may hold a ticket number."""
    return "jkt" in word or word.endswith(("j", "jk"))


def find(text: str) -> list[tuple[str, int, int]]:
    """Mentions in free text as (number in its written form, start, end).

    Reads "jkt 4k7p 2q9x" and "JKT4K7P2Q9X" too; letters that are misheard (I, L as 1; U as V)
    are put right. A number whose check character is wrong is left out.
    """
    return [
        (number, match.start(), match.end())
        for match in _mentions(text)
        if is_valid(number := _number(match))
    ]


def spans(text: str) -> list[tuple[int, int]]:
    """Where text has the shape of a ticket number, be it a mistyped one: [start, end).

    Its letters are no words: "H9RS" is no plate, "RS" no hospital, "AT" not English. A wrong check
    character is told from words and years ("jkt dari pagi", "jkt 2017 lalu") by letters and digits
    in one group, or by both dashes.
    """
    return [
        match.span() for match in _mentions(text) if is_valid(_number(match)) or _looks_drawn(match)
    ]


def replaced(text: str, by: str) -> str:
    """The text with `by` for everything of a ticket number's shape."""
    for start, end in reversed(spans(text)):
        text = text[:start] + by + text[end:]
    return text


def blank(text: str) -> str:
    """The text without ticket numbers, as long as before, so that offsets hold."""
    for start, end in spans(text):
        # A comma, so that what stands before does not go on behind: no name, no telephone number.
        text = f"{text[:start]},{' ' * (end - start - 1)}{text[end:]}"
    return text


def _mentions(text: str) -> Iterable[re.Match[str]]:
    low = text.lower()
    near = "jkt" in low or "j k" in low or "jk t" in low
    return _MENTION.finditer(text) if near else ()


def _number(match: re.Match[str]) -> str:
    code = (match[1] + match[2]).upper().translate(_SPOKEN)
    return f"{PREFIX}-{code[:4]}-{code[4:]}"


def _looks_drawn(match: re.Match[str]) -> bool:
    groups = match[1], match[2]
    mixed = any(_MIXED.fullmatch(group) for group in groups)
    figures = any(letter.isdigit() for group in groups for letter in group)
    return mixed or (figures and _DASHED.fullmatch(match[0]) is not None)
