"""Which kind of thing a word speaks of: concepts.yml, looked up by the word or by its stem.

    >>> of_word("penumpukan")
    ('pile',)

A corpus says each thing in some words; a city says it in all of them. What is learnt of a concept
is known of every word that stands for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import yaml

SHORTEST = 4  # letters of a stem; what is shorter stands only for itself
_VERB = 6  # letters from which "di..." and "men..." are taken for a verb
# What is put back for the letter that a prefix swallowed: memotong is potong, menyapu is sapu.
_PREFIXES = (
    ("meng", "k"), ("peng", "k"), ("meny", "s"), ("peny", "s"), ("ber", ""), ("ter", ""),
    ("per", ""), ("mem", "p"), ("pem", "p"), ("men", "t"), ("pen", "t"), ("nge", ""), ("ny", "s"),
    ("ng", "k"), ("di", ""), ("ke", ""), ("se", ""), ("me", ""), ("pe", ""), ("be", ""),
    ("n", "t"), ("m", "p"),
)  # fmt: skip
_SUFFIXES = ("kannya", "annya", "inya", "kan", "nya", "lah", "kah", "an", "in", "i", "s", "ku")
DONE_TO, DOES = "_done_to", "_does"  # concepts of verbs that no list holds


@cache
def known() -> dict[str, tuple[str, ...]]:
    """The concepts of each word of the table, in its order."""
    rows: dict[str, str] = yaml.safe_load(
        (files("nlu") / "concepts.yml").read_text(encoding="utf-8")
    )
    words: dict[str, tuple[str, ...]] = {}
    for concept, listed in rows.items():
        for word in listed.split():
            words[word] = (*words.get(word, ()), concept)
    return words


def of_word(word: str) -> tuple[str, ...]:
    """The concepts of one normalised word; () where it has none. Some 5 microseconds."""
    words = known()
    said = next((words[form] for form in _forms(word) if form in words), ())
    return (*said, *_voice(word))


def _forms(word: str) -> Iterator[str]:
    """The word, and what may be its stem: first those that lose least."""
    yield word
    bare = [word, *(word.removesuffix(end) for end in _SUFFIXES if word.endswith(end))]
    bare = [one for one in bare if len(one) >= SHORTEST]
    yield from bare
    for one in bare:
        for prefix, swallowed in _PREFIXES:
            if one.startswith(prefix):
                rest = one[len(prefix) :]
                yield from (form for form in (rest, swallowed + rest) if len(form) >= SHORTEST)


def _voice(word: str) -> tuple[str, ...]:
    """A hole that is "ditambal" is wished or done, a crew that "menambal" reports of its work."""
    if len(word) < _VERB:
        return ()
    if word.startswith("di"):
        return (DONE_TO,)
    return (DOES,) if word.startswith(("mem", "men")) else ()
