"""What a form or an address says, as far as the store can be asked it."""

from __future__ import annotations

_DIGITS = 18  # of a row's id, at most


def number(typed: object) -> int:
    """A row's id; 0 for what is none."""
    text = typed if isinstance(typed, str) else ""
    return int(text) if text.isdecimal() and len(text) <= _DIGITS else 0


def plain(typed: object) -> str:
    """Words; "" for a file, and for nothing."""
    return typed.strip() if isinstance(typed, str) else ""
