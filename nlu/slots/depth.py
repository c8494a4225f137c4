"""How deep the water is: words and figures to [low, high] in centimetres. Ranges: depth.yml."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any

import yaml

from nlu.numerals import DIGIT, WORDS, spoken
from nlu.slots.hints import holds, shortest, within_words
from nlu.understanding import Entity

Range = tuple[int, int]

_RULES: dict[str, Any] = yaml.safe_load(
    (files("nlu.slots") / "depth.yml").read_text(encoding="utf-8")
)
BODY: dict[str, Range] = {word: (low, high) for word, (low, high) in _RULES["body"].items()}
THINGS: dict[str, Range] = {word: (low, high) for word, (low, high) in _RULES["things"].items()}
UNITS: dict[str, float] = _RULES["units"]
CHILD = 0.65  # a child of six is about 115 cm (WHO growth reference 2007)
MOST = 600  # cm; more is a distance or a joke
ANSWER = 40  # characters; a shorter text may be the bare answer to "how deep?"

_NUMBERS: dict[str, float] = {**WORDS, **_RULES["numbers"]}
_BODY = "|".join(sorted(BODY, key=len, reverse=True))
_THINGS = "|".join(sorted(THINGS, key=len, reverse=True))
_HALF = ("setengah", "separuh", "halfway")
_TALL = ("orang", "mobil", "anak kecil")  # as high as they are; else they only pass through it
_HALVES = "|".join(sorted((t for t in THINGS if t.startswith(_HALF)), key=len, reverse=True))
_WAYS = ("trotoar", "pintu", "jendela")  # people and water come "lewat pintu"
_SINKS = r"(?:ban|jok|knalpot|atap)(?:\s(?:motor|mobil|rumah))?"
_UP_TO = (
    r"(?:se(?:tinggi|dalam|batas|kitar|ukuran|kira)\s?|sampai\s|sampe\s|smpe\s|smp\s|"
    r"(?:ny)?ampek?\s|hingga\s|(?:me)?nyentuh\s|(?:satu|1)\s(?=lutut|dengkul|pinggang|dada)|"
    r"mencapai\s|capai\s|sekitar\s|kira[-\s]kira\s|kurang\slebih\s|hampir\s|nyaris\s|"
    r"(?:ke)?(?:tinggi|dalam|dalem)(?:an)?(?:nya)?(?:\s?[:=])?\s|di\s?(?=bawah\slutut)|lebih\stinggi\sdari\s(?=orang|lutut|dada|kepala)|di\s?atas\s|"
    r"di\s?bawah\s|se[-\s]?|"
    r"se(?=lutut|paha|dada)|melewati\s|lewat(?:in)?\s|batas\s|melebihi\s|udah\s|sudah\s|sdh\s|udh\s|(?:up\sto|"
    r"reach(?:e[sd]|ing)?)\s(?:the\s|my\s|our\s)?)+"
)
_WORDS = re.compile(
    rf"(?<!\w)(?:(?P<up>{_UP_TO})(?P<what>{_BODY}|{_THINGS})s?|(?P<half>{_HALVES})s?"
    rf"|(?P<sunk>{_SINKS})(?=\s(?:(?:udah|sudah|sdh|udh)\s)?(?:tenggelam|(?:te|ke)rend[ae]m|kelelep))"
    rf"|(?<!.)(?P<answer>{_BODY})s?(?=[.!\s]*$)"
    rf"|(?P<bare>{_BODY})(?=\s(?:orang\sdewasa|org\sdewasa|dewasa|anak|orang|doang|aja)\b|[-\s](?:deep|high|"
    rf"level)\b"
    rf"|\s?(?:-|sampai|sampe|hingga|to)\s?(?:se)?(?:{_BODY})\b))"
    rf"(?P<whose>[-\s](?:kaki\s)?(?:(?:orang|org)\s)?(?:dewasa|anak(?:[-\s]anak|"
    rf"2)?(?:\skecil)?))?(?!\w)"
)
_REACHES = re.compile(r"se|sampai|amp|smpe?|hingga|capai|nyentuh|lewat|melebihi|up to|reach")
_ONES = f"(?:{DIGIT})"
_TENS = rf"{_ONES}\s?puluh(?:\s{_ONES})?"
_WRITTEN = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_FRACTIONS = {"½": 0.5, "¼": 0.25, "¾": 0.75, "1/2": 0.5, "1/3": 1 / 3, "1/4": 0.25, "3/4": 0.75}
_FRACTION = re.compile(rf"(\d?)\s?({'|'.join(_FRACTIONS)})")
_AMOUNT = (
    rf"(?:(?:\d\s)?(?:1/[234]|3/4)(?!\d)|\d?\s?[½¼¾]|\d{{1,3}}(?:[.,]\d{{1,2}})?|"
    rf"{_ONES}\skoma\s{_ONES}|seratus(?:\s(?:{_TENS}|{_WRITTEN}))?|{_TENS}|{_WRITTEN})"
)
_UNIT = (
    r"(?:cm|senti(?:\s?meter)?|centi(?:met(?:er|re)s?)?|sentian|meter(?:an)?|mtr|meters?|metres?|m|"
    r"jengkal|hasta|inch(?:es|i)?|inci|feet|foot|ft)"
)
_TO = (
    r"\s?(?:-|–|s/d|sd|s\.d\.?|(?:sampai|sampe|hingga)(?:\s(?:dengan|dgn))?|ke|to|atau|"
    r"(?<=antara\s\d\s)dan|(?<=antara\s\d\d\s)dan|(?<=between\s\d\s)and|(?<=between\s\d\d\s)and|/)\s?"
)
_FIGURES = re.compile(
    rf"(?<![\w.,])(?P<metres>\d)\s?m(?P<rest>\d\d)(?!\w)"
    rf"|(?<![\w.,])(?P<a>{_AMOUNT})(?:(?:\s?(?P<ua>{_UNIT}))?{_TO}(?P<b>{_AMOUNT}))?"
    rf"\s?(?:-?an\s)?(?P<u>{_UNIT})(?:an)?(?P<half>\ssetengah)?(?!\w)"
    rf"|(?<!\w)se\s?(?P<one>meter|jengkal|hasta|depa)(?P<half2>\ssetengah)?(?:an)?(?!\w)"
)
# Which of two depths holds: group 1 stands before the later one, the others before the earlier.
_WHEN = re.compile(
    r"\b(?:(sekarang|skrg|skrng|skr|kini|sisa|tinggal|now)|tadi|tadinya|kemar[ie]n|sempat|semula|"
    r"awalnya|was)\b"
)
_JOINED = re.compile(
    r"\s*(?:bahkan\s|dan\s|,\s?)?(?:-|–|s/d|sd|sampai|sampe|smpe|hingga|ke|atau|to|bahkan|"
    r"/)\s*(?:dengan\s)?"
)
_FAR_BEFORE = re.compile(
    r"(?:jarak|sepanjang|panjang(?:nya)?|lebar(?:nya)?|radius|sejauh|diameter|berukuran|ukuran|"
    r"(?<!lebih\s)(?<!kurang\s)dari|tinggi(?:kan|in)|(?:se)?tebal(?:nya)?|"
    r"tiap|setiap|luas(?:nya)?|jauh(?:nya)?)\s(?:\w+\s)?(?:sekitar\s|kurang\slebih\s|hanya\s|"
    r"cuma\s|±\s?)?$"
    r"|\b(?:jarak|sepanjang|antre?an|antrian)\b[\w\s.]{0,32},?\s(?:sekitar\s|cuma\s|hanya\s)?$"
    r"|\d\s?(?:cm|m|meter)?\s?[x×]\s?$"
    r"|\b(?:turun|surut)\s$"
    r"|(?:^|[,.(]\s?)(?:saya|aku|gue|gw)\s(?:tinggi\s)?$"  # their own height
)
_DEEP_BEFORE = re.compile(
    r"(?:tinggi(?:nya)?|ketinggian(?:nya)?|dalam(?:nya)?|kedalaman(?:nya)?)\s(?:air\s|sekitar\s)*$"
)
_FAR_AFTER = re.compile(
    r"\s?[x×]\s?\d|\s(?:dari(?!\s(?:jam|pukul|tadi|semalam|kemar[ie]n|subuh|pagi|permukaan|lantai|dasar)\b)|sebelum|setelah|sesudah|menuju|arah|ke\sarah|lagi\ske|dr|dekat|from|away|before|"
    r"after|"
    r"persegi|panjang|lebar|kubik)\b"
)
_HINTS = shortest([*_RULES["hints"], *(word for word in BODY if "orang" not in word)])
_HINT_WORDS = within_words(_HINTS)
_WATER, _DRY, _WET = (shortest(_RULES[kind]) for kind in ("water", "dry", "wet"))


def hinted(word: str) -> bool:
    """Whether a lower-cased text with this between two blanks may hold a depth."""
    return holds(word, _HINT_WORDS)


def find_depths(low: str) -> list[Entity]:
    """Depths in lower-cased text; two joined by "sampai" or "-" are one range."""
    if not _about_water(low) or not holds(low, _HINTS):
        return []
    spans = sorted([*_figures(low), *_bodies(low)])
    merged: list[tuple[int, int, Range]] = []
    for start, end, range_ in spans:
        if merged and start < merged[-1][1]:
            continue  # "setinggi 50 cm" is found once
        if merged and _JOINED.fullmatch(low[merged[-1][1] : start] + _until(low[start:end])):
            first, _, before = merged.pop()
            merged.append((first, end, (min(before[0], range_[0]), max(before[1], range_[1]))))
        elif merged and _continues(low[merged[-1][1] : start], merged[-1][2], range_):
            first, _, before = merged.pop()
            merged.append((first, end, (before[0] + range_[0], before[1] + range_[1])))
        elif merged and (when := [*_WHEN.finditer(low, merged[-1][1], start)]):
            merged = [(start, end, range_)] if when[-1][1] else merged
        else:
            merged.append((start, end, range_))
    return [
        Entity(entity="depth_cm", value=[low_, high], start=start, end=end)
        for start, end, (low_, high) in merged
    ]


def _continues(between: str, before: Range, range_: Range) -> bool:
    """Whether "1 meter" goes on with "20 cm": one height in two units."""
    whole = before[0] == before[1] and before[0] % 100 == 0
    return whole and between.isspace() and range_[0] == range_[1] < 100  # noqa: PLR2004


def _until(words: str) -> str:
    """The "sampai" that a second depth begins with, when it does."""
    return "-" if words.startswith(("sampai", "sampe", "smpe", "hingga", "up to")) else ""


def _about_water(low: str) -> bool:
    """Grass grows knee-high, holes are 30 cm wide: a depth needs water, or nothing dry at all."""
    if holds(low, _DRY):
        return holds(low, _WET)
    return len(low) < ANSWER or holds(low, _WATER)


def _bodies(low: str) -> list[tuple[int, int, Range]]:
    found = []
    for match in _WORDS.finditer(low):
        what = match["what"] or match["bare"] or match["half"] or match["sunk"] or match["answer"]
        up = match["up"] or ""
        if what in _TALL and "tinggi" not in up and "dalam" not in up:
            continue
        alone = match["half"] or match["sunk"] or what.startswith(_HALF)
        if what in THINGS and not alone and not _REACHES.search(up):
            continue
        if up.endswith(("lewat ", "lewatin ")) and what.startswith(_WAYS):
            continue
        least, most = BODY.get(what) or THINGS[what]
        if re.search(r"di\s?atas\s*$|melebihi\s$|lewat(?:in)?\s$|melewati\s$", up):
            least, most = most, round(most * 1.2)
        elif re.search(r"di\s?bawah\s*$", up):
            least, most = round(least * 0.6), least
        if "anak" in (match["whose"] or ""):
            least, most = round(least * CHILD), round(most * CHILD)
        found.append((match.start(), match.end(), (least, most)))
    return found


def _figures(low: str) -> list[tuple[int, int, Range]]:
    found = []
    for match in _FIGURES.finditer(low):
        before = low[max(0, match.start() - 40) : match.start()]
        deep = _DEEP_BEFORE.search(before)  # "setinggi 75 cm dari jalan" is no distance
        if not deep and (_FAR_BEFORE.search(before) or _FAR_AFTER.match(low, match.end())):
            continue
        range_ = _range(match)
        if range_ and 0 < range_[0] <= range_[1] <= MOST:
            found.append((match.start(), match.end(), range_))
    return found


def _range(match: re.Match[str]) -> Range | None:
    if match["metres"]:
        size = int(match["metres"]) * 100 + int(match["rest"])
        return size, size
    if match["one"]:
        unit, figures = match["one"], [1.0]
    else:
        unit = match["u"]
        figures = [_number(n) for n in (match["a"], match["b"]) if n]
    if match["half"] or match["half2"]:
        figures[-1] += 0.5
    sizes = [figure * _size(unit, figure) for figure in figures]
    if match["ua"]:
        sizes[0] = figures[0] * _size(match["ua"], figures[0])
    return round(min(sizes)), round(max(sizes))


def _number(said: str) -> float:
    if part := _FRACTION.fullmatch(said):
        return int(part[1] or 0) + _FRACTIONS[part[2]]
    if said[0].isdigit():
        return float(said.replace(",", "."))
    said = " ".join(said.split())  # a line may end within it
    if said in _NUMBERS:
        return float(_NUMBERS[said])
    if said.startswith("seratus"):
        rest = said.removeprefix("seratus").strip()
        return 100 + (_number(rest) if rest else 0)
    if " koma " in said:
        whole, _, tenths = said.partition(" koma ")
        return _NUMBERS[whole] + _NUMBERS[tenths] / 10
    return spoken(said.replace("puluh", " puluh "))  # "dua puluh", "duapuluh"


def _size(unit: str, figure: float) -> float:
    """Centimetres of one unit. "50 m" of water is a slip for cm; "300 meter" is a distance."""
    if unit in UNITS:
        return UNITS[unit]
    if unit.startswith("m"):
        slip = unit == "m" and figure > 10  # noqa: PLR2004
        return 1.0 if slip else 100.0
    return 1.0
