"""Names that a word announces: "Jl. ...", "Gang ...", "Komplek ...", "Stasiun ...", "SDN ...".

The gazetteer's longest name wins. Of others the extent is read off the text: a name ends at a
comma, at a word that is no name, at a change from capitals to small letters, at the next cue.
"""

from __future__ import annotations

from dataclasses import dataclass

from nlu.places import words
from nlu.places.gazetteer import LONGEST, Area, Entry, Gazetteer, Landmark, Neighbour
from nlu.places.spelling import near_road
from nlu.places.tokens import Tokens

MOST_WORDS = 4  # of a name that the gazetteer does not have
_TITLES = {"gang": "Gang", "complex": "Komplek"}


@dataclass(frozen=True, slots=True)
class Named:
    """Words [first, end) are the name proper; the announcing word stands before `first`."""

    first: int
    end: int
    name: str
    facts: tuple[Landmark, ...]
    exact: bool = True  # spelled as in the gazetteer


def headed(tokens: Tokens, at: int, facts: Gazetteer) -> Named | None:
    """A landmark behind any spelling of its kind: "st. tebet", "fly over pesing"."""
    first, heads = _heads(tokens, at)
    for head in heads:
        joined = head
        found: Named | None = None
        for end in range(first, min(first + LONGEST, len(tokens))):
            joined += tokens.words[end]
            entry = facts.names.get(joined)
            if entry:
                landmarks = tuple(fact for fact in entry.facts if isinstance(fact, Landmark))
                if landmarks:
                    found = Named(first, end + 1, landmarks[0].name, landmarks)
            if not tokens.joins[end]:
                break
        if found:
            return found
    return None


def _heads(tokens: Tokens, at: int) -> tuple[int, tuple[str, ...]]:
    """The heads that a word or two may stand for, and where the name behind them starts."""
    word = tokens.raw[at]
    if at + 1 < len(tokens) and tokens.joins[at]:
        double = words.DOUBLE_HEADS.get((word, tokens.raw[at + 1]))
        if double and at + 2 < len(tokens) and tokens.joins[at + 1]:
            return at + 2, (double,)
    single = words.HEADS.get(tokens.words[at])
    if single and at + 1 < len(tokens) and tokens.joins[at]:
        return at + 1, (single,)
    return at, ()


def road(tokens: Tokens, at: int, facts: Gazetteer) -> Named | None:
    """The road behind "Jl.", known or not. None when "jalan" is only the word for a road."""
    first = at + 1
    if first >= len(tokens) or not tokens.joins[at]:
        return None
    known = known_road(tokens, _skip_raya(tokens, first), facts)
    if known and not _only_words(tokens, at, known):
        return known
    if not _opens_name(
        tokens, _skip_raya(tokens, first), sure=tokens.raw[at] not in {"jalan", "jalanan"}
    ):
        return None
    start = _skip_raya(tokens, first)
    misspelled = _misspelled_road(tokens, start, facts)
    if misspelled:
        return misspelled
    end = _name_end(tokens, start, facts)
    return Named(first, end, f"Jalan {_written(tokens, first, end)}", ())


def _misspelled_road(tokens: Tokens, first: int, facts: Gazetteer) -> Named | None:
    """Of "Jln Pesanggerahan" the longest name of the gazetteer that is one error away."""
    joined, found = "", None
    for end in range(first, min(first + LONGEST, len(tokens))):
        if tokens.raw[end].isdigit() or tokens.raw[end] in words.STOP:
            break
        joined += tokens.words[end]
        name = near_road(joined)
        if name and joined not in facts.names:  # "Jl. Kebayoran Baru" is no Kemayoran Baru
            found = (end + 1, facts.roads[name])
        if not tokens.joins[end]:
            break
    if not found:
        return None
    end, streets = found
    return Named(first, _tail(tokens, end), streets[0].name, streets, exact=False)


def _only_words(tokens: Tokens, at: int, known: Named) -> bool:
    """Whether "jalan panjang" is a long road rather than Jalan Panjang: small letters tell."""
    alone = known.end == known.first + 1 and tokens.raw[known.first] in words.COMMON_ROADS
    spelled_out = tokens.raw[at] in {"jalan", "jalanan"}
    return alone and spelled_out and tokens.cased and not tokens.capital(known.first)


def _skip_raya(tokens: Tokens, at: int) -> int:
    skips = at + 1 < len(tokens) and tokens.words[at] == "raya" and tokens.joins[at]
    return at + 1 if skips else at


def known_road(tokens: Tokens, first: int, facts: Gazetteer) -> Named | None:
    """The longest name of a road of the gazetteer, "jalan" and "raya" left out at will."""
    joined, found = "", None
    for end in range(first, min(first + LONGEST, len(tokens))):
        if tokens.words[end] != "raya":
            joined += tokens.words[end]
        streets = facts.roads.get(joined)
        if streets:
            found = (end + 1, streets)
        if not tokens.joins[end]:
            break
    if not found:
        return None
    end, streets = found
    tail = _tail(tokens, end)
    if len(streets) > 1 and "raya" in tokens.words[max(first - 1, 0) : tail]:
        streets = tuple([one for one in streets if "Raya" in one.name.split()]) or streets
    name = streets[0].name
    if tail > end and not name.lower().endswith(f" {tokens.words[end]}"):
        name = f"{name} {_written(tokens, end, tail)}"
    return Named(first, tail, name, streets)


def _tail(tokens: Tokens, end: int) -> int:
    """Past the number or Roman numeral that makes "Jl. Tebet Timur Dalam" into one of ten."""
    if end >= len(tokens) or not tokens.joins[end - 1]:
        return end
    word = tokens.words[end]
    numbered = word.isdigit() and len(word) <= 3 and not _measure(tokens, end)  # noqa: PLR2004 (digits)
    if numbered or (word in words.ROMAN and _clear_roman(tokens, end)) or word == "raya":
        return end + 1
    return end


