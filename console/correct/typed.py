"""What a form or an address says, as far as the store can be asked it."""

from __future__ import annotations

from nlu import ticket

_DIGITS = 18  # of a row's id, at most
_LONGEST_NUMBER = 60  # characters of a ticket's number, with whatever stands around it


def number(typed: object) -> int:
    """A row's id; 0 for what is none."""
    text = typed if isinstance(typed, str) else ""
    return int(text) if text.isdecimal() and len(text) <= _DIGITS else 0


def plain(typed: object) -> str:
    """Words; "" for a file, and for nothing."""
    return typed.strip() if isinstance(typed, str) else ""


def ticket_in(typed: str) -> str:
    """The ticket number that somebody typed, with or without its prefix; else what he typed."""
    text = typed[:_LONGEST_NUMBER].strip()
    found = ticket.find(text) or ticket.find(f"{ticket.PREFIX} {text}")
    return found[0][0] if len(found) == 1 else text
