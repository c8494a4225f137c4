"""How deep the water is: words and figures to [low, high] in centimetres.

Body words are ranges because bodies differ. They follow the segment lengths of Drillis and Contini
(1966), as shares of height (ankle 0.04, knee 0.29, hip 0.53, waist 0.60, chest 0.72, shoulder 0.82,
chin 0.87), for Indonesian adults of 150 to 170 cm, widened to where one word ends and the next
begins. Things follow their usual size: a motorcycle's wheel about 60 cm across, a saddle at 75 to 80 cm, a
car's wheel 60 to 65 cm, a room's ceiling from 250 cm.
"""

from __future__ import annotations

import re

from nlu.understanding import Entity

Range = tuple[int, int]

BODY: dict[str, Range] = {
    "mata kaki": (5, 15), "tumit": (3, 8), "telapak kaki": (1, 5), "telapak": (1, 5),
    "semata kaki": (5, 15), "tulang kering": (15, 35), "betis": (15, 35), "bawah lutut": (25, 40),
    "lutut": (35, 55), "dengkul": (35, 55), "atas lutut": (50, 65), "paha": (55, 80),
    "selangkangan": (70, 85), "pinggul": (80, 95), "pantat": (75, 90), "bokong": (75, 90),
    "pinggang": (80, 105), "perut": (85, 110), "pusar": (90, 105), "udel": (90, 105),
    "dada": (105, 130), "ketiak": (115, 130), "bahu": (125, 140), "pundak": (125, 140),
    "leher": (130, 145), "dagu": (135, 145), "mulut": (140, 150), "hidung": (140, 155),
    "kepala": (145, 170), "orang dewasa": (150, 170), "orang": (150, 170),
    "ankle": (5, 15), "shin": (15, 35), "calf": (15, 35), "knee": (35, 55), "thigh": (55, 80),
    "hip": (80, 95), "waist": (80, 105), "stomach": (85, 110), "chest": (105, 130),
    "shoulder": (125, 140), "neck": (130, 145), "head": (145, 170),
}  # fmt: skip
THINGS: dict[str, Range] = {
    "setengah ban motor": (25, 35), "setengah ban mobil": (25, 35), "setengah ban": (25, 35),
    "separuh ban": (25, 35), "ban motor": (50, 65), "ban mobil": (55, 70), "ban": (50, 70),
    "knalpot motor": (20, 35), "knalpot": (20, 35), "jok motor": (70, 85), "jok": (70, 85),
    "stang motor": (90, 105), "stang": (90, 105), "mesin motor": (30, 50), "pelek": (40, 55),
    "kap mobil": (80, 100), "pintu mobil": (40, 70), "jendela mobil": (90, 120),
    "kaca mobil": (90, 120), "atap mobil": (140, 180), "jendela": (90, 130), "meja": (70, 80),
    "kasur": (40, 60), "kursi": (40, 50), "pintu": (190, 210), "plafon": (250, 350),
    "atap rumah": (250, 400), "genteng": (250, 400), "atap": (250, 400), "lantai dua": (300, 400),
    "lantai 2": (300, 400), "tiang listrik": (600, 900), "trotoar": (15, 25),
}  # fmt: skip
CHILD = 0.65  # a child of six is about 115 cm (WHO growth reference 2007)
UNITS = {"jengkal": 20.0, "hasta": 45.0, "depa": 160.0, "jari": 2.0, "kaki": 30.5, "feet": 30.5,
         "foot": 30.5, "ft": 30.5, "inch": 2.54, "inches": 2.54, "inci": 2.54}  # fmt: skip
_NUMBERS = {
    "satu": 1, "dua": 2, "tiga": 3, "empat": 4, "lima": 5, "enam": 6, "tujuh": 7, "delapan": 8,
    "sembilan": 9, "sepuluh": 10, "sebelas": 11, "satu setengah": 1.5, "dua setengah": 2.5, "setengah": 0.5, "separuh": 0.5, "one": 1, "two": 2,
    "three": 3, "half": 0.5, "a": 1,
}  # fmt: skip
MOST = 1000  # cm; more is a distance or a joke

