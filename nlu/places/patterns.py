"""Parts of an address that follow a pattern rather than a list: RT/RW and kilometre marks."""

from __future__ import annotations

import re

from nlu.places.place import Mention

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


def find_rt_rw(text: str, folded: str) -> list[Mention]:
    """Neighbourhoods: "RT.005/RW 03", "rt 5 rw 3", "rt05/03", "RW 09", "RT/RW 05/03"."""
    if "rt" in folded or "rw" in folded or "r.t" in folded:
        return [_rt_rw(text, match) for match in _RT_RW.finditer(folded)]
    return []


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
