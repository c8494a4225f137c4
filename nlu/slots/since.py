"""Since when: "sudah 3 hari", "sejak semalam", "for two weeks". Value: the words."""

from __future__ import annotations

import re

from nlu.numerals import WORD
from nlu.understanding import Entity

_UNIT = (
    r"(?:menit|mnt|jam|jm|hari|hr|minggu|mgg|mggu|bulan|bln|tahun|taun|thn|th|dekade|pekan|malam|"
    r"hours?|days?|weeks?|months?|years?)"
)
_NUMBER = (
    rf"(?:\d{{1,3}}(?:\s?[-–/]\s?\d{{1,3}})?|{WORD}|"
    r"beberapa|bbrp|sekian|setengah|one|two|three|four|five|six|several|a few)"
)
_LONG = (
    r"(?:se(?:hari|minggu|bulan|tahun|taun|jam|pekan|malam(?:an)?|harian)|"
    r"ber(?:jam|hari|minggu|bulan|tahun)(?:[-\s]?(?:jam|hari|minggu|bulan|tahun)|2)?|lama|lm)"
)
_ONE = r"se(?:hari|minggu|bulan|tahun|taun|pekan)"
# What lasts, behind a bare span of time: "3 bulan lampu mati".
_STATE = (
    r"(?=\s(?:(?:lampu|air|listrik|sampah|jalan|got|saluran|pju)(?:nya)?\s)?"
    r"(?:mati|padam|rusak|mampet|numpuk|menumpuk|gelap|bocor)\b)"
)
_NOT_LASTING = ("tiap ", "umur ", "usia ", "anak ")
_MOMENT = (
    r"(?:semalam(?:an)?|semalem|kemarin(?:\s(?:pagi|siang|sore|malam))?|kemaren|kmrn|tadi"
    r"(?:\s?(?:pagi|siang|sore|malam|malem|subuh))?|pagi|siang|sore|malam|subuh|dulu|lama|"
    r"(?:hari\s)?(?:senin|selasa|rabu|kamis|jumat|jum'at|sabtu|minggu)(?:\s(?:lalu|kemarin))?|"
    r"(?:minggu|bulan|tahun|pekan)\s(?:lalu|kemarin|kmrn)|lebaran|(?:awal|akhir)\s(?:bulan|tahun|"
    r"minggu)|"
    r"(?:pukul|jam|jm|pkl)\s?\d{1,2}(?:[.:]\d{2})?(?:\s(?:pagi|siang|sore|malam))?|"
    r"(?:bulan\s)?(?:januari|februari|maret|april|mei|juni|juli|agustus|september|oktober|november|"
    r"desember)(?:\s20\d\d)?|(?:tahun\s|thn\s)?20\d\d|tanggal\s\d{1,2}(?:\s[a-z]+)?|"
    r"last\s(?:night|week|month|year)|yesterday|this\smorning|monday|tuesday|wednesday|thursday|"
    r"friday|saturday|sunday)"
)
_ABOUT = (
    r"(?:(?:hampir|sekitar|kurang\slebih|lebih\sdari|kira[-\s]kira|ada|mau|about|almost|over)\s)?"
)
_SINCE = re.compile(
    rf"\b(?:(?:sejak|semenjak|dari|dr|since|mulai)\s(?:{_ABOUT}{_NUMBER}\s?{_UNIT}(?:\s?(?:yang\s|"
    rf"yg\s)?(?:lalu|ago|"
    rf"terakhir))?|{_ONE}\s(?:yang\s|yg\s)?lalu|{_MOMENT}\b)"
    rf"|(?:sudah|sdh|udah|udh|dah|telah|udeh|uda|selama|slama|for|already|been)\s{_ABOUT}"
    rf"(?:{_NUMBER}\s?{_UNIT}(?:an)?|{_LONG})(?:\s?(?:lebih|lbh|terakhir|ini|lamanya))?"
    rf"|{_NUMBER}\s?{_UNIT}(?:an)?\s(?:lebih\s)?(?:terakhir|belakangan|gak|ga|tidak|tdk|belum|blm|"
    rf"lamanya)"
    rf"|(?:for|been)\san?\s(?:day|week|month|year)"
    rf"|{_ONE}\s(?:ini|terakhir|belakangan|(?:yang\s|yg\s)?lalu)"
    rf"|(?P<bare>{_NUMBER}\s?{_UNIT}{_STATE})"
    rf"|{_NUMBER}\s?{_UNIT}\s(?:yang\s|yg\s)?(?:lalu|ago)"
    rf"|ber(?:hari|minggu|bulan|tahun)(?:[-\s]?(?:hari|minggu|bulan|tahun)|2))\b"
)
_HINTS = re.compile(
    r"sejak|menjak|d(?:ari|r) |since|mulai|dah |sdh|udh|udeh|uda |lama|for |lalu|ago|akhir|ber|"
    r"already|hari|bulan|bln|thn|tahun|taun|ming|mgg|hr |jam|been"
)
# The same of what stands between two blanks.
_HINT_WORDS = re.compile(_HINTS.pattern.replace(" ", "$"))
_ENDING = (" gak", " ga", " tidak", " tdk", " belum", " blm")


def hinted(word: str) -> bool:
    """Whether a lower-cased text with this between two blanks may say since when."""
    return _HINT_WORDS.search(word) is not None


def find_since(low: str) -> list[Entity]:
    """Spans that say since when, in lower-cased text."""
    if not _HINTS.search(low):
        return []
    found = []
    for match in _SINCE.finditer(low):
        if match["bare"] and low[: match.start()].endswith(_NOT_LASTING):
            continue
        words = match[0]
        for ending in _ENDING:
            words = words.removesuffix(ending)
        end = match.start() + len(words)
        found.append(Entity(entity="since", value=words, start=match.start(), end=end))
    return found
