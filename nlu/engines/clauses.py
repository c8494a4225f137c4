"""A second complaint in one text: its own clause tells of it, and another one of the first.

Of a whole text the second best category says little: most runners-up are doubt, not a second thing.
So a text that leaves room for a second one is cut at sentences, commas and joining words, and each
clause is read by itself.
"""

from __future__ import annotations

import re

from nlu.engines.joint import CATEGORIES, Scores

ROOM = 0.02  # of the whole text for the second category, or no clause is looked at
OTHER = 0.9  # how sure the clause of the second complaint must be,
OWN = 0.8  # and that of the first: chosen on held-out texts of the corpus
COMPLAINTS = frozenset(CATEGORIES) - {"bukan_aduan", "tidak_jelas"}
_FEWEST = 2  # words of a clause; what is shorter says nothing alone
_MOST = 8  # clauses that are looked at
_CUT = re.compile(
    r"[.!?]+(?=\s|$)|[;,\n]+|[&+]|\b(?:dan|dn|serta|plus|sekaligus|lalu|trus|trs|udah gitu|"
    r"abis itu|selain itu|sedangkan|and)\b",
    re.IGNORECASE,
)


def clauses(text: str) -> list[str]:
    """The clauses of a text whose places are masked; [] for a text of one."""
    found = [part for part in _CUT.split(text) if len(part.split()) >= _FEWEST][:_MOST]
    return found if len(found) > 1 else []


def second(main: str, likely: set[str], topics: Scores) -> str | None:
    """The category of the second complaint, or None.

    Args:
        main: the category of the whole text.
        likely: categories that the whole text leaves room for.
        topics: probabilities of the categories, a row per clause.
    """
    tops = [(float(row.max()), CATEGORIES[int(row.argmax())]) for row in topics]
    if not any(category == main and sure >= OWN for sure, category in tops):
        return None
    others = [
        one for one in tops if one[1] != main and one[0] >= OTHER and one[1] in COMPLAINTS & likely
    ]
    return max(others)[1] if others else None
