"""The word in a card's address: its id, and a seal that only the gateway can make. Pure.

    /c/7k2p9x4mqd + hq3v7zka        10 characters of id (50 bits), 8 of seal (40 bits)

The whole must be short enough for an SMS, and typed without harm: no upper case. Whoever guesses
has to hit a card that is open and its seal at once; the id alone, which the card's row holds,
opens nothing.
"""

from __future__ import annotations

import base64
import hmac
import re

ID_LENGTH = 10
_BYTES = 5  # of the seal: HMAC-SHA256, cut (RFC 2104, section 5)
_ID = re.compile(rf"[0-9a-z]{{{ID_LENGTH}}}")
_WORD = re.compile(r"[0-9a-z]{18}")


def is_id(text: str) -> bool:
    """Tell what can be a card's id."""
    return _ID.fullmatch(text) is not None


def sealed(key: bytes, card_id: str) -> str:
    """The word for a card's address."""
    return card_id + _seal(key, card_id)


def opened(key: bytes, word: str) -> str | None:
    """The id of the card that a word names, None when we have not sealed it. In constant time."""
    word = word.lower()
    if not _WORD.fullmatch(word):
        return None
    card_id = word[:ID_LENGTH]
    good = hmac.compare_digest(_seal(key, card_id), word[ID_LENGTH:])
    return card_id if good else None


def _seal(key: bytes, card_id: str) -> str:
    mark = hmac.digest(key, f"card {card_id}".encode(), "sha256")[:_BYTES]
    return base64.b32encode(mark).decode().lower()
