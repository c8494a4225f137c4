"""Ticket numbers that survive being read over the phone: JKT-4K7P-2Q9X.

Seven characters of an alphabet of 31 (no 0, O, I, L, U) and one check character: every single
wrong character and every swap of two neighbours is noticed, because 31 is prime and the weights
differ. A ticket number is no secret; the check digit stops typing errors, not guessing.
"""

from __future__ import annotations

import re
from random import Random

ALPHABET = "123456789ABCDEFGHJKMNPQRSTVWXYZ"
PREFIX = "JKT"
_BODY = 7
_SPOKEN = str.maketrans({"I": "1", "L": "1", "U": "V"})
_MENTION = re.compile(
    r"(?<![A-Za-z0-9])(?:J\s?K\s?T)[\s.:#\-]*([A-Za-z0-9]{4})[\s.\-]*([A-Za-z0-9]{4})(?![A-Za-z0-9])",
    re.IGNORECASE,
)


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


def find(text: str) -> list[tuple[str, int, int]]:
    """Mentions in free text as (number in its written form, start, end).

    Reads "jkt 4k7p 2q9x" and "JKT4K7P2Q9X" too; letters that are misheard (I, L as 1; U as V)
    are put right. A number whose check character is wrong is left out.
    """
    found = []
    for match in _MENTION.finditer(text):
        code = (match[1] + match[2]).upper().translate(_SPOKEN)
        number = f"{PREFIX}-{code[:4]}-{code[4:]}"
        if is_valid(number):
            found.append((number, match.start(), match.end()))
    return found
