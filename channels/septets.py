"""How much of an SMS a text takes. Pure.

Source: 3GPP TS 23.038, 6.2.1 (the GSM 7-bit default alphabet and its extension); TS 23.040,
9.2.3.24 (a text of several parts gives up six octets of each).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€\f")  # behind an escape: two septets
_ALONE = {"gsm": 160, "ucs2": 70}
_JOINED = {"gsm": 153, "ucs2": 67}


@dataclass(frozen=True, kw_only=True, slots=True)
class Sms:
    """The size of a text."""

    alphabet: Literal["gsm", "ucs2"]
    units: int  # septets, or 16-bit units
    parts: int
    room: int  # units that the last part still has


def measure(text: str) -> Sms:
    """Count a text as a phone does.

    What belongs together is not cut apart: an escape and its character, or a surrogate pair, go
    whole into the next part.
    """
    alphabet: Literal["gsm", "ucs2"] = "gsm" if set(text) <= _BASIC | _EXTENDED else "ucs2"
    sizes = [_size(one, alphabet) for one in text]
    units = sum(sizes)
    if units <= _ALONE[alphabet]:
        return Sms(alphabet=alphabet, units=units, parts=1, room=_ALONE[alphabet] - units)
    full, parts, used = _JOINED[alphabet], 1, 0
    for size in sizes:
        if used + size > full:
            parts, used = parts + 1, 0
        used += size
    return Sms(alphabet=alphabet, units=units, parts=parts, room=full - used)


def strangers(text: str) -> list[str]:
    """The characters that make an SMS dear: not in the GSM alphabet, each once, in their order."""
    return [one for one in dict.fromkeys(text) if one not in _BASIC and one not in _EXTENDED]


def _size(character: str, alphabet: str) -> int:
    if alphabet == "ucs2":
        return 2 if ord(character) > 0xFFFF else 1  # noqa: PLR2004 - beyond one 16-bit unit
    return 2 if character in _EXTENDED else 1
