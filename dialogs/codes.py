"""One-time codes: 7K2M-4X9P. Easily read and typed, and no word of any language.

Each half is a digit, a letter and two of both: about 2 to the power of 30, without characters that
look alike. A code is told to one address and comes back from one; `nlu/ticket.py` is something
else: a ticket number is no secret.
"""

from __future__ import annotations

import re
from datetime import timedelta
from random import Random

DIGITS = "23456789"
LETTERS = "ABCDEFGHJKMNPQRTVWXYZ"  # no I, L, O, S, U
LASTS = timedelta(minutes=10)
MOST_MISSES = 5  # wrong codes from one address ...
MISSED_WITHIN = timedelta(hours=1)  # ... in this time; then none is read

_HALF = f"[{DIGITS}][{LETTERS}][{DIGITS}{LETTERS}]{{2}}"
_ALONE = re.compile(
    rf"(?:(?:HAPUS|DELETE|HUBUNGKAN|LINK|KODE|CODE)[\s:]+)?[\"'*]*({_HALF})[\s-]?({_HALF})[\"'*.]*"
)


def make(random: Random) -> str:
    """Draw a code. Randomness is an argument; it must be the system's."""
    return "-".join(_half(random) for _ in range(2))


def _half(random: Random) -> str:
    rest = "".join(random.choice(DIGITS + LETTERS) for _ in range(2))
    return random.choice(DIGITS) + random.choice(LETTERS) + rest


def find(text: str) -> str | None:
    """The code that the text is, in its written form: alone, or alone on a line (mail has more)."""
    for line in text.splitlines():
        match = _ALONE.fullmatch(line.strip().upper())
        if match:
            return f"{match[1]}-{match[2]}"
    return None
