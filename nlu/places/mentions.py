"""Finds the places that a text names.

    find("Banjir depan Stasiun Tebet, RT 5 RW 3 kel. Manggarai")

Precision comes first: a name that is also a word ("Senen", "Karet", "Tengah") counts only with a
cue, a capital or a fitting neighbour. See `nlu.places.gazetteer.Cue`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nlu.places import names, raya, words
from nlu.places.belief import believed, said_level, said_relation
from nlu.places.gazetteer import (
    LONGEST,
    Area,
    Entry,
    Fact,
    Gazetteer,
    Landmark,
    Neighbour,
    gazetteer,
)
from nlu.places.patterns import find_km, find_rt_rw
from nlu.places.place import Mention
from nlu.places.spelling import as_many_words, far, near, resembles
from nlu.places.tokens import Tokens, tokenise
from nlu.places.words import EXPANSIONS
from nlu.remembered import Remembered

IN_A_NAME = "in a name"
_TWO_WORDS = 2
_PLACE_HEADS = words.POI_HEADS | words.KAMPUNG_CUES
_OWN_LETTERS = 6  # behind "kampung" or "pasar": any shorter word is one error from another
#: As written, a word that announces a name, be it known or not.
_ANNOUNCING = (
    words.ROAD_CUES
    | words.GANG_CUES
    | words.COMPLEX_CUES
    | words.POI_HEADS
    | words.KAMPUNG_CUES
    | words.HEADS.keys()
    | {first for first, _ in words.DOUBLE_HEADS}
)


#: What may be at a word, as bits.
_OPENING, _BEGINNING, _STRANGE = 1, 2, 4


def _role(raw: str) -> int:
    """What may be at a word, whatever stands around it; 0: no name begins there."""
    written = {raw, EXPANSIONS.get(raw, raw)} | ({"rawa"} if raw == "rw" else set())
    opening = not _ANNOUNCING.isdisjoint(written)
    beginning = not gazetteer().beginnings.isdisjoint(written)
    strange = not (raw in words.STOP or raw.isdigit())
    return _OPENING * opening | _BEGINNING * beginning | _STRANGE * strange


_roles = Remembered(_role)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A mention and the facts that it may mean: none when the gazetteer does not know it."""

    mention: Mention
    facts: tuple[Fact, ...]
    exact: bool  # spelled as in the gazetteer
    cue: str = ""  # level that the text says: kelurahan, kecamatan, kota


def find(text: str) -> tuple[Mention, ...]:
    """All mentions in order of their start. Never raises; offsets are into `text`."""
    return tuple([found.mention for found in search(text)])


def search(text: str) -> list[Found]:
    """The mentions with what they may mean."""
    tokens = tokenise(text)
    found = list(_Scan(tokens, gazetteer()).run())
    patterned = find_rt_rw(text, tokens.folded) + find_km(text, tokens.folded)
    found += [Found(mention, (), exact=True) for mention in patterned]
    if len(found) > 1:
        found.sort(key=lambda one: (one.mention.start, -one.mention.end))
    return found


@dataclass(frozen=True, slots=True)
class _Hit:
    """Words [at, end) are a name."""

    at: int
    end: int
    entry: Entry
    exact: bool


