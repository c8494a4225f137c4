"""A mail taken apart by position: a tree of parts over the bytes as they came. Pure.

The bytes are cut where the delimiters stand, and attachments stay undecoded until they are
fetched: a mail of 25 MB is read in the time of a few searches. The mail's author decides about
every byte of it, so each step has a limit, and a structure that is none becomes plain text.

Source: RFC 5322 section 2 (messages), RFC 2045 (fields of a part), RFC 2046 section 5.1
(multipart).
"""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass

from channels.email.fields import Fields, read_fields

MOST_DEPTH = 60  # nested parts
MOST_PARTS = 2_000  # in one mail
_MOST_DELIMITERS = 10_000  # looked at in one multipart
_MOST_HEAD = 1_000_000  # bytes of header fields
_LINE_ENDS = b"\r\n"
_HEAD_END = re.compile(rb"\n\r?\n")
_AS_IS = frozenset({"", "7bit", "8bit", "binary"})
_CHUNK = 65_536  # bytes, before decoding
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A part of a mail, the mail itself included."""

    path: str  # "0" is the mail, "2.1" the first part of its second
    kind: str  # the content type in lower case: "text/plain"
    fields: Fields
    source: bytes  # the whole mail: nothing is copied
    start: int  # of the body in `source`
    end: int
    children: tuple[Part, ...] = ()

    @property
    def size(self) -> int:
        """Bytes after decoding; of Base64 about so many."""
        length = self.end - self.start
        return length * 57 // 78 if self.fields.encoding == "base64" else length

    def walk(self) -> Iterator[Part]:
        """Give this part and all below it, in the order in which they stand."""
        yield self
        for child in self.children:
            yield from child.walk()

    def content(self, most: int) -> bytes:
        """Decode the first `most` bytes of the encoded body."""
        body = self.source[self.start : min(self.end, self.start + most)]
        match self.fields.encoding:
            case "base64":
                return b"".join(_base64(body))
            case "quoted-printable":
                return quopri.decodestring(body)
            case _:
                return body

    def chunks(self) -> Iterator[bytes]:
        """Decode the body piece by piece."""
        if self.fields.encoding == "base64":
            yield from _base64(self.source[self.start : self.end])
            return
        body = self.content(self.end - self.start)
        for at in range(0, len(body), _CHUNK):
            yield body[at : at + _CHUNK]


def read(source: bytes) -> Part:
    """Take a mail apart. Never raises."""
    start = len(source) - len(source.lstrip(_LINE_ENDS))
    return _Reader(source).part(start, len(source), "0", 0, "text/plain")


def find(source: bytes, path: str) -> Part | None:
    """Find the part that stands at `path`."""
    return next((part for part in read(source).walk() if part.path == path), None)


class _Reader:
    """Reads parts until there are too many of them."""

    def __init__(self, source: bytes) -> None:
        self._source = source
        self._left = MOST_PARTS

    def part(self, start: int, end: int, path: str, depth: int, default: str) -> Part:
        """Read the part between two positions; `default` is its type when it names none."""
        self._left -= 1
        fields, body = _head(self._source, start, end)
        kind = fields.content_type or default
        children: tuple[Part, ...] = ()
        if depth < MOST_DEPTH:
            if kind.startswith("multipart/"):
                children = self._multipart(fields, body, end, path, depth + 1)
            elif kind == "message/rfc822" and fields.encoding in _AS_IS:
                children = (self.part(body, end, _below(path, 1), depth + 1, "text/plain"),)
        if kind.startswith("multipart/") and not children:
            kind = "text/plain"  # no delimiter stands in it: so it is a text
        return Part(
            path=path,
            kind=kind,
            fields=fields,
            source=self._source,
            start=body,
            end=end,
            children=children,
        )

    def _multipart(
        self, fields: Fields, start: int, end: int, path: str, depth: int
    ) -> tuple[Part, ...]:
        boundary = fields.boundary
        if not boundary:
            return ()
        default = "message/rfc822" if fields.content_type == "multipart/digest" else "text/plain"
        parts: list[Part] = []
        for first, last in _between(self._source, b"--" + boundary, start, end):
            if self._left <= 0:
                break
            parts.append(self.part(first, last, _below(path, len(parts) + 1), depth, default))
        return tuple(parts)


def _below(path: str, number: int) -> str:
    return str(number) if path == "0" else f"{path}.{number}"


def _head(source: bytes, start: int, end: int) -> tuple[Fields, int]:
    """Read the header fields of a part; gives them and where its body begins."""
    if source[start : min(start + 2, end)] == b"\r\n":
        return read_fields(b""), start + 2
    if source[start : min(start + 1, end)] == b"\n":
        return read_fields(b""), start + 1
    limit = min(end, start + _MOST_HEAD)
    found = _HEAD_END.search(source, start, limit)
    fields = read_fields(source[start : found.start() if found else limit])
    body = found.end() if found else limit
    return fields, body if fields else start


def _between(source: bytes, delimiter: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Give where the parts stand that the lines of a delimiter divide (RFC 2046, 5.1.1)."""
    mark = b"\n" + delimiter
    first, at = -1, start - 1  # the body begins after a line end
    for _ in range(_MOST_DELIMITERS):
        at = source.find(mark, at, end)
        if at < 0:
            break
        after = at + len(mark)
        line_end = source.find(b"\n", after, end)
        rest = source[after : line_end if line_end >= 0 else end].rstrip()
        if rest in {b"", b"--"}:
            if first >= 0:
                yield first, max(first, _before_line_end(source, at))
            if rest:
                return
            first = line_end + 1 if line_end >= 0 else end
        at = after if line_end < 0 else line_end
    if 0 <= first < end:
        yield first, end  # the last delimiter is missing: the mail was cut off


def _before_line_end(source: bytes, at: int) -> int:
    """Step back over the carriage return of the line end at `at`, which is the delimiter's."""
    return at - 1 if source[at - 1 : at] == b"\r" else at


def _base64(body: bytes) -> Iterator[bytes]:
    """Decode Base64 as it comes: whatever is no letter of it is passed over (RFC 2045, 6.8)."""
    kept = b""
    for at in range(0, len(body), _CHUNK):
        letters = kept + _NOT_BASE64.sub(b"", body[at : at + _CHUNK])
        whole = len(letters) // 4 * 4
        yield binascii.a2b_base64(letters[:whole])
        kept = letters[whole:]
    if len(kept) > 1:
        yield binascii.a2b_base64(kept + b"=" * (4 - len(kept)))