_BODY = "|".join(sorted(BODY, key=len, reverse=True))
_THINGS = "|".join(sorted(THINGS, key=len, reverse=True))
_UP_TO = (
    r"(?:se(?:tinggi|dalam|batas|kitar|ukuran|kira)\s?|sampai\s|sampe\s|smpe\s|smp\s|ampe\s|nyampe\s|hingga\s|"
    r"mencapai\s|capai\s|sekitar\s|kira[-\s]kira\s|kurang\slebih\s|hampir\s|nyaris\s|tinggi(?:nya)?\s|"
    r"dalam(?:nya)?\s|dalem(?:nya)?\s|ketinggian(?:nya)?\s|kedalaman(?:nya)?\s|di\s?atas\s|di\s?bawah\s|se[-\s]?|"
    r"se(?=lutut|paha|dada)|melewati\s|lewat\s|batas\s|melebihi\s|udah\s|sudah\s|up\sto\s(?:the\s|my\s|our\s)?)+"
)
_WORDS = re.compile(
    rf"(?<!\w)(?:(?P<up>{_UP_TO})(?P<what>{_BODY}|{_THINGS})s?|(?P<half>(?:setengah|separuh)\sban(?:\s(?:motor|mobil))?)"
    rf"|(?P<bare>{_BODY})(?=\s(?:orang\sdewasa|org\sdewasa|dewasa|anak|orang)\b|[-\s](?:deep|high|level)\b"
    rf"|\s?(?:-|sampai|sampe|hingga)\s?(?:se)?(?:{_BODY})\b))"
    rf"(?P<whose>[-\s](?:kaki\s)?(?:(?:orang|org)\s)?(?:dewasa|anak(?:[-\s]anak|2)?(?:\skecil)?))?(?!\w)"
)
_REACHES = re.compile(r"se|sampai|sampe|hingga|capai|up to")
_AMOUNT = r"(?:\d{1,3}(?:[.,]\d{1,2})?|(?:dua|tiga|empat|lima|enam|tujuh|delapan|sembilan)\spuluh(?:\slima)?|" + (
    "|".join(sorted(_NUMBERS, key=len, reverse=True)) + ")"
)
_UNIT = (
    r"(?:cm|senti(?:\s?meter)?|centi(?:meters?)?|sentian|meter(?:an)?|mtr|meters?|metres?|m|jengkal|hasta|"
    r"inch(?:es)?|inci|feet|foot|ft)"
)
_FIGURES = re.compile(
    rf"(?<![\w.,])(?P<a>{_AMOUNT})\s?(?P<ua>{_UNIT})?(?:\s?(?:-|–|s/d|sd|s\.d\.|sampai|sampe|hingga|ke|to|/)\s?"
    rf"(?P<b>{_AMOUNT}))?\s?(?:(?:an\s)?(?P<u>{_UNIT}))(?P<an>an)?(?P<half>\ssetengah)?(?!\w)"
    rf"|(?<![\w.,])(?P<a1>{_AMOUNT})\s?(?P<u1>{_UNIT})(?P<half1>\ssetengah)?(?!\w)"
    rf"|(?<!\w)se(?P<one>meter|jengkal|hasta|depa)(?P<half2>\ssetengah)?(?:an)?(?!\w)"
)
_JOINED = re.compile(r"\s*(?:bahkan\s|dan\s|,\s?)?(?:-|–|s/d|sd|sampai|sampe|smpe|hingga|ke|atau|to|bahkan|/)\s*(?:dengan\s)?")
_WATER = ("banjir", "bnjir", "air", "genang", "rendam", "rob", "luap", "tinggi", "hujan", "water", "flood",
          "deep", "kebanjiran", "surut", "dalam", "dalem", "sedada", "tenggelam")  # fmt: skip
_DRY = ("rumput", "ilalang", "alang", "sampah", "lubang", "lobang", "galian", "pagar", "tembok", "puing",
        "kabel", "dahan", "ranting", "pohon", "semak", "tanaman", "tiang", "gundukan", "polisi tidur", "portal",
        "pothole", "hole", "grass", "spanduk")  # fmt: skip
