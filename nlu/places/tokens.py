"""A text as words with offsets, spelled the way that the tables are.

Folding keeps every offset: one character becomes one character, so a span of the folded text is a
span of the citizen's text.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise

from nlu.places.words import ABBREVIATED, EXPANSIONS, GLUED

_WORD = re.compile(r"[a-z]+|[0-9]+")
_PARTS = re.compile(rf"({_WORD.pattern})")
_HASHTAG = re.compile(r"#\w+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_GLUED = re.compile(
    rf"#(?:{'|'.join(GLUED)})(?=[a-z]{{5}})|(?<=[a-z]{{5}})(?=(?:{'|'.join(GLUED)})\b)"
)
_LOOSE = re.compile(r"[ .\-_'’`/\t]{0,4}")
_ABBREVIATION = 3  # letters before a full stop that may be one; a longer word ends a sentence


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    plain = unicodedata.normalize("NFKD", character)[:1].lower()
    return plain if len(plain) == 1 else " "


def fold(text: str) -> str:
    """Lower case without accents and letters in disguise; as long as `text`."""
    return text.lower() if text.isascii() else "".join(map(_fold_character, text))


def squash(name: str) -> str:
    """The key of a name: its letters and digits. "Pulo Gadung" and "pulogadung" have the same."""
    return "".join(_WORD.findall(fold(name)))


def key(name: str) -> str:
    """The key of a name as `tokenise` would read it, abbreviations written out."""
    return "".join(EXPANSIONS.get(word, word) for word in _WORD.findall(fold(name)))


# Not frozen: it is made for every text, and freezing costs half as much again.
@dataclass(slots=True)
class Tokens:
    """Words in order; all tuples have the same length. Nobody changes them."""

    text: str  # as given
    folded: str
    raw: tuple[str, ...]  # folded, as written
    words: tuple[str, ...]  # abbreviations written out
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    joins: tuple[bool, ...]  # whether a name may go on from this word to the next
    _cased: bool | None = None

    @property
    def cased(self) -> bool:
        """The text has capitals and small letters, so that a capital means something."""
        if self._cased is None:
            self._cased = _has_cases(self.text)
        return self._cased

    def __len__(self) -> int:
        return len(self.words)

    def capital(self, at: int) -> bool:
        """Whether a word is written with a capital and the text's capitals mean something."""
        return self.cased and self.text[self.starts[at]].isupper()

    def opens_sentence(self, at: int) -> bool:
        """Whether a word stands first in its sentence, where everything has a capital."""
        if at == 0:
            return True
        gap = self.folded[self.ends[at - 1] : self.starts[at]]
        return any(mark in gap for mark in ".!?\n:") and len(self.raw[at - 1]) > 3  # noqa: PLR2004 (Jl., Kel.)


def tokenise(text: str) -> Tokens:
    """Cut a text into words and numbers. Never fails."""
    folded = fold(text)
    parts = _PARTS.split(folded)  # what stands between, word, between, word, ..., between
    edges = [*accumulate(map(len, parts))]
    starts, ends = tuple(edges[0:-1:2]), tuple(edges[1::2])
    raw, gaps = tuple(parts[1::2]), parts[2:-1:2]
    if "#" in text:
        starts, ends = _uncamel(text, starts, ends)
        raw = tuple([folded[start:end] for start, end in zip(starts, ends, strict=True)])
        gaps = [folded[end:then] for end, then in zip(ends, starts[1:], strict=False)]
    return Tokens(
        text=text,
        folded=folded,
        raw=raw,
        words=_spelled(raw),
        starts=starts,
        ends=ends,
        joins=_joins(raw, gaps),
    )


def _spelled(raw: tuple[str, ...]) -> tuple[str, ...]:
    if EXPANSIONS.keys().isdisjoint(raw) and "rw" not in raw:
        return raw
    words = [EXPANSIONS.get(word, word) for word in raw]
    if "rw" in raw:
        for at, then in enumerate(raw[1:]):
            if raw[at] == "rw" and then.isalpha():  # "Rw. Badak", not "RW 03"
                words[at] = "rawa"
    return tuple(words)


def _joins(raw: tuple[str, ...], gaps: list[str]) -> tuple[bool, ...]:
    """For each word whether a name may go on behind it, over the gap to the next one."""
    if not raw:
        return ()
    if gaps.count(" ") == len(gaps):
        return (*(True,) * len(gaps), False)
    over = [
        gap == " " or not gap or _bridged(word, gap) for word, gap in zip(raw, gaps, strict=False)
    ]
    return (*over, False)


def _bridged(word: str, gap: str) -> bool:
    if "." in gap and len(word) > _ABBREVIATION and word not in ABBREVIATED:
        return len(gap) == 1  # "Jl.Mawar", "di mall. Petugas"
    return _LOOSE.fullmatch(gap) is not None


def _has_cases(text: str) -> bool:
    """Not all capitals, nor every word with a capital."""
    if text.islower() or text.isupper():
        return False
    words = text.split()
    small = sum([word[0].islower() for word in words])
    return small * 6 >= len(words)


def _uncamel(
    text: str, starts: tuple[int, ...], ends: tuple[int, ...]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """#BanjirKelapaGading is three words, #banjirtebet two."""
    cuts = {
        tag.start() + cut.end()
        for tag in _HASHTAG.finditer(text)
        for pattern in (_CAMEL, _GLUED)
        for cut in pattern.finditer(tag[0])
    }
    if not cuts:
        return starts, ends
    found: list[tuple[int, int]] = []
    for start, end in zip(starts, ends, strict=True):
        edges = [start, *sorted(cut for cut in cuts if start < cut < end), end]
        found.extend(pairwise(edges))
    return tuple([start for start, _ in found]), tuple([end for _, end in found])