def _measure(tokens: Tokens, at: int) -> bool:
    joined = at + 1 < len(tokens) and tokens.joins[at]
    return joined and tokens.raw[at + 1] in words.UNITS


def _clear_roman(tokens: Tokens, at: int) -> bool:
    start, end = tokens.starts[at], tokens.ends[at]
    return tokens.text[start:end].isupper()


def open_ended(tokens: Tokens, at: int, facts: Gazetteer, kind: str) -> Named | None:
    """A name that the gazetteer does not have, behind a word that announces it."""
    first = at + 1
    if first >= len(tokens) or not tokens.joins[at]:
        return None
    numbered = tokens.raw[at] in words.NUMBERED_HEADS
    if not _opens_name(tokens, first, sure=_sure(tokens, at), numbered=numbered):
        return None
    end = _name_end(tokens, first, facts)
    if end == first:
        return None
    if kind == "complex" and end == first + 1 and tokens.raw[first] in words.ESTATE_HEADS:
        end = _past_area(tokens, end, facts)
    written = _written(tokens, first, end)
    title = _TITLES.get(kind) or _written(tokens, at, first)
    return Named(first, end, f"{title} {written}", ())


def _past_area(tokens: Tokens, end: int, facts: Gazetteer) -> int:
    """Past the area that an estate is called after: "Perumahan Taman Kedoya Baru"."""
    joined, past = "", end
    for at in range(end, min(end + LONGEST, len(tokens))):
        if not tokens.joins[at - 1]:
            break
        joined += tokens.words[at]
        entry = facts.names.get(joined)
        if entry and entry.members:
            past = at + 1
    tailed = past < len(tokens) and tokens.joins[past - 1]
    if past > end and tailed and tokens.raw[past] in words.ESTATE_TAILS | {"baru"}:
        past += 1
    return past


def _sure(tokens: Tokens, at: int) -> bool:
    """Whether a word can only announce a name: "gg" does, a "gang" may be any lane."""
    return tokens.raw[at] in {"gg", "kp"} or (tokens.raw[at] == "gang" and not tokens.cased)


def _opens_name(tokens: Tokens, at: int, *, sure: bool, numbered: bool = False) -> bool:
    """Whether a word begins a name.

    `sure`: the word before it says so; else it needs a capital, where capitals mean something.
    `numbered`: a number may be all of it.
    """
    word = tokens.words[at]
    if (word in words.STOP or word in words.UNITS or word in words.RELATIONS) and not (
        sure and tokens.capital(at)  # "Jl. Tanah Merdeka"
    ):
        return False
    if word.isdigit():
        apart = tokens.starts[at] > tokens.ends[at - 1]  # "rumah2" is many houses
        return (sure or (numbered and apart)) and len(word) <= 3 and not _measure(tokens, at)  # noqa: PLR2004 (digits)
    if tokens.raw[at] in words.AREA_CUES or tokens.raw[at] in words.ROAD_CUES:
        return False
    return sure or tokens.capital(at)


def _name_end(tokens: Tokens, first: int, facts: Gazetteer) -> int:
    """Where the name that starts at `first` ends."""
    proper = tokens.capital(first)
    end = first + 1
    while end < min(first + MOST_WORDS, len(tokens)) and tokens.joins[end - 1]:
        word = tokens.raw[end]
        if word.isdigit():
            if _measure(tokens, end) or len(word) > 3:  # noqa: PLR2004 (a house has no four digits)
                break
            if not tokens.raw[end - 1].isdigit() and end > first:
                end += 1
            break
        if _no_part(tokens, end, facts) or (proper and not tokens.capital(end)):
            break
        end += 1
    return end


def _no_part(tokens: Tokens, at: int, facts: Gazetteer) -> bool:
    """Whether a word inside a possible name shows that the name is over."""
    word = tokens.raw[at]
    if word in words.STOP and word not in {
        "raya",
        "dalam",
        "tengah",
        "besar",
        "kecil",
        "baru",
        "utama",
    }:
        return True
    if word in words.RELATIONS or word in words.ROAD_CUES or word in words.GANG_CUES:
        return True
    if word in words.AREA_CUES or word in words.COMPLEX_CUES or word in words.POI_HEADS:
        return True
    if word in {"rt", "rw", "no", "nomor", "nmr", "km"}:
        return True
    return _area_starts(tokens, at, facts)


def _area_starts(tokens: Tokens, at: int, facts: Gazetteer) -> bool:
    joined = ""
    for end in range(at, min(at + 4, len(tokens))):
        joined += tokens.words[end]
        entry = facts.names.get(joined)
        if entry and (_is_area(entry) if not entry.cue else _before_own(tokens, end, entry, facts)):
            return True
        if not tokens.joins[end]:
            break
    return False


def _is_area(entry: Entry) -> bool:
    return any(isinstance(fact, Area | Neighbour) for fact in entry.facts)


def _before_own(tokens: Tokens, end: int, entry: Entry, facts: Gazetteer) -> bool:
    """Whether a doubtful name stands right before the area that it lies in: "Joglo Kembangan"."""
    joined = ""
    for at in range(end + 1, min(end + 4, len(tokens))):
        if not tokens.joins[at - 1]:
            break
        joined += tokens.words[at]
        around = facts.names.get(joined)
        if around and around.members & entry.members:
            return True
    return False


def _written(tokens: Tokens, first: int, end: int) -> str:
    return " ".join(tokens.text[tokens.starts[first] : tokens.ends[end - 1]].split())
