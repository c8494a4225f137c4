"""A filled-in card, read and checked. Pure.

A delivery's body is the form as the browser sent it. Its envelope holds `content-type`, the page's
`locale`, and what the gateway knows of the card: `card` (its id), `channel`, `account`, `address`
and `thread` (JSON) of the conversation that asked. So the message is one of that conversation.

    point       "-6.17540, 106.82720" or ""
    accuracy    metres, where the point is the citizen's own position, else ""
    words       the address or a landmark in words
    photo       files, any number of fields
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

import filetype

from channels.adapter import Caps, Raw, Received, WirePart
from channels.card.form import Field, FormError, fields
from channels.card.seal import is_id
from channels.errors import Malformed
from channels.message import (
    InboundMessage,
    Location,
    MediaKind,
    MediaRef,
    OutboundMessage,
    answer_id,
)
from channels.pages import LANGUAGES
from channels.text import cut, tidy

NAME = "card"
CAPS = Caps(text_limit=4000, media=True, location=True, unasked=False)
LONGEST = 1_000  # characters of an address in words
MOST_PHOTOS = 5
PHOTO_KINDS = frozenset({"image/jpeg", "image/png", "image/webp", "image/heic", "image/heif"})
_FARTHEST_M = 1e7  # a radius beyond it says nothing
_POINT = re.compile(
    r"\s*(-?\d{1,2}(?:\.\d{1,15})?)\s*[,; ]\s*(-?\d{1,3}(?:\.\d{1,15})?)\s*", re.ASCII
)
_METRES = re.compile(r"\d{1,8}(?:\.\d{1,15})?", re.ASCII)
_CONTENT_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]{1,60}")
_NEEDED = ("channel", "account", "address")


class BadAnswerError(Exception):
    """A card that cannot be taken as it is; `code` names the sentence that says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What the citizen filled in."""

    location: Location | None
    words: str
    photos: tuple[MediaRef, ...]


def read(body: bytes, content_type: str) -> Answer:
    """Read a form.

    Raises: BadAnswerError: broken, empty, bad_point, too_long, too_many_photos, photo_empty,
    photo_kind.
    """
    try:
        form = fields(body, content_type)
    except FormError:
        raise BadAnswerError("broken") from None
    texts = {one.name: one.text for one in form if one.filename is None}
    words = _words(texts.get("words", ""))
    location = _location(texts)
    photos = _photos(form)
    if not (words or location or photos):
        raise BadAnswerError("empty")
    return Answer(location=location, words=words, photos=photos)


def _words(text: str) -> str:
    words = tidy(text)
    if len(words) > LONGEST:
        raise BadAnswerError("too_long")
    return words


def _location(texts: Mapping[str, str]) -> Location | None:
    written = tidy(texts.get("point", ""))
    if not written:
        return None
    found = _POINT.fullmatch(written)
    lat, lon = (float(found[1]), float(found[2])) if found else (91.0, 181.0)
    if abs(lat) > 90 or abs(lon) > 180:  # noqa: PLR2004 - degrees
        raise BadAnswerError("bad_point")
    metres = tidy(texts.get("accuracy", ""))
    known = float(metres) if _METRES.fullmatch(metres) else None
    accuracy = known if known is not None and known <= _FARTHEST_M else None
    return Location(lat=lat, lon=lon, accuracy_m=accuracy)


def _photos(form: list[Field]) -> tuple[MediaRef, ...]:
    """The files that were chosen: an input without one sends a nameless, empty file."""
    chosen = [(at, one) for at, one in enumerate(form) if one.name == "photo" and _is_chosen(one)]
    if len(chosen) > MOST_PHOTOS:
        raise BadAnswerError("too_many_photos")
    return tuple(_photo(at, one) for at, one in chosen)


def _is_chosen(field: Field) -> bool:
    return field.filename is not None and bool(field.filename or field.content)


def _photo(at: int, field: Field) -> MediaRef:
    if not field.content:
        raise BadAnswerError("photo_empty")
    if filetype.guess_mime(field.content[:8192]) not in PHOTO_KINDS:
        raise BadAnswerError("photo_kind")
    claimed = field.content_type.partition(";")[0].strip().lower()
    return MediaRef(
        ref=str(at),
        kind=MediaKind.PHOTO,
        content_type=claimed if _CONTENT_TYPE.fullmatch(claimed) else "",
        size=len(field.content),
    )


def photo(body: bytes, content_type: str, ref: str) -> bytes | None:
    """The bytes of the photo that `MediaRef.ref` names, None when there is none."""
    try:
        form = fields(body, content_type)
    except FormError:
        return None
    at = int(ref) if ref.isascii() and ref.isdigit() else -1
    found = form[at] if 0 <= at < len(form) else None
    return found.content if found and found.name == "photo" and found.content else None


def parse(raw: Raw) -> Received:
    """Read one delivery. Raises: Malformed."""
    said = raw.envelope
    card = said.get("card", "")
    if not is_id(card) or not all(said.get(name) for name in _NEEDED):
        raise Malformed("the envelope names no card or no conversation")
    try:
        answer = read(raw.body, said.get("content-type", ""))
    except BadAnswerError as error:
        raise Malformed(f"form: {error.code}") from None
    location = answer.location
    if location and answer.words:  # with a point, the words describe it
        location = Location(
            lat=location.lat,
            lon=location.lon,
            accuracy_m=location.accuracy_m,
            address=answer.words,
        )
    locale = said.get("locale", "")
    message = InboundMessage(
        channel=said["channel"],
        account=said["account"],
        external_id=answer_id(card),
        sender=said["address"],
        address=said["address"],
        text="" if location else answer.words,
        sent_at=raw.received_at,
        location=location,
        media=answer.photos,
        card=card,
        locale=locale if locale in LANGUAGES else "",
        thread=_thread(said.get("thread", "{}")),
    )
    return Received(messages=(message,))


def _thread(text: str) -> dict[str, str]:
    try:
        match json.loads(text):
            case dict(thread):
                return {
                    str(name): value for name, value in thread.items() if isinstance(value, str)
                }
    except (ValueError, RecursionError):
        pass
    raise Malformed("the envelope's thread is none")


def render(message: OutboundMessage) -> list[WirePart]:
    """Cut a text as any channel would. Nobody has an address here: `send` refuses it."""
    return [WirePart(method="none", body={"text": one}) for one in cut(message.text, CAPS)]