class _Scan:
    """One walk over the words of a text."""

    def __init__(self, tokens: Tokens, facts: Gazetteer) -> None:
        self._tokens = tokens
        self._facts = facts
        self._doubtful: list[_Hit] = []
        self._sure: list[_Hit] = []
        self._streets: set[int] = set()  # words right behind the name of a street
        self._rayas = raya.roads(tokens, facts)

    def run(self) -> Iterator[Found]:
        """Everything found: first what is sure, then doubtful names beside sure ones."""
        past = 0
        for at, role in enumerate(self._roles()):
            if at < past or not role:
                continue
            hit = self._known(at) if role & _BEGINNING else None
            if hit is None and not role & _OPENING and not (role & _STRANGE and self._alike(at)):
                continue  # no name can begin here: so it is with most words, and soon seen
            for found, until in self._at(at, hit):
                past = max(past, until)
                yield found
        for hit in self._doubtful:
            if self._beside_sure(hit):
                yield self._area(hit)

    def _roles(self) -> Iterable[int]:
        """What may be at each word, a road that "raya" announces included."""
        roles = map(_roles.__getitem__, self._tokens.raw)
        if not self._rayas:
            return roles
        return [role | _OPENING if at in self._rayas else role for at, role in enumerate(roles)]

    def _at(self, at: int, hit: _Hit | None) -> Iterator[tuple[Found, int]]:
        """What is found at a word; `hit`: the gazetteer's name there."""
        word = self._tokens.raw[at]
        if word in words.ROAD_CUES:
            yield from self._road(at, names.road(self._tokens, at, self._facts))
        elif at in self._rayas and not (hit and hit.end > self._rayas[at].end):
            yield from self._road(at, self._rayas[at])
        elif word in words.GANG_CUES:
            yield from self._named(at, "gang")
        elif word in words.COMPLEX_CUES and not hit:
            yield from self._complex(at)
        else:
            yield from self._name_or_poi(at, hit)

    # -- names of the gazetteer ------------------------------------------------------------

    def _name_or_poi(self, at: int, hit: _Hit | None) -> Iterator[tuple[Found, int]]:
        headed = names.headed(self._tokens, at, self._facts)
        if headed and (hit is None or headed.end > hit.end):
            yield self._make(at, headed.end, headed.facts[0].name, headed.facts), headed.end
            yield from self._inside(headed.first, headed.end, headed.facts)
        elif hit is not None:
            hit = self._longer(hit)
            if self._estate(hit):
                yield self._make(at, hit.end + 1, "", (), kind="complex"), hit.end + 1
                yield self._area(hit, IN_A_NAME), hit.end + 1
            elif self._believed(hit):
                self._sure.append(hit)
                yield self._area(hit), hit.end
                if not hit.entry.members:
                    marks = tuple(f for f in hit.entry.facts if isinstance(f, Landmark))
                    yield from self._inside(at + 1, hit.end, marks)
            else:
                self._doubtful.append(hit)
        elif self._tokens.raw[at] in _PLACE_HEADS:
            # "kampung melayuu" is a misspelled name before it is one that nobody knows.
            yield from self._misspelled_own(at) or self._unknown(at)
        else:
            yield from self._misspelled(at)

    def _misspelled_own(self, at: int) -> list[tuple[Found, int]]:
        """A name that opens with such a word; "kampung balik" is too short to be Kampung Bali."""
        tokens = self._tokens
        joined = at + 1 < len(tokens) and tokens.joins[at]
        long_enough = joined and len(tokens.raw[at + 1]) >= _OWN_LETTERS
        return list(self._misspelled(at)) if long_enough and self._alike(at) else []

    def _unknown(self, at: int) -> Iterator[tuple[Found, int]]:
        """A public place or a quarter that the gazetteer does not have."""
        if self._tokens.raw[at] in words.KAMPUNG_CUES:
            yield from self._named(at, "kampung")
        elif not self._before_landmark(at):
            yield from self._named(at, "poi")

    def _before_landmark(self, at: int) -> bool:
        """Whether a known landmark follows: the bridge of "JPO Halte Bidara Cina" has no name."""
        joined = at + 1 < len(self._tokens) and self._tokens.joins[at]
        return joined and names.headed(self._tokens, at + 1, self._facts) is not None

    def _known(self, at: int) -> _Hit | None:
        """The longest name of the gazetteer that starts at a word."""
        known, beginnings, found = self._facts.names, self._facts.beginnings, None
        joined, tokens = "", self._tokens
        for end in range(at, min(at + LONGEST, len(tokens.raw))):
            joined += tokens.words[end]
            if joined not in beginnings:
                break
            entry = known.get(joined)
            if entry is not None:
                found = _Hit(at, end + 1, entry, exact=True)
            if not tokens.joins[end]:
                break
        return found

    def _estate(self, hit: _Hit) -> bool:
        """Whether a tail makes the name of an area that of an estate: "Sunter Indah"."""
        tokens, end = self._tokens, hit.end
        tailed = end < len(tokens) and tokens.joins[end - 1]
        return tailed and hit.entry.members != 0 and tokens.raw[end] in words.ESTATE_TAILS

    def _longer(self, hit: _Hit) -> _Hit:
        """The longer name that is meant when its last word is misspelled: "Srengseng sawh"."""
        tokens, end = self._tokens, hit.end
        if end >= len(tokens) or not tokens.joins[end - 1] or tokens.raw[end] in words.STOP:
            return hit
        joined = "".join(tokens.words[hit.at : end + 1])
        name = near(joined) if hit.entry.members and not tokens.raw[end].isdigit() else None
        if name and as_many_words(end + 1 - hit.at, self._facts.names[name]):
            return _Hit(hit.at, end + 1, self._facts.names[name], exact=False)
        return hit

    def _alike(self, at: int) -> bool:
        """Whether a misspelled name may begin at a word; else `_misspelled` finds nothing."""
        return resembles(self._tokens.words, self._tokens.joins, at) or self._cued(at)

    def _cued(self, at: int) -> bool:
        return at > 0 and self._tokens.raw[at - 1] in words.AREA_CUES

    def _misspelled(self, at: int) -> Iterator[tuple[Found, int]]:
        tokens = self._tokens
        opens = tokens.raw[at] not in words.STOP or tokens.raw[at] in words.KAMPUNG_CUES
        if not opens or tokens.raw[at].isdigit():
            return
        cued = self._cued(at)
        joined, best = "", None
        for end in range(at, min(at + 3, len(tokens.raw))):
            if end > at and tokens.raw[end] in words.ROAD_CUES:
                break
            joined += tokens.words[end]
            name = near(joined, cued=cued) or (far(joined) if cued else None)
            if name and as_many_words(end + 1 - at, self._facts.names[name]):
                best = _Hit(at, end + 1, self._facts.names[name], exact=False)
            if not tokens.joins[end]:
                break
        if best and (cued or not best.entry.cue):
            self._sure.append(best)
            yield self._area(best), best.end

    def _believed(self, hit: _Hit) -> bool:
        behind = hit.at in self._streets
        return believed(self._tokens, hit.at, hit.end, hit.entry, behind_street=behind)

    def _beside_sure(self, hit: _Hit) -> bool:
        """The words beside are the area that the name lies in: "Melawai, Kebayoran Baru"."""
        return any(
            max(sure.at - hit.end, hit.at - sure.end) <= _TWO_WORDS
            and sure.entry.members & hit.entry.members
            for sure in self._sure
        )

    # -- names with a cue, known or not ----------------------------------------------------

    def _road(self, at: int, road: names.Named | None) -> Iterator[tuple[Found, int]]:
        if road is None:
            return
        self._streets.add(road.end)
        made = self._make(at, road.end, road.name, road.facts, kind="road", exact=road.exact)
        yield made, road.end
        yield from self._inside(road.first, road.end, road.facts)

    def _named(self, at: int, kind: str) -> Iterator[tuple[Found, int]]:
        named = names.open_ended(self._tokens, at, self._facts, kind)
        if named is None:
            return
        if kind != "poi":
            self._streets.add(named.end)
        yield self._make(at, named.end, named.name, (), kind=kind), named.end
        yield from self._inside(named.first, named.end)

    def _complex(self, at: int) -> Iterator[tuple[Found, int]]:
        """A housing estate, known or not: "Komplek Billy Moon" is Billy Moon."""
        hit = self._known(at + 1) if self._tokens.joins[at] else None
        if hit and isinstance(hit.entry.facts[0], Landmark):
            yield self._make(at, hit.end, hit.entry.name, hit.entry.facts), hit.end
        else:
            yield from self._named(at, "complex")

    def _inside(
        self, first: int, end: int, marks: tuple[Landmark, ...] = ()
    ) -> Iterator[tuple[Found, int]]:
        """Areas that a longer name names: Tebet in "Puskesmas Tebet".

        In the name of a known landmark only areas that it lies in: "Muara Angke" is not in Angke.
        A name that is also a word counts there as well, but nowhere else.
        """
        along = 0
        for mark in marks:
            along |= self._facts.along(mark)
        at = first
        while at < end:
            hit = self._known(at)
            wanted = along if marks else (0 if hit and hit.entry.cue else -1)
            if hit and hit.entry.members & wanted:
                yield self._area(hit, IN_A_NAME), max(end, hit.end)
                at = hit.end
            else:
                at += 1

    # -- making mentions -------------------------------------------------------------------

    def _area(self, hit: _Hit, relation: str = "") -> Found:
        level = said_level(self._tokens, hit.at)
        facts = hit.entry.facts
        said = tuple(f for f in facts if isinstance(f, Area) and f.level == level)
        return self._make(
            hit.at,
            hit.end,
            hit.entry.name,
            said or facts,
            exact=hit.exact,
            relation=relation,
            cue=level,
        )

    def _make(
        self,
        at: int,
        end: int,
        name: str,
        facts: tuple[Fact, ...],
        *,
        kind: str = "",
        exact: bool = True,
        relation: str = "",
        cue: str = "",
    ) -> Found:
        tokens = self._tokens
        start, stop = tokens.starts[at], tokens.ends[end - 1]
        mention = Mention(
            start=start,
            end=stop,
            surface=tokens.text[start:stop],
            kind=kind or kind_of(facts),
            name=name or " ".join(tokens.text[start:stop].split()),
            relation=relation or said_relation(tokens, at),
        )
        return Found(mention, facts, exact, cue)


def kind_of(facts: tuple[Fact, ...]) -> str:
    """The kind of a mention that may mean any of these."""
    areas = [fact for fact in facts if isinstance(fact, Area)]
    if len(areas) == len(facts) == 1:
        return areas[0].level
    if areas:
        return "area"
    first = facts[0]
    return "outside" if isinstance(first, Neighbour) else getattr(first, "kind", "area")
