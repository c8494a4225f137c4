"""Roads that "raya" announces, "jalan" left out: "Ciledug Raya tergenang", "macet di Raya Bogor".

Main roads are called after the town at their other end: without this they are taken for it.
"""

from __future__ import annotations

from nlu.places import words
from nlu.places.gazetteer import LONGEST, Gazetteer
from nlu.places.names import Named, known_road
from nlu.places.tokens import Tokens

#: What may stand before "Raya Bogor"; other words make it "Kebun Raya Bogor" or "hari raya".
_BEFORE = (words.STOP | words.PREPOSITIONS | words.RELATIONS.keys()) - {"hari", "indonesia"}
#: The towns themselves with all around them: "warga Bekasi Raya", "kota Bogor Raya".
_REGION = words.listed("warga wilayah kawasan daerah kota kab kabupaten se")


def roads(tokens: Tokens, facts: Gazetteer) -> dict[int, Named]:
    """Such roads, by their first word; nearly every text has none."""
    if "raya" not in tokens.words:
        return {}
    found: dict[int, Named] = {}
    for at, word in enumerate(tokens.words):
        if word == "raya":
            named = _ending(tokens, at, facts) or _beginning(tokens, at, facts)
            if named:
                found.setdefault(named.first, named)
    return found


def _ending(tokens: Tokens, raya: int, facts: Gazetteer) -> Named | None:
    """The longest name of a road right before "raya": "Pasar Minggu Raya"."""
    found = None
    for first in range(raya - 1, max(raya - LONGEST, -1), -1):
        if not tokens.joins[first]:
            break
        if "".join(tokens.words[first:raya]) in facts.roads:
            found = first
    if found is None or _common(tokens, found, raya):
        return None
    if found and tokens.joins[found - 1] and tokens.raw[found - 1] in _REGION:
        return None
    return known_road(tokens, found, facts)


def _common(tokens: Tokens, first: int, end: int) -> bool:
    """Whether the name is a word like any other: "di tengah raya"."""
    alone = end - first == 1 and tokens.raw[first] in words.COMMON_ROADS | words.STOP
    return alone and not tokens.capital(first)


def _beginning(tokens: Tokens, raya: int, facts: Gazetteer) -> Named | None:
    """The road behind "raya", where all the table calls it so: "Raya Bogor"."""
    joins = raya > 0 and tokens.joins[raya - 1]
    if joins and tokens.raw[raya - 1] not in _BEFORE:
        return None
    if not tokens.joins[raya]:
        return None
    named = known_road(tokens, raya + 1, facts)
    if named is None or "Raya" not in named.name.split() or _common(tokens, raya + 1, named.end):
        return None
    return Named(raya, named.end, named.name, named.facts)