_WET = ("banjir", "bnjir", "genang", "rendam", "rob ", "luap", "surut", "kebanjiran", "flood", "water", "air ")
_FAR_BEFORE = re.compile(
    r"(?:jarak|sepanjang|panjang(?:nya)?|lebar(?:nya)?|radius|sejauh|diameter|berukuran|ukuran|dari|"
    r"tiap|setiap|luas(?:nya)?|jauh(?:nya)?)\s(?:\w+\s)?(?:sekitar\s|kurang\slebih\s|hanya\s|cuma\s|±\s?)?$"
)
_FAR_AFTER = re.compile(
    r"\s(?:dari|sebelum|setelah|sesudah|menuju|arah|ke\sarah|lagi\ske|dr|dekat|from|away|before|after|"
    r"persegi|panjang|lebar|kubik)\b"
)
_HINTS = ("cm", "meter", "mtr", "senti", "centi", "jengkal", "hasta", "feet", "inch", "inci", " ft",
          *(word for word in BODY if word not in {"orang", "orang dewasa", "telapak"}),
          "ban", "knalpot", "jok", "stang", "kap mobil", "atap", "genteng", "plafon", "jendela",
          "0 m", "1 m", "2 m", "3 m", "5 m", "1m", "2m", "3m", "5m", "0m", "dewasa", "lantai", "meja", "trotoar",
          "pintu", "kasur", "kursi", "setinggi")  # fmt: skip


def find_depths(low: str) -> list[Entity]:
    """Depths in lower-cased text; two joined by "sampai" or "-" are one range."""
    if not any(hint in low for hint in _HINTS) or not _about_water(low):
        return []
    spans = sorted([*_figures(low), *_bodies(low)])
    merged: list[tuple[int, int, Range]] = []
    for start, end, range_ in spans:
        if merged and start < merged[-1][1]:
            continue  # "setinggi 50 cm" is found once
        if merged and _JOINED.fullmatch(low[merged[-1][1] : start] + _until(low[start:end])):
            first, _, before = merged.pop()
            merged.append((first, end, (min(before[0], range_[0]), max(before[1], range_[1]))))
        else:
            merged.append((start, end, range_))
    return [
        Entity(entity="depth_cm", value=[low_, high], start=start, end=end)
        for start, end, (low_, high) in merged
    ]


def _until(words: str) -> str:
    """The "sampai" that a second depth begins with, when it does."""
    return "-" if words.startswith(("sampai", "sampe", "smpe", "hingga", "up to")) else ""


def _about_water(low: str) -> bool:
    """Grass grows knee-high and holes are 30 cm wide: a depth needs water, or nothing dry at all."""
    if any(word in low for word in _DRY):
        return any(word in low for word in _WET)
    return any(word in low for word in _WATER) or len(low) < 40  # noqa: PLR2004 (an answer)


def _bodies(low: str) -> list[tuple[int, int, Range]]:
    found = []
    for match in _WORDS.finditer(low):
        what = match["what"] or match["bare"] or match["half"]
        up = match["up"] or ""
        if what == "orang" and "tinggi" not in up and "dalam" not in up:
            continue
        if what in THINGS and not what.startswith(("setengah", "separuh")) and not _REACHES.search(up):
            continue
        least, most = BODY.get(what) or THINGS[what]
        if re.search(r"di\s?atas\s*$|melebihi\s$|lewat\s$|melewati\s$", up):
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
        if _FAR_BEFORE.search(low[max(0, match.start() - 40) : match.start()]):
            continue
        if _FAR_AFTER.match(low, match.end()):
            continue
        range_ = _range(match)
        if range_ and 0 < range_[0] <= range_[1] <= MOST:
            found.append((match.start(), match.end(), range_))
    return found


def _range(match: re.Match[str]) -> Range | None:
    half = match["half"] or match["half1"] or match["half2"]
    if match["one"]:
        unit, figures = match["one"], [1.0]
    else:
        unit = match["u"] or match["u1"]
        figures = [_number(n) for n in (match["a"] or match["a1"], match["b"]) if n]
    if half:
        figures[-1] += 0.5
    sizes = [figure * _size(unit, figure) for figure in figures]
    if match["ua"]:
        sizes[0] = figures[0] * _size(match["ua"], figures[0])
    return round(min(sizes)), round(max(sizes))


def _number(said: str) -> float:
    if said[0].isdigit():
        return float(said.replace(",", "."))
    tens, _, ones = said.partition(" puluh")
    if _ or said not in _NUMBERS:
        return _NUMBERS[tens] * 10 + (5 if ones else 0)
    return float(_NUMBERS[said])


def _size(unit: str, figure: float) -> float:
    """Centimetres of one unit. "50 m" of water is a slip for cm: nobody reports fifty metres."""
    if unit in UNITS:
        return UNITS[unit]
    if unit.startswith(("m", "me")):
        return 100.0 if figure <= 10 else 1.0  # noqa: PLR2004
    return 1.0
