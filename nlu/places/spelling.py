"""Misspelled names of areas: "pulogadunh", "cengkarang", "kel. kembngan utra"; and of roads.

One typing error is found by an index of names with one letter left out: two words are one error
apart when they share such a shortening (or one is the other's). It costs a few dictionary look-ups
a word and is asked everywhere; two errors are only looked for behind a cue, by rapidfuzz.
"""

from __future__ import annotations

import string
from collections import defaultdict
from collections.abc import Sequence
from functools import cache, lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from nlu.places.gazetteer import Area, Entry, gazetteer
from nlu.places.words import listed
from nlu.remembered import Remembered

SHORTEST = 7  # letters: below, too many words of the language are one error away from a name
SHORTEST_CUED = 5
SHORTEST_FAR = 9
SHORTEST_ROAD = 9  # there are thousands that the gazetteer lacks, and short ones are alike
_WHOLE = 1 << 20  # more letters than a text has
_END = 3
_LETTERS = string.ascii_lowercase + string.digits

#: Words one error away from a name.
_NO_TYPOS = listed(
    """
    bangkai bintara cianjur dikembangkan gedung gendong gudang kambangan kampungan kampungku
    kebagian kembali kembangin kembangkan kenarin keterangan keturangan manggaraian
    mantengin menteri pancaran pancuran panjaringan pasangan pegangan pegangannya pengadilan
    penggalangan penggilingannya penyaringan perempatan petunjukan ragukan rambatan sambutan
    senangan senangnya senayang sukabumi susulan tangkai tanjungan terbangan
    """
)


@cache
def _names() -> tuple[frozenset[str], dict[str, tuple[str, ...]]]:
    """Keys of areas, and for each shortening of a key the keys that it comes from."""
    keys = frozenset(
        written
        for written, entry in gazetteer().names.items()
        if len(written) >= SHORTEST_CUED and any(isinstance(fact, Area) for fact in entry.facts)
    )
    return keys, _shortened(keys)


@cache
def _roads() -> tuple[frozenset[str], dict[str, tuple[str, ...]]]:
    """The same of roads."""
    keys = frozenset([written for written in gazetteer().roads if len(written) >= SHORTEST_ROAD])
    return keys, _shortened(keys)


def _shortened(keys: frozenset[str]) -> dict[str, tuple[str, ...]]:
    shortened: dict[str, set[str]] = defaultdict(set)
    for written in keys:
        for short in _shortenings(written):
            shortened[short].add(written)
    return {short: tuple(sorted(names)) for short, names in shortened.items()}


def _shortenings(word: str) -> set[str]:
    return {word[:at] + word[at + 1 :] for at in range(len(word))}


@cache
def _ends() -> tuple[dict[str, int], dict[str, int]]:
    """What keys begin with; and what they end with, behind their first letter.

    Of each the lengths of these keys, as bits.
    """
    keys, _ = _names()
    heads: dict[str, int] = defaultdict(int)
    tails: dict[str, int] = defaultdict(int)
    for key in keys:
        for at in range(len(key) + 1):
            heads[key[:at]] |= 1 << len(key)
            tails[key[0] + key[max(at, 1) :]] |= 1 << len(key)
    return dict(heads), dict(tails)


def resembles(words: Sequence[str], joins: Sequence[bool], at: int) -> bool:
    """Whether `near` may find something, without a cue, in one to three words from `at` on.

    One error leaves one half of a name whole, and `near` wants the first letter right.

    Args:
        words: of a text.
        joins: for each word whether a name may go on from it to the next.
        at: the first word that is asked about.
    """
    alone, size, stem, initial, _ = _shapes[words[at]]
    if alone or not joins[at]:
        return alone
    _, following, _, _, endings = _shapes[words[at + 1]]
    third = joins[at + 1]
    if third:
        endings |= _shapes[words[at + 2]][4]
    if not initial & endings and (size + following) // 2 > stem:
        return False  # no half of a name in any of them: so it is with most
    return _together(words[at : at + (3 if third else 2)])


def _together(words: Sequence[str]) -> bool:
    joined = words[0]
    for word in words[1:]:
        joined += word
        if _half_a_name(joined):
            return True
    return False


def _half_a_name(word: str) -> bool:
    """Whether a half of it is that of a name that is as long, give or take a letter."""
    size = len(word)
    if size < SHORTEST:
        return False
    heads, tails = _ends()
    half = size // 2
    lengths = heads.get(word[:half], 0) | tails.get(word[0] + word[half + 1 :], 0)
    return lengths >> (size - 1) & 0b111 != 0


def _shape(word: str) -> tuple[bool, int, int, int, int]:
    """What a word tells of itself, and of words put together with it in front or at the end.

    Answers: whether it resembles a name; its length; how many of its first letters a name begins
    with, more than any word has if all; its first letter as a bit; the first letters of names that
    end like it, as bits. A second half has three letters or more (SHORTEST): so many are looked at.
    """
    heads, tails = _ends()
    stem = sum(word[: at + 1] in heads for at in range(len(word)))
    end = word[-_END:]
    endings = sum(
        1 << ord(letter) for letter in _LETTERS if len(end) < _END or letter + end in tails
    )
    size = len(word)
    return _half_a_name(word), size, _WHOLE if stem == size else stem, 1 << ord(word[0]), endings


_shapes = Remembered(_shape)


def near(word: str, *, cued: bool = False) -> str | None:
    """The one key that is a single typing error away; None when there is none, or several.

    Errors: a letter too many, too few, another one, or two exchanged.
    """
    if not (cued or _half_a_name(word)):
        return None
    if len(word) < SHORTEST_CUED or word in _NO_TYPOS or word.isdigit():
        return None
    return _near(word)


@lru_cache(maxsize=4096)
def _near(word: str) -> str | None:
    return _one_error(word, *_names())


@lru_cache(maxsize=4096)
def near_road(word: str) -> str | None:
    """The same among the keys of roads. Only for words behind "jalan".

    Not with another letter in place of one: Hang Lekiu and Hang Lekir are two streets.
    """
    name = None if len(word) < SHORTEST_ROAD else _one_error(word, *_roads())
    replaced = name is not None and len(name) == len(word) and sorted(name) != sorted(word)
    return None if replaced else name


def _one_error(
    word: str, keys: frozenset[str], shortened: dict[str, tuple[str, ...]]
) -> str | None:
    found = set(shortened.get(word, ()))
    for short in _shortenings(word):
        if short in keys:
            found.add(short)
        found.update(shortened.get(short, ()))
    found = {name for name in found if name[0] == word[0] and OSA.distance(name, word) == 1}
    return found.pop() if len(found) == 1 else None


@lru_cache(maxsize=4096)
def far(word: str) -> str | None:
    """The one key that is at most two typing errors away. Only for words behind a cue."""
    if len(word) < SHORTEST_FAR:
        return None
    keys, _ = _names()
    best = process.extract(word, keys, scorer=OSA.distance, score_cutoff=2, limit=2)
    if not best or (len(best) > 1 and best[0][1] == best[1][1]):
        return None
    return best[0][0]


def as_many_words(written: int, entry: Entry) -> bool:
    """A misspelled name has as many words as it should, or one: "pake ban" is no Paseban."""
    return written == 1 or any(len(fact.name.split()) == written for fact in entry.facts)
