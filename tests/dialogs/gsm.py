"""How much of an SMS a text takes: septets of the GSM 7-bit default alphabet (3GPP TS 23.038)."""

from __future__ import annotations

ONE_SMS = 160  # septets
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€")


def septets(text: str) -> int:
    """How many septets a text takes. Raises: ValueError for a character that is not GSM."""
    strange = set(text) - _BASIC - _EXTENDED
    if strange:
        raise ValueError(f"not in the GSM alphabet: {sorted(strange)}")
    return sum(2 if one in _EXTENDED else 1 for one in text)
