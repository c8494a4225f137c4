"""What the words around a name tell: whether it is one here, what it names, where from it.

Precision comes first: "hari senen", "ban karet", "kasur kapuk", "petugas kelurahan baru dua orang".
"""

from __future__ import annotations

from nlu.places import words
from nlu.places.gazetteer import Entry
from nlu.places.tokens import Tokens

_FEW = 4  # words beside the name in an answer


def believed(tokens: Tokens, at: int, end: int, entry: Entry, *, behind_street: bool) -> bool:
    """Whether words [at, end) mean the place; `behind_street`: they follow the name of a street."""
    previous = tokens.raw[at - 1] if at and tokens.joins[at - 1] else ""
    if previous in words.STUFF or previous in words.RAIDS or _no_name(tokens, at, previous):
        return False
    if not entry.cue:
        return True
    if _another_word(tokens, at, previous):
        return False
    if previous in words.AREA_CUES:
        return _no_adjective(tokens, at)
    if _answer(tokens, at, end):
        return True
    return _doubtful(tokens, at, end, entry, beside=behind_street and entry.members != 0)


def _doubtful(tokens: Tokens, at: int, end: int, entry: Entry, *, beside: bool) -> bool:
    """Whether a name that is a word as well is meant, within a longer text."""
    if entry.cue == "area":
        return end - at > 1 and _capitals(tokens, at, end)
    return beside or _opens_report(tokens, at, end) or _written_as_name(tokens, at, end)


def _no_name(tokens: Tokens, at: int, previous: str) -> bool:
    """Like "kali" in "5 kali baru diangkat", "kota" in "bis kota tua"."""
    if tokens.raw[at] == "kali":
        return previous.isdigit() or previous in words.COUNTS
    return tokens.raw[at] == "kota" and previous in words.BUSES


def _another_word(tokens: Tokens, at: int, previous: str) -> bool:
    day = previous in words.TIMES and tokens.words[at] == "senen"
    return day or previous in words.NEVER_AFTER


def _answer(tokens: Tokens, at: int, end: int) -> bool:
    """Whether the text is nothing else than the name: "gelora", "di kayu putih pak"."""
    if len(tokens) - (end - at) > _FEW or tokens.raw[at] in words.ADJECTIVES:
        return False
    beside = (*tokens.raw[:at], *tokens.raw[end:])
    return words.BESIDE_AN_ANSWER.issuperset(beside)


def _opens_report(tokens: Tokens, at: int, end: int) -> bool:
    """Whether the text is the name and what only a place can be: "kuningan macet parah"."""
    if tokens.raw[at] in words.DAYS:
        return False
    before = at == 1 and tokens.joins[0] and tokens.raw[0] in words.ONLY_OF_PLACES
    behind = at == 0 and end < len(tokens) and tokens.joins[end - 1]
    return before or (behind and tokens.raw[end] in words.ONLY_OF_PLACES)


def _capitals(tokens: Tokens, at: int, end: int) -> bool:
    return all(tokens.capital(word) for word in range(at, end))


def _no_adjective(tokens: Tokens, at: int) -> bool:
    """Unlike in "kelurahan baru satu orang"."""
    written = tokens.capital(at) or tokens.raw[at - 1] == "kel"
    return written or tokens.raw[at] not in words.ADJECTIVES


def _written_as_name(tokens: Tokens, at: int, end: int) -> bool:
    """A preposition before it, or a capital that no sentence asks for."""
    previous = tokens.raw[at - 1] if at and tokens.joins[at - 1] else ""
    if previous in words.PREPOSITIONS:
        return True
    if _capitals(tokens, at, end):
        return end - at > 1 or not tokens.opens_sentence(at)
    return not tokens.cased and words.RELATIONS.get(previous) in words.DIRECTIONS


def said_level(tokens: Tokens, at: int) -> str:
    """The level of an area that the word before its name tells; "" when it tells none."""
    previous = tokens.raw[at - 1] if at else ""
    if previous in words.KELURAHAN_CUES:
        return "kelurahan"
    if previous in words.KECAMATAN_CUES:
        return "kecamatan"
    return "kota" if previous in words.KOTA_CUES else ""


def said_relation(tokens: Tokens, at: int) -> str:
    """Where from the place the trouble is: the word before its name, or before "daerah"."""
    before = at - 1
    if before > 0 and tokens.raw[before] in words.AREA_CUES and tokens.joins[before]:
        before -= 1
    if before < 0 or not tokens.joins[before]:
        return ""
    return words.RELATIONS.get(tokens.raw[before], "")
