"""A form as browsers post it, field by field. Pure; the whole body is at hand.

Source: RFC 7578 (multipart/form-data); HTML Living Standard, "Multipart form data" (escaped names).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_MOST_FIELDS = 24
_MOST_HEAD = 4_096  # bytes of a field's own headers
_BOUNDARY = re.compile(
    r"""multipart/form-data\s*;(?:.*;)?\s*boundary=(?:"([^"\r\n]{1,70})"|([^\s;"]{1,70}))\s*(?:;.*)?""",
    re.IGNORECASE,
)
_PARAMETER = re.compile(r';\s*(name|filename)="([^"\r\n]*)"', re.IGNORECASE)


class FormError(ValueError):
    """This is no form of a browser's."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field; `filename` is None for what is no file."""

    name: str
    content: bytes
    filename: str | None = None
    content_type: str = ""

    @property
    def text(self) -> str:
        """The content as text; what is no UTF-8 becomes U+FFFD."""
        return self.content.decode("utf-8", "replace")


def fields(body: bytes, content_type: str) -> list[Field]:
    """The fields of a form, in order. Raises: FormError."""
    found = _BOUNDARY.fullmatch(content_type.strip())
    if found is None:
        raise FormError("no boundary")
    border = b"\r\n--" + (found[1] or found[2]).encode("latin-1", "replace")
    _, *pieces = (b"\r\n" + body).split(border, _MOST_FIELDS + 1)
    if len(pieces) > _MOST_FIELDS:
        raise FormError("too many fields")
    if not pieces or not pieces[-1].startswith(b"--"):
        raise FormError("cut off")
    return [_field(piece) for piece in pieces[:-1]]


def _field(piece: bytes) -> Field:
    begin = piece.find(b"\r\n")  # what stands before it is padding
    end = piece.find(b"\r\n\r\n", 0, _MOST_HEAD)
    if begin < 0 or end < 0 or piece[:begin].strip(b" \t"):
        raise FormError("a field without its headers")
    heads = piece[begin:end].decode("utf-8", "replace").split("\r\n")
    own = {
        name.strip().lower(): value for name, _, value in (head.partition(":") for head in heads)
    }
    said = own.get("content-disposition", "")
    names = {name.lower(): _unescaped(value) for name, value in _PARAMETER.findall(said)}
    if not said.strip().lower().startswith("form-data") or "name" not in names:
        raise FormError("a field without a name")
    return Field(
        name=names["name"],
        content=piece[end + 4 :],
        filename=names.get("filename"),
        content_type=own.get("content-type", "").strip(),
    )


def _unescaped(value: str) -> str:
    return value.replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n")
