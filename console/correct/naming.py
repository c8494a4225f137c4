"""A few typed letters become a category: its name in either language, its slug, or another word."""

from __future__ import annotations

from functools import cache

from nlu.categories import categories
from nlu.keywords import written

_NONE = 9


@cache
def words_for() -> dict[str, tuple[str, ...]]:
    """What each category is called, its names first: all in small letters, in the table's order."""
    return {
        slug: tuple(
            dict.fromkeys(
                one.casefold()
                for one in (*row.name.values(), slug.replace("_", " "), *written()[slug])
            )
        )
        for slug, row in categories().items()
    }


def named(typed: str) -> tuple[str, ...]:
    """The categories that some letters may mean, the best first; () for none.

    First those whose name begins so, then those with a word of the name, then with another word
    for it, then those that hold the letters anywhere. correct.js does the same while he types.
    """
    wanted = " ".join(typed.casefold().replace("_", " ").split())
    if not wanted:
        return ()
    ranks = {slug: _rank(wanted, slug) for slug in categories()}
    return tuple(sorted((one for one in ranks if ranks[one] < _NONE), key=ranks.__getitem__))


def _rank(wanted: str, slug: str) -> int:
    own = [name.casefold() for name in categories()[slug].name.values()]
    own.append(slug.replace("_", " "))
    if wanted in own:
        return 0
    if any(name.startswith(wanted) for name in own):
        return 1
    if any(f" {wanted}" in name for name in own):
        return 2
    if any(f" {word}".find(f" {wanted}") >= 0 for word in words_for()[slug]):
        return 3
    return 4 if any(wanted in word for word in words_for()[slug]) else _NONE
