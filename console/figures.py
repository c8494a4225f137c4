"""How figures are written: shares, counts and times in the reader's language."""

from __future__ import annotations

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_UNITS = {"id": ("hr", "jam", "mnt"), "en": ("d", "h", "min")}


def percent(share: float, lang: str) -> str:
    """0.8333 as 83.3 %, in Indonesian 83,3 %."""
    said = f"{share * 100:.1f}"
    return (said.replace(".", ",") if lang == "id" else said) + " %"


def number(value: float, lang: str) -> str:
    """12345 as 12,345, in Indonesian 12.345."""
    said = f"{value:,.0f}"
    return said.replace(",", ".") if lang == "id" else said


def decimal(value: float, lang: str, digits: int = 3) -> str:
    """A figure of 0 to 1 with its digits."""
    said = f"{value:.{digits}f}"
    return said.replace(".", ",") if lang == "id" else said


def duration(seconds: float, lang: str) -> str:
    """Two units at most: 2 d 4 h, 3 h 20 min, 5 min, less than a minute as 1 min."""
    day, hour, minute = _UNITS[lang if lang in _UNITS else "en"]
    whole = max(round(seconds / _MINUTE), 1) * _MINUTE
    if whole >= _DAY:
        days, rest = divmod(whole, _DAY)
        hours = rest // _HOUR
        return f"{days} {day} {hours} {hour}" if hours else f"{days} {day}"
    if whole >= _HOUR:
        hours, rest = divmod(whole, _HOUR)
        minutes = rest // _MINUTE
        return f"{hours} {hour} {minutes} {minute}" if minutes else f"{hours} {hour}"
    return f"{whole // _MINUTE} {minute}"
