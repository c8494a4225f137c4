"""Passwords: argon2id, and which ones are refused.

    passwords = Passwords()
    kept = await passwords.hashed("tujuh kerbau minum kopi")
    found = await passwords.check(kept, typed)     # found.right, found.renewed

A check takes a tenth of a second of a processor and 64 MB, on purpose. It runs in a thread, so
that citizens' messages do not wait for it, and two at most at a time, so that a flood of guesses
fills neither the machine nor its memory. An account that does not exist takes the same time.
Sources: RFC 9106 (argon2), section 4, the second recommended choice; NIST SP 800-63B, 3.1.1.2.
"""

from __future__ import annotations

import asyncio
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

SHORTEST = 12  # characters
LONGEST = 1024  # characters; more is no password but an attempt to keep us busy
_AT_ONCE = 2  # checks; the others queue
_OWN = 6  # characters that must remain when all that everybody uses has been taken away
_STEMS = Path(__file__).with_name("common.txt")


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """What a check found."""

    right: bool
    renewed: str | None = None  # keep this hash instead: it was made with older parameters


class Passwords:
    """Hashes and checks passwords. One for a process: it counts the checks under way."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._nobodys = ""

    async def hashed(self, password: str) -> str:
        """The hash to be kept, with its parameters and salt, as text (PHC string)."""
        async with self._room:
            return await asyncio.to_thread(self._hasher.hash, _typed(password))

    async def check(self, kept: str | None, password: str) -> Checked:
        """Whether the password is the one that was hashed; `kept` None is nobody's: never right."""
        if not self._nobodys:
            self._nobodys = await self.hashed("what nobody has for a password")
        async with self._room:
            return await asyncio.to_thread(self._check, kept, _typed(password))

    def _check(self, kept: str | None, password: str) -> Checked:
        if len(password) > LONGEST:
            password = ""  # checked all the same: the time tells nothing
        try:
            self._hasher.verify(kept or self._nobodys, password)
        except (VerificationError, InvalidHashError):
            return Checked(right=False)
        if kept is None:
            return Checked(right=False)
        old = self._hasher.check_needs_rehash(kept)
        return Checked(right=True, renewed=self._hasher.hash(password) if old else None)


def objection(password: str, *context: str) -> str | None:
    """Why a new password is refused: `short`, `long`, `common`; None when it is taken.

    `context` is what anybody would try for this account: its name, the service, the city.
    There is no rule on digits or signs: length is what counts.
    """
    password = _typed(password)
    if len(password) < SHORTEST:
        return "short"
    if len(password) > LONGEST:
        return "long"
    return "common" if _is_common(password, context) else None


def _typed(password: str) -> str:
    """One spelling, whichever keyboard it was typed on."""
    return unicodedata.normalize("NFKC", password)


def _is_common(password: str, context: tuple[str, ...]) -> bool:
    """Whether little is left without common words, the account's own, series and repetitions."""
    words = {part for word in context for part in re.split(r"\W+", word.casefold()) if part[2:]}
    left = password.casefold().translate(_LEET)
    for word in sorted({*_stems(), *words}, key=len, reverse=True):
        left = left.replace(word.translate(_LEET), " ")
    left = re.sub(r"(.+?)\1+", r"\1", left)  # abcabcabc, aaaa
    kept = [sign for sign in left if sign.isalnum()]
    series = sum(ord(after) - ord(before) in {-1, 0, 1} for before, after in pairwise(kept))
    return len(kept) - series < _OWN or len(set(kept)) < _OWN - 1


_LEET = str.maketrans("013457@$!", "oieastasi")


@cache
def _stems() -> frozenset[str]:
    lines = _STEMS.read_text(encoding="utf-8").split()
    return frozenset(lines)
