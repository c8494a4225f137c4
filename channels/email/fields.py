"""Header fields: unfolded, decoded whatever they hold, and what they say of a part. Pure.

Source: RFC 5322 section 2.2, RFC 2045 sections 5 and 6, RFC 2047 (encoded words), RFC 2231 and
RFC 2183 (parameters, file names), RFC 6532 (UTF-8 in fields).
"""

from __future__ import annotations

import binascii
import codecs
import quopri
import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import Message
from functools import cached_property
from itertools import groupby

from channels.text import tidy

_MOST_FIELDS = 2_000
_LONGEST = 60_000  # characters of one field
_FIELD = re.compile(r"([!-9;-~]+)[ \t]*:(.*)", re.DOTALL)
_FOLD = re.compile(rb"\r?\n(?=[ \t])")
_LINE = re.compile(rb"\r?\n")
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+")
_ENCODED = re.compile(r"=\?([^?*\s]{1,40})(?:\*[^?\s]{0,40})?\?([bBqQ])\?([^?]*)\?=")
_GAP = re.compile(r"(?<=\?=)\s+(?==\?)")
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,500}>")

# What a mail may call its charset: encodings of text, and none of Python's other codecs.
_CHARSETS = re.compile(
    r"ascii|utf-(8|8-sig|7|16|16-le|16-be|32|32-le|32-be)|iso8859-\d+|iso2022_\w+|cp\d+|koi8-[rut]"
    r"|gb2312|gbk|gb18030|hz|big5\w*|euc_\w+|shift_jis\w*|johab|mac-\w+|tis-620|ptcp154|kz1048"
)
# Named by software that knew no better: what is valid UTF-8 is UTF-8, whatever these say.
_VAGUE = frozenset({"ascii", "iso8859-1", "cp1252", ""})


@dataclass(frozen=True)
class Fields:
    """The header fields of one part."""

    pairs: tuple[tuple[str, str], ...]  # name in lower case, value as it stands

    def __bool__(self) -> bool:
        return bool(self.pairs)

    def all(self, name: str) -> list[str]:
        """Every value of a field, as it stands."""
        return [value for known, value in self.pairs if known == name]

    def first(self, name: str) -> str:
        """The first value of a field as it stands, "" when there is none."""
        return next((value for known, value in self.pairs if known == name), "")

    def words(self, name: str) -> str:
        """A field as a person reads it: encoded words decoded, one line."""
        return " ".join(decoded(self.first(name)).split())

    def ids(self, *names: str) -> list[str]:
        """Message ids that some fields hold, in order, brackets included."""
        return [found for name in names for found in _MESSAGE_ID.findall(self.first(name))]

    @cached_property
    def content_type(self) -> str:
        """Type and subtype in lower case, "" where none is named."""
        stated = self.first("content-type").partition(";")[0].strip().lower()
        return stated if _TYPE.fullmatch(stated) else ""

    @cached_property
    def encoding(self) -> str:
        """The content-transfer-encoding in lower case, "" when none is named."""
        return self.first("content-transfer-encoding").partition(";")[0].strip().lower()

    @cached_property
    def disposition(self) -> str:
        """The stated disposition: "attachment", "inline", or ""."""
        return self.first("content-disposition").partition(";")[0].strip().lower()

    @cached_property
    def boundary(self) -> bytes:
        """What divides a multipart's parts."""
        return self.parameter("content-type", "boundary").rstrip().encode("utf-8", "replace")

    @cached_property
    def file_name(self) -> str:
        """The file name as claimed, without a path; "" when none is."""
        name = self.parameter("content-disposition", "filename")
        name = tidy(decoded(name or self.parameter("content-type", "name")))
        return re.split(r"[/\\]", " ".join(name.split()))[-1][:255]

    def parameter(self, field: str, name: str) -> str:
        """A parameter of a field, continuations joined and percent signs decoded (RFC 2231)."""
        message = Message()
        message[field] = self.first(field)
        value = message.get_param(name, "", header=field)
        if isinstance(value, tuple):
            charset, _, text = value
            return decode(text.encode("latin-1", "replace"), charset or "")
        return str(value or "")


def read_fields(head: bytes) -> Fields:
    """Read a head; what is no field is passed over."""
    lines = _LINE.split(_FOLD.sub(b"", head))[:_MOST_FIELDS]
    found = (_FIELD.fullmatch(decode(line[:_LONGEST], "")) for line in lines)
    pairs = tuple((field[1].lower(), field[2].strip()) for field in found if field)
    return Fields(pairs=pairs)


def decoded(value: str) -> str:
    """Decode the encoded words of a field (RFC 2047), broken ones as far as it goes.

    Neighbours in one charset are joined before decoding: many clients cut inside a character.
    """
    pieces: list[str] = []
    at = 0
    value = _GAP.sub("", value)
    found = list(_ENCODED.finditer(value))
    for (_, charset), words in groupby(_runs(found), key=lambda word: word[0]):
        run = [word for _, word in words]
        pieces += [value[at : run[0].start()], decode(b"".join(map(_bytes_of, run)), charset)]
        at = run[-1].end()
    return "".join([*pieces, value[at:]])


def _runs(found: Iterable[re.Match[str]]) -> Iterable[tuple[tuple[int, str], re.Match[str]]]:
    """Number the words so that neighbours in one charset share a key."""
    number, end, charset = 0, -1, ""
    for word in found:
        if word.start() != end or word[1].lower() != charset:
            number += 1
        end, charset = word.end(), word[1].lower()
        yield (number, charset), word


def _bytes_of(word: re.Match[str]) -> bytes:
    text = word[3].encode("utf-8", "replace")
    if word[2] in "qQ":
        return quopri.decodestring(text, header=True)
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", text)
    letters = letters[: len(letters) - (len(letters) % 4 == 1)]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def decode(content: bytes, charset: str) -> str:
    """Decode text as its author meant it: the charset that he names, else UTF-8, else Windows's."""
    named = _codec(charset)
    order = ["utf-8"] if named in _VAGUE else [named, "utf-8"]
    for name in (*order, "cp1252"):
        try:
            return content.decode(name)
        except (UnicodeDecodeError, ValueError):
            continue
    return content.decode("latin-1")


def _codec(charset: str) -> str:
    """Python's name for a charset, "" when it is none."""
    try:
        name = codecs.lookup(charset.strip(" \"'")).name if charset else ""
    except (LookupError, ValueError):
        return ""
    return name if _CHARSETS.fullmatch(name) else ""
