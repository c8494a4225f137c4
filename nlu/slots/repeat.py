"""How often it was reported: "laporan ke-3", "udah 4x lapor", "third report". Value: the count."""

from __future__ import annotations

import re

from nlu.numerals import WORDS
from nlu.slots.hints import holds
from nlu.understanding import Entity

_TIMES = {word: count for word, count in WORDS.items() if count > 1}
_ORDINALS = {
    **_TIMES, **{f"ke{word}": count for word, count in _TIMES.items()},
    "second": 2, "third": 3, "fourth": 4, "fifth": 5,
    "twice": 2, "two": 2, "three": 3, "four": 4, "five": 5,
}  # fmt: skip
_HINTS = ("lapor", "adu", "repo", "ompla", "kali")
SEVERAL = 2  # "berkali-kali": at least
_WORD = "|".join(sorted(_ORDINALS, key=len, reverse=True))
_TOLD = (
    r"(?:me)?(?:lapor(?:an|in|kan)?|adu(?:an|kan)?|pengaduan|ngadu|report(?:ed|ing)?"
    r"|komplain|complain(?:ed)?)"
)
_MANY = r"(?:ber)?(?:kali[-\s]?kali|kali2|ulang[-\s]?ulang|ulang2|ulang\skali)"
_FILLER = r"(?:(?:saya|kami|ini|yang|yg|sudah|udah|untuk|di|kali|time|banget|bgt)\s?)*"
_KE = f"ke(?:{'|'.join(_TIMES)})"
_REPEAT = re.compile(
    rf"\b(?:{_TOLD}\s{_FILLER}(?:ke\s?-?\s?(?P<a>\d{{1,2}})\b|(?P<b>{_KE})|(?P<m>{_MANY})"
    rf"|(?P<c>\d{{1,2}})\s?(?:x|kali|times)\b|(?P<d>{_WORD})\s?(?:kali|times)\b"
    rf"|(?P<g>twice)\b)"
    rf"|(?P<e>\d{{1,2}})\s?(?:x|kali|times|nd|rd|th)\s{_FILLER}{_TOLD}"
    rf"|(?P<f>{_WORD})\s(?:times\s)?{_FILLER}{_TOLD}"
    rf"|(?P<n>{_MANY}|sering(?:kali)?(?!\sadu\s))\s{_FILLER}{_TOLD}"
    rf"|ke\s?-?\s?(?P<j>\d{{1,2}})\s?kali(?:nya)?\s{_FILLER}{_TOLD}"
    rf"|(?P<k>{_KE})\s?kali(?:nya)?\s{_FILLER}{_TOLD}"
    rf"|ini\s(?:(?:sudah|udah|udh|sdh|yang|yg)\s)*(?:ke\s?-?\s?(?P<o>\d{{1,2}})|(?P<p>{_KE}))"
    rf"\s?kalinya(?=\s*(?:$|[.,!]|saya|kami))"
    rf"|(?:untuk|utk)\s(?:(?:yang|yg|kali)\s)*(?:ke\s?-?\s?(?P<h>\d{{1,2}})|(?P<i>{_KE}))"
    rf"(?:\s?kali(?:nya)?)?)"
)


def hinted(low: str) -> bool:
    """Whether a lower-cased text, or a word of it, may say how often."""
    return holds(low, _HINTS)


def find_repeats(low: str) -> list[Entity]:
    """Spans that say how often, in lower-cased text."""
    if not hinted(low):
        return []
    found = []
    for match in _REPEAT.finditer(low):
        groups = match.groupdict()
        if groups["m"] or groups["n"]:
            count = SEVERAL
        else:
            said = next(value for value in groups.values() if value)
            count = int(said) if said.isdigit() else _ORDINALS[said]
        if count > 1:
            found.append(Entity(entity="repeat", value=count, start=match.start(), end=match.end()))
    return found
