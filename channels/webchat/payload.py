"""What the page sends, read and checked; what the bot says, as frames for the page. Pure.

The wire is ours: JSON frames over a WebSocket, photos by POST (README.md, "The wire").

    page -> gateway   {"id": "5f3c…", "text": "got mampet"}
                      {"id": "5f3c…", "choice": "yes", "of": "812:answer.0"}
                      {"id": "5f3c…", "pin": [-6.1754, 106.8272], "accuracy": 12}
                      {"got": "812:answer.0"}
    gateway -> page   {"say": {"key": "812:answer.0", "text": "…", "choices": [], …}}

A delivery's envelope says what its body is: `kind` is frame (a frame of the first three), photo
(the picture's bytes) or got (`{"got": [key, …]}`, many confirmations in one).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from channels.adapter import Caps, Raw, Received, WirePart
from channels.errors import Malformed
from channels.message import (
    InboundMessage,
    Location,
    MediaKind,
    MediaRef,
    OutboundMessage,
    Receipt,
    ReceiptStatus,
)
from channels.text import cut, tidy, whole

NAME = "webchat"
CAPS = Caps(text_limit=4000, media=True, photos_out=True, location=True, buttons=10, receipts=True)
LONGEST = 20_000  # characters of one text; the page says so before it sends
PHOTO_REF = "body"  # a photo's bytes are its delivery's body
SHOWN = "/channels/webchat/shown"  # photos of ours
PHOTO_SENT = re.compile(r"[0-9a-f]{64}")
LANGUAGES = ("id", "en")
Json = Mapping[Any, Any]  # an object, not yet matched

_ID = re.compile(r"[A-Za-z0-9-]{8,64}")  # the page draws 128 random bits
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_CONTENT_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]{1,60}")
_LONGEST_CHOICE = 300  # characters
_FARTHEST_M = 1e7  # a radius beyond it says nothing


class BadFrameError(Exception):
    """The page sent what it never should; `code` names the sentence that says so."""

    def __init__(self, code: str, message_id: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.message_id = message_id


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """A text, a pressed choice or a pin."""

    id: str
    text: str = ""
    choice: str = ""
    of: str = ""  # key of the message whose choice was pressed
    location: Location | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Got:
    """The page shows the message of this key."""

    key: str


def read(frame: str | bytes) -> Said | Got:
    """Read one frame of the page.

    Raises: BadFrameError: not_json, unknown, empty, too_long, bad_pin.
    """
    try:
        match json.loads(frame, parse_int=_number, parse_float=_number, parse_constant=_number):
            case {"got": str(key)} if _KEY.fullmatch(key):
                return Got(key=key)
            case {"id": str(message_id), **rest} if _ID.fullmatch(message_id):
                return _said(message_id, rest)
            case _:
                raise BadFrameError("unknown")
    except (ValueError, RecursionError):
        raise BadFrameError("not_json") from None


def _number(digits: str) -> float:
    """Every number of ours is a degree or a metre."""
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError
    return number


def _said(message_id: str, rest: Json) -> Said:
    match rest:
        case {"text": str(text)}:
            return Said(id=message_id, text=_text(text, message_id))
        case {"choice": str(choice)}:
            of = rest.get("of")
            if not 0 < len(choice) <= _LONGEST_CHOICE or not tidy(choice):
                raise BadFrameError("unknown", message_id)
            known = isinstance(of, str) and _KEY.fullmatch(of)
            return Said(id=message_id, choice=tidy(choice), of=str(of) if known else "")
        case {"pin": [float(lat), float(lon)]}:
            return Said(id=message_id, location=_pin(lat, lon, rest, message_id))
        case {"pin": _}:
            raise BadFrameError("bad_pin", message_id)
        case _:
            raise BadFrameError("unknown", message_id)


def _text(text: str, message_id: str) -> str:
    if len(text) > LONGEST:
        raise BadFrameError("too_long", message_id)
    if not (words := tidy(text)):
        raise BadFrameError("empty", message_id)
    return words


def _pin(lat: float, lon: float, rest: Json, message_id: str) -> Location:
    if abs(lat) > 90 or abs(lon) > 180:  # noqa: PLR2004 - degrees
        raise BadFrameError("bad_pin", message_id)
    match rest.get("accuracy"):
        case float(metres) if 0 <= metres <= _FARTHEST_M:
            return Location(lat=lat, lon=lon, accuracy_m=metres)
        case _:
            return Location(lat=lat, lon=lon)


def is_id(text: str) -> bool:
    """Tell whether the page could have named a message so."""
    return bool(_ID.fullmatch(text))


def content_type(claimed: str) -> str:
    """What a photo claims to be, without parameters; "" when that is no content type."""
    bare = claimed.partition(";")[0].strip().lower()
    return bare if _CONTENT_TYPE.fullmatch(bare) else ""


def parse(raw: Raw, account: str) -> Received:
    """Read one delivery. Raises: Malformed."""
    match raw.envelope:
        case {"kind": "frame", "session": str(session)}:
            return Received(messages=(_frame_message(raw, session, account),))
        case {"kind": "photo", "session": str(session), "id": str(photo_id)} if is_id(photo_id):
            return Received(messages=(_photo_message(raw, session, photo_id, account),))
        case {"kind": "got"}:
            return Received(receipts=_receipts(raw, account))
        case _:
            raise Malformed("the envelope names no kind, session or id")


def _frame_message(raw: Raw, session: str, account: str) -> InboundMessage:
    try:
        said = read(raw.body)
    except BadFrameError as error:
        raise Malformed(f"frame: {error.code}") from None
    if isinstance(said, Got):
        raise Malformed("a confirmation where a message should be")
    return InboundMessage(
        channel=NAME,
        account=account,
        external_id=f"{session}:{said.id}",
        sender=session,
        address=session,
        text=said.text,
        sent_at=raw.received_at,
        location=said.location,
        choice=said.choice,
        reply_to=said.of,
        locale=_locale(raw),
    )


def _photo_message(raw: Raw, session: str, photo_id: str, account: str) -> InboundMessage:
    if not raw.body:
        raise Malformed("a photo without bytes")
    photo = MediaRef(
        ref=PHOTO_REF,
        kind=MediaKind.PHOTO,
        content_type=content_type(raw.envelope.get("content-type", "")),
        size=len(raw.body),
    )
    return InboundMessage(
        channel=NAME,
        account=account,
        external_id=f"{session}:{photo_id}",
        sender=session,
        address=session,
        text="",
        sent_at=raw.received_at,
        media=(photo,),
        locale=_locale(raw),
    )


def _locale(raw: Raw) -> str:
    named = raw.envelope.get("locale", "")
    return named if named in LANGUAGES else ""


def _receipts(raw: Raw, account: str) -> tuple[Receipt, ...]:
    try:
        match json.loads(raw.body):
            case {"got": [*keys]} if all(
                isinstance(key, str) and _KEY.fullmatch(key) for key in keys
            ):
                return tuple(
                    Receipt(
                        channel=NAME,
                        account=account,
                        provider_id=key,
                        status=ReceiptStatus.DELIVERED,
                        at=raw.received_at,
                    )
                    for key in keys
                )
            case _:
                raise Malformed("no list of keys")
    except (ValueError, RecursionError):
        raise Malformed("not JSON") from None


def render(message: OutboundMessage) -> list[WirePart]:
    """Cut the text to the limit; choices and the invitation to the map go with its last piece."""
    pieces = cut(message.text, CAPS)
    last = len(pieces) - 1
    return [
        WirePart(
            method="say",
            body={
                "to": message.address,
                "say": {
                    "key": f"{message.key}.{number}",
                    "text": piece,
                    "choices": _choices(message) if number == last else [],
                    "ask_location": message.ask_location and number == last,
                    "locale": message.locale,
                    **(_photos(message) if number == last else {}),
                },
            },
        )
        for number, piece in enumerate(pieces)
    ]


def _photos(message: OutboundMessage) -> dict[str, list[str]]:
    """Where the page finds our photos: a reference is a hash that nobody can guess."""
    shown = [f"{SHOWN}/{one}.jpg" for one in message.photos if PHOTO_SENT.fullmatch(one)]
    return {"photos": shown} if shown else {}


def _choices(message: OutboundMessage) -> list[dict[str, str]]:
    return [
        {"value": whole(choice.value), "label": whole(choice.label)} for choice in message.choices
    ]
