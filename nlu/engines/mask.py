"""Takes the names of places out of a text before it is classified.

A street's name says nothing about the complaint, and many mislead: Kampung Rambutan, Jalan Pintu
Air, Rawa Buaya. What the gazetteer finds becomes one word, in training as in serving. Of a market,
a river or a park the kind stays: it may be what the complaint is about ("Pasar Senen kotor").
"""

from __future__ import annotations

import re

from nlu.normalise import PLACE_MARK
from nlu.places.resolve import Resolution

_NAMES_ONLY = frozenset(
    {"kelurahan", "kecamatan", "kota", "area", "outside", "road", "gang", "complex", "rt_rw", "km",
     "coordinates", "link"}
)  # fmt: skip
_KIND = re.compile(
    r"(?:pasar|stasiun|halte|taman|sungai|kali|terminal|rs|rsud|sdn?|smpn?|sman?|masjid|jembatan|flyover|"
    r"underpass|waduk|situ|danau|rusun|tol|mall?|jpo|rptra|simpang|pintu air)\b",
    re.IGNORECASE,
)


def without_places(text: str, found: Resolution) -> str:
    """The text with PLACE_MARK for every name in `found`, whose offsets are into this text."""
    if not found.mentions:
        return text
    return "".join([piece for piece, _, _ in pieces(text, found)])


def pieces(text: str, found: Resolution) -> list[tuple[str, int, int]]:
    """What `without_places` is made of, each with the part of the text that it stands for."""
    parts, end = [], 0
    for mention in found.mentions:
        if mention.start < end:
            continue  # a name within a name
        kind = None
        if mention.kind not in _NAMES_ONLY:
            kind = _KIND.match(text, mention.start, mention.end)
        parts.append((text[end : mention.start], end, mention.start))
        if kind:
            parts.append((f"{kind[0]} ", mention.start, kind.end()))
        parts.append((PLACE_MARK, kind.end() if kind else mention.start, mention.end))
        end = mention.end
    parts.append((text[end:], end, len(text)))
    return parts
