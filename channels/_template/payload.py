"""Deliveries to messages, messages to requests: pure.

Source: none, the provider is invented. Name the sections of your provider's documentation here.
A delivery is {"events": [...]}; an event is

    {"id": "e1", "type": "message", "from": "u-17", "name": "Rina", "at": 1767225600,
     "text": "...", "photos": [{"id": "p1", "width": 1280, "height": 960, "bytes": 184320}],
     "pin": {"lat": -6.2, "lon": 106.8}}

or {"id": "e2", "type": "typing"}.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from channels.adapter import Caps, Raw, Received, WirePart
from channels.errors import Malformed
from channels.message import InboundMessage, Location, MediaKind, MediaRef, OutboundMessage
from channels.text import cut, tidy, whole

NAME = "_template"
CAPS = Caps(text_limit=2000, location=True, buttons=3)
Json = Mapping[Any, Any]  # an object of the provider, not yet matched


def parse(raw: Raw, account: str) -> Received:
    """Read one delivery. A bad event does not take its neighbours along. Raises Malformed."""
    match load(raw.body):
        case {"events": [*events]}:
            return _together([_event(event, account) for event in events])
        case _:
            raise Malformed("no list of events")


def load(body: bytes) -> Any:
    """Read JSON whose numbers fit into 64 bits. Raises Malformed."""
    try:
        return json.loads(body, parse_int=_whole_number, parse_constant=_refused)
    except (ValueError, RecursionError):
        # The reason alone: the decoder's own words quote the text.
        raise Malformed("not JSON, or a number out of range") from None


def _whole_number(digits: str) -> int:
    number = int(digits)
    if abs(number) >= 2**63:
        raise ValueError
    return number


def _refused(constant: str) -> float:
    raise ValueError(constant)


def _together(read: list[InboundMessage | tuple[str, str]]) -> Received:
    reasons = [each for each in read if isinstance(each, tuple)]
    return Received(
        messages=tuple(each for each in read if isinstance(each, InboundMessage)),
        ignored=tuple(reason for fate, reason in reasons if fate == "ignored"),
        malformed=tuple(reason for fate, reason in reasons if fate == "malformed"),
    )


def _event(event: object, account: str) -> InboundMessage | tuple[str, str]:
    """Read one event, or say what becomes of it and why."""
    match event:
        case {"type": "message", "id": str(number), "from": str(sender), "at": int(at), **rest} if (
            number and sender
        ):
            try:
                return _message(number, sender, datetime.fromtimestamp(at, UTC), rest, account)
            except (ValueError, OverflowError, OSError):
                return "malformed", "date out of range"
        case {"type": "message"}:
            return "malformed", "message without id, sender or date"
        case {"type": "typing" | "seen"}:
            return "ignored", "typing or seen"
        case {"type": str()}:
            return "ignored", "event of another type"
        case _:
            return "malformed", "event without a type"


def _message(number: str, sender: str, at: datetime, rest: Json, account: str) -> InboundMessage:
    photos = rest.get("photos")
    return InboundMessage(
        channel=NAME,
        account=account,
        external_id=f"{account}:{tidy(number)}",
        sender=tidy(sender),
        address=tidy(sender),
        text=tidy(_words(rest, "text")),
        sent_at=at,
        location=_pin(rest.get("pin")),
        media=_largest(photos) if isinstance(photos, list) else (),
        choice=tidy(_words(rest, "choice")),
        sender_name=tidy(_words(rest, "name")),
    )


def _largest(photos: list[Any]) -> tuple[MediaRef, ...]:
    """Take the largest version: the provider lists the same photo in several sizes."""
    sizes = [
        (width, tidy(ref), photo.get("bytes"))
        for photo in photos
        if isinstance(photo, Mapping)
        and isinstance(ref := photo.get("id"), str)
        and isinstance(width := photo.get("width"), int)
    ]
    if not sizes:
        return ()
    _, ref, size = max(sizes, key=lambda each: each[0])
    known = size if isinstance(size, int) else None
    return (MediaRef(ref=ref, kind=MediaKind.PHOTO, size=known),)


def _pin(pin: object) -> Location | None:
    match pin:
        case {"lat": int() | float() as lat, "lon": int() | float() as lon} if (
            math.fabs(lat) <= 90 and math.fabs(lon) <= 180  # noqa: PLR2004 - degrees
        ):
            return Location(lat=float(lat), lon=float(lon))
        case _:
            return None


def _words(item: Json, key: str) -> str:
    value = item.get(key)
    return value if isinstance(value, str) else ""


def render(message: OutboundMessage) -> list[WirePart]:
    """Cut the text to the limit and hang the choices on its last piece."""
    bodies: list[dict[str, Any]] = [
        {"to": message.address, "text": piece} for piece in cut(message.text, CAPS)
    ]
    if bodies and message.choices:
        bodies[-1]["buttons"] = [
            {"value": whole(choice.value), "label": whole(choice.label)}
            for choice in message.choices
        ]
    return [
        WirePart(method="messages", body={**body, "key": f"{message.key}.{number}"})
        for number, body in enumerate(bodies)
    ]
