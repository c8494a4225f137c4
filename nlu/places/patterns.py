"""Parts of an address that follow a pattern rather than a list: RT/RW and kilometre marks."""

from __future__ import annotations

import re

from nlu.numerals import WORD, spoken
from nlu.places.place import Mention
from nlu.places.words import UNITS

_NUMBER = r"0*(\d{1,3})"
_LIST = r"0*(\d{1,3}(?:\s?(?:,|&|dan|-)\s?0*\d{1,3}){0,4})"
_RT = rf"r\.?\s?t\.?\s?[:.]?\s?{_LIST}"
_RW = rf"r\.?\s?w\.?\s?[:.]?\s?{_NUMBER}"
_RT_RW = re.compile(
    rf"(?<![a-z]){_RT}\s?[/\\,.\-]?\s?(?:dan\s|di\s)?(?:{_RW}|[/\\\-]\s?{_NUMBER})?(?![a-z0-9])"
    rf"|(?<![a-z]){_RW}(?:\s?[/,]?\s?{_RT})?(?![a-z0-9])"
    rf"|(?<![a-z])r\.?t\.?\s?/\s?r\.?w\.?\s?[:.]?\s?{_NUMBER}(?:\s?[/\\,.\-]?\s?{_NUMBER})?(?![a-z0-9])"
)
_KM = re.compile(r"(?<![a-z0-9])km\.?\s?(\d{1,3})(?:([.,+])(\d{1,3}))?(?![a-z0-9/])")

_SPOKEN = rf"(?:nol\s+)*(?:{WORD})(?:\s+belas|\s+puluh(?:\s+(?:{WORD}))?)?"
#: A number of things rather than that of a neighbourhood: "pak RT dua kali ditelepon".
_COUNTED = rf"(?!\s+(?:{'|'.join(sorted(UNITS | {'belas', 'puluh', 'ratus', 'dari'}))})\b)"
_SAID = rf"(\d{{1,3}}|{_SPOKEN}\b{_COUNTED})(?![a-z0-9])"
_SAID_RT = rf"(rt|r\.t|erte|er\s?te|rukun\s+tetangga)\.?\s*{_SAID}"
_SAID_RW = rf"(rw|r\.w|erwe|er\s?we|rukun\s+warga)\.?\s*{_SAID}"
_SAID_RT_RW = re.compile(
    rf"(?<![a-z]){_SAID_RT}(?:\s*[,/]?\s*(?:dan\s+)?{_SAID_RW})?"
    rf"|(?<![a-z]){_SAID_RW}(?:\s*[,/]?\s*(?:dan\s+)?{_SAID_RT})?"
)
_SAID_HINT = re.compile(rf"r\.?[tw]\.?\s+(?:{WORD})")
#: What follows one number alone that is spelled out: "satu RT satu tabung" is no address.
_ENDS = re.compile(r"\s*(?:$|[,.;/\n]|(?:kel|kelurahan|kec|kecamatan|jl|jln|jalan|gang|gg|kp)\b)")
#: Before "RT" a person: "pak RT satu ini".
_PERSON = re.compile(r"\b(?:pak|bapak|bu|ibu|ketua|oknum)\s+$")


def find_rt_rw(text: str, folded: str) -> list[Mention]:
    """Neighbourhoods: "RT.005/RW 03", "rt05/03", "RW 09", "RT/RW 05/03", "rt lima rw sembilan"."""
    said = _said(text, folded)
    if "rt" not in folded and "rw" not in folded and "r.t" not in folded:
        return said
    written = [_rt_rw(text, match) for match in _RT_RW.finditer(folded)]
    return said + [one for one in written if not any(_overlap(one, other) for other in said)]


def _overlap(one: Mention, other: Mention) -> bool:
    return one.start < other.end and other.start < one.end


def _said(text: str, folded: str) -> list[Mention]:
    """Those of which a word or a number is written as it is spoken."""
    headed = "rukun" in folded or "er te" in folded or "er we" in folded
    if not (headed or "erte" in folded or "erwe" in folded or _SAID_HINT.search(folded)):
        return []  # so it is with nearly all
    return [one for match in _SAID_RT_RW.finditer(folded) if (one := _spoken(text, folded, match))]


def _spoken(text: str, folded: str, match: re.Match[str]) -> Mention | None:
    a_rt_word, a_rt, a_rw_word, a_rw, b_rw_word, b_rw, b_rt_word, b_rt = match.groups()
    rt, rw = a_rt or b_rt, a_rw or b_rw
    heads = {a_rt_word, a_rw_word, b_rw_word, b_rt_word} - {None}
    start, end = match.span()
    spelled_out = bool(re.search(WORD, f"{rt} {rw}"))
    if heads <= {"rt", "rw", "r.t", "r.w"} and not spelled_out:
        return None
    alone = spelled_out and not (rt and rw)
    if alone and (_PERSON.search(folded[:start]) or not _ENDS.match(folded, end)):
        return None
    name = _rt_rw_name(rt and str(spoken(rt)), rw and str(spoken(rw)))
    return Mention(start=start, end=end, surface=text[start:end], kind="rt_rw", name=name)


def _rt_rw(text: str, match: re.Match[str]) -> Mention:
    a_rt, a_rw, a_slash, b_rw, b_rt, c_rt, c_rw = match.groups()
    rt, rw = a_rt or b_rt or c_rt, a_rw or a_slash or b_rw or c_rw
    start = match.start()
    end = start + len(match[0].rstrip(" /\\,.-"))
    return Mention(
        start=start, end=end, surface=text[start:end], kind="rt_rw", name=_rt_rw_name(rt, rw)
    )


def _rt_rw_name(rt: str | None, rw: str | None) -> str:
    parts = []
    if rt:
        parts.append(f"RT {re.sub(r'(?<![0-9])0+(?=[0-9])', '', rt)}")
    if rw:
        parts.append(f"RW {rw}")
    return "/".join(parts)


def find_km(text: str, folded: str) -> list[Mention]:
    """Kilometre marks: "km 12", "KM. 12+300". A distance ("5 km") has its number first."""
    return [_km(text, match) for match in _KM.finditer(folded)] if "km" in folded else []


def _km(text: str, match: re.Match[str]) -> Mention:
    start, end = match.span()
    tail = f"{match[2]}{match[3]}" if match[3] else ""
    return Mention(
        start=start, end=end, surface=text[start:end], kind="km", name=f"KM {match[1]}{tail}"
    )
