"""What a Telegram message holds beside its envelope: words, a position, attachments. Pure.

Source: Bot API, "Message" and the types it names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from channels.errors import Malformed
from channels.message import Location, MediaKind, MediaRef
from channels.text import tidy

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@\w{1,64})?(?=\s|$)")

# Each in the order in which the Bot API wants them looked for: an animation is also sent as a
# document, for clients that know no animations.
_FILES = {
    "animation": MediaKind.VIDEO,
    "video": MediaKind.VIDEO,
    "video_note": MediaKind.VIDEO,
    "voice": MediaKind.VOICE,
    "audio": MediaKind.VOICE,
    "sticker": MediaKind.STICKER,
    "document": MediaKind.DOCUMENT,
}
_ENVELOPE = re.compile(
    "message_id|message_thread_id|from|sender_chat|date|chat|edit_date|reply_to_message|via_bot"
    "|is_topic_message|forward_origin|external_reply|quote|has_protected_content|media_group_id"
    "|author_signature|business_connection_id"
)
Json = Mapping[Any, Any]  # an object of the Bot API, not yet matched
_KIND = re.compile(r"[a-z_]{1,40}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """What the citizen sent."""

    text: str = ""
    location: Location | None = None
    media: tuple[MediaRef, ...] = ()


def read_content(message: Json) -> Content | str:
    """Read a message's content, or say why there is none for us. Raises Malformed."""
    match message:
        case {"text": str(text)}:
            return Content(text=_without_slash(text))
        case {"photo": [*sizes]}:
            return Content(text=_words(message, "caption"), media=(_photo(sizes),))
        case {"venue": {"location": dict(point), **venue}}:
            return Content(location=_location(point, venue))
        case {"location": dict(point)}:
            return Content(location=_location(point, {}))
        case {"contact": {"phone_number": str(phone), **person}}:
            names = (person.get("first_name"), person.get("last_name"), phone)
            return Content(text=" ".join(word for word in names if isinstance(word, str)))
        case _:
            return _attachment(message) or f"message of kind {_kind(message)}"


def _attachment(message: Json) -> Content | None:
    """Read a file of any kind, with its caption."""
    for key, kind in _FILES.items():
        item = message.get(key)
        if isinstance(item, Mapping):
            return Content(text=_words(message, "caption"), media=(_file(item, kind),))
    return None


def _without_slash(text: str) -> str:
    """Turn a leading command into the words that a dialog reads: "/status@bot JKT" to "status JKT".

    What follows `/start` was put there by a link, not by the citizen, and goes. Source: Bot API,
    "Commands", "Deep linking".
    """
    command = _COMMAND.match(text)
    if command is None:
        return text
    return "start" if command[1].lower() == "start" else command[1] + text[command.end() :]


def _photo(sizes: list[Any]) -> MediaRef:
    """Choose the largest of a photo's sizes; Telegram offers each photo in several."""
    known = [size for size in sizes if isinstance(size, Mapping)]
    largest = max(known, key=_area, default={})
    return _file({**largest, "mime_type": "image/jpeg"}, MediaKind.PHOTO)


def _area(size: Json) -> int:
    match size:
        case {"width": int(width), "height": int(height)}:
            return width * height
        case _:
            return 0


def _file(item: Json, kind: MediaKind) -> MediaRef:
    match item:
        case {"file_id": str(ref)}:
            claimed = tidy(_words(item, "mime_type"))
            size = item.get("file_size")
            picture = kind is MediaKind.DOCUMENT and claimed.startswith("image/")
            return MediaRef(
                ref=tidy(ref),
                kind=MediaKind.PHOTO if picture else kind,
                content_type=claimed,
                size=size if isinstance(size, int) else None,
                name=tidy(_words(item, "file_name")),
            )
        case _:
            raise Malformed("attachment without file_id")


def _location(point: Json, venue: Json) -> Location:
    match point:
        case {"latitude": int() | float() as lat, "longitude": int() | float() as lon} if (
            -90 <= lat <= 90 and -180 <= lon <= 180  # noqa: PLR2004 - degrees
        ):
            accuracy = point.get("horizontal_accuracy")
            return Location(
                lat=float(lat),
                lon=float(lon),
                accuracy_m=float(accuracy) if isinstance(accuracy, int | float) else None,
                name=tidy(_words(venue, "title")),
                address=tidy(_words(venue, "address")),
            )
        case _:
            raise Malformed("location without latitude and longitude on Earth")


def _words(item: Json, key: str) -> str:
    value = item.get(key)
    return value if isinstance(value, str) else ""


def _kind(message: Json) -> str:
    """Name what an unknown message holds: its first key that is not of the envelope."""
    keys = (key for key in message if _KIND.fullmatch(key) and not _ENVELOPE.fullmatch(key))
    return next(keys, "unknown")
