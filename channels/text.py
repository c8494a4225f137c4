"""Words at the border: tidied when they come in, cut to the wire's measure when they go out.

Pure, and the same for every channel, so that no channel has its own idea of what a text is.
"""

from __future__ import annotations

import re
import unicodedata

from channels.adapter import Caps

# C0 and C1 controls but tab and line feed: no citizen writes them, PostgreSQL refuses NUL, and
# terminals obey the others.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_MARKS = "".join(chr(one) for one in range(0x20000) if unicodedata.combining(chr(one)))
# More marks on one letter than any language has; sorting them takes time that grows with the square
# of their number (UAX #15, section 13: stream-safe text has 30).
_TOO_MANY_MARKS = re.compile(f"([{_MARKS}]{{30}})[{_MARKS}]+")
_BORDERS = ("\n\n", "\n", " ")  # where a text may be cut, the best first


def tidy(text: str) -> str:
    """Make a text as `InboundMessage.text` promises: NFC, stripped, storable as UTF-8.

    Line ends become line feeds; control characters go; a lone surrogate, which no store takes,
    becomes U+FFFD; of marks on one letter 30 stay. Nothing that a citizen wrote is lost otherwise,
    invisible characters included.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = _TOO_MANY_MARKS.sub(r"\1", _CONTROLS.sub("", whole(lines)))
    return unicodedata.normalize("NFC", kept).strip()


def whole(text: str) -> str:
    """Join split surrogate pairs, and replace a surrogate without a partner by U+FFFD."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def cut(text: str, caps: Caps) -> list[str]:
    """Cut text into pieces of at most `caps.text_limit` units, in order, none of them blank.

    Cuts at the last paragraph, line or word border in the second half of a piece, and in the
    middle of a word only when there is none. Never cuts a surrogate pair. The white space at a
    cut is dropped. Counts characters, UTF-16 code units or UTF-8 bytes; a channel that counts
    septets cuts by its own rules (3GPP TS 23.038).
    """
    pieces = []
    rest = whole(text).strip()
    while rest:
        end = _fitting(rest, caps)
        if end < len(rest):
            end = _border(rest, end)
        pieces.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return pieces


def _fitting(text: str, caps: Caps) -> int:
    """How many leading characters of `text` the limit allows: at least one."""
    match caps.text_unit:
        case "utf16":
            room = text.encode("utf-16-le")[: 2 * caps.text_limit]
            fitting = len(room.decode("utf-16-le", "ignore"))
        case "bytes":
            fitting = len(text.encode()[: caps.text_limit].decode(errors="ignore"))
        case _:
            fitting = caps.text_limit
    return max(1, min(fitting, len(text)))


def _border(text: str, end: int) -> int:
    """Return the best place for a cut at or before `end`."""
    for border in _BORDERS:
        at = text.rfind(border, end // 2, end + len(border))
        if at > 0:
            return min(at, end)
    return end
