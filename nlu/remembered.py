"""What is known of a word, worked out once: people say the same words again and again.

    _shout = Remembered(str.upper)
    list(map(_shout.__getitem__, "banjir lagi banjir".split()))  # two words are worked out

Asked at the speed of a dict. Bounded: it begins anew when it is full, and never keeps a long word,
which nobody says twice.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

MOST = 16_384  # words of each memory
LONGEST = 40  # characters of a word that is kept

Known = TypeVar("Known")


class Remembered(dict[str, Known]):
    """`remembered[word]` is `of(word)`.

    Args:
        of: a pure function of a word. What it answers is shared, so it must not change.
        most: words that are kept.
    """

    def __init__(self, of: Callable[[str], Known], most: int = MOST) -> None:
        super().__init__()
        self._of = of
        self._most = most

    def __missing__(self, word: str) -> Known:
        known = self._of(word)
        if len(word) <= LONGEST:
            if len(self) >= self._most:
                self.clear()
            self[word] = known
        return known
