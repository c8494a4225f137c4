"""The text of a mail: plain, format=flowed or HTML, chosen and read. Pure.

Source: RFC 2046 section 5.1.4 (alternatives), RFC 3676 (format=flowed).
"""

from __future__ import annotations

import re

from channels.email.fields import decode
from channels.email.mime import Part
from channels.email.page import seen

MOST_BYTES = 4_000_000  # of one plain text, encoded: no citizen writes more
_MOST_OF_A_PAGE = 1_000_000  # bytes
MOST_CHARACTERS = 100_000  # of all texts together
_HTML_CHARSET = re.compile(
    rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE
)


def plain(part: Part) -> str:
    """Read a text/plain part."""
    fields = part.fields
    text = decode(part.content(MOST_BYTES), fields.parameter("content-type", "charset"))
    text = text.replace("\r\n", "\n").replace("\r", "\n")[: MOST_CHARACTERS * 2]
    if fields.parameter("content-type", "format").lower() == "flowed":
        text = unflowed(text, delsp=fields.parameter("content-type", "delsp").lower() == "yes")
    return text


def unflowed(text: str, *, delsp: bool) -> str:
    """Join the lines that were broken for display (RFC 3676, section 4)."""
    joined: list[str] = []
    before, open_line = 0, False
    for line in text.split("\n"):
        words = line.lstrip(">")
        depth = len(line) - len(words)
        words = words.removeprefix(" ")
        soft = words.endswith(" ") and words != "-- "
        if soft and delsp:
            words = words[:-1]
        if open_line and depth == before and words != "-- ":
            joined[-1] += words
        else:
            joined.append(f"{'>' * depth} {words}" if depth else words)
        before, open_line = depth, soft
    return "\n".join(joined)


def html(part: Part, *, quotes: bool = False) -> str:
    """Read a text/html part as a person would see it; the mails quoted in it on request."""
    content = part.content(_MOST_OF_A_PAGE)
    named = part.fields.parameter("content-type", "charset")
    if not named and (found := _HTML_CHARSET.search(content, 0, 4_096)):
        named = found[1].decode()
    return seen(decode(content, named), quotes=quotes, most=MOST_CHARACTERS * 2)
