"""The bot in a terminal: a channel whose wire is a person at the keyboard.

A line is a message. Some lines stand for what a keyboard has not, in the words of transcripts:

    [pin -6.2088,106.8456]     a native position
    [foto PATH]                a photo from a file
    [1]                        the first choice offered (a bare number does as well)
"""

from __future__ import annotations

import asyncio
import json
import mimetypes
import re
import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

from channels.adapter import Caps, Raw, Received, SendOutcome, Sent, WirePart
from channels.errors import Malformed, Refused
from channels.message import InboundMessage, Location, MediaKind, MediaRef, OutboundMessage
from channels.text import tidy
from gateway.accounts import ACCOUNT

NAME = "terminal"
_PIN = re.compile(r"^\[pin\s+(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)\]$", re.IGNORECASE)
_PHOTO = re.compile(r"^\[(?:foto|photo)\s+(.+)\]$", re.IGNORECASE)


class Terminal:
    """A channel for one person at one keyboard; what the bot says comes out of `heard`."""

    caps = Caps(
        text_limit=100_000, media=True, location=True, buttons=0, unasked=False, guarded=False
    )

    def __init__(self) -> None:
        self.session = secrets.token_hex(4)
        self.heard: asyncio.Queue[str] = asyncio.Queue()
        self._typed = 0

    def typed(self, line: str) -> Raw:
        """Make a delivery of a typed line."""
        self._typed += 1
        body = {"session": self.session, "number": self._typed, "line": line}
        return Raw(body=json.dumps(body).encode(), received_at=datetime.now(UTC))

    def parse(self, raw: Raw) -> Received:
        """Read a typed line."""
        try:
            body = json.loads(raw.body)
            session, number, line = str(body["session"]), int(body["number"]), str(body["line"])
        except (ValueError, KeyError, TypeError) as error:
            raise Malformed("no line of a terminal") from error
        pin, photo = _PIN.match(line.strip()), _PHOTO.match(line.strip())
        message = InboundMessage(
            channel=NAME,
            account=ACCOUNT,
            external_id=f"{session}:{number}",
            sender=session,
            address=session,
            text="" if pin or photo else tidy(line),
            sent_at=raw.received_at,
            location=Location(lat=float(pin[1]), lon=float(pin[2])) if pin else None,
            media=(_reference(photo[1]),) if photo else (),
        )
        return Received(messages=(message,))

    def render(self, message: OutboundMessage) -> list[WirePart]:
        """The words alone: choices are numbered in them."""
        return [WirePart(method="print", body={"text": message.text})]

    async def send(self, part: WirePart) -> SendOutcome:
        """Let the person read it."""
        self.heard.put_nowait(part.body["text"])
        return Sent()

    async def fetch(self, media: MediaRef, raw: Raw) -> AsyncIterator[bytes]:
        """Read the file that the person named. Raises: Refused when there is none."""
        del raw
        try:
            content = await asyncio.to_thread(Path(media.ref).expanduser().read_bytes)
        except OSError as error:
            raise Refused(f"the file cannot be read: {error.strerror}") from error
        yield content

    async def start(self) -> None:
        """Nothing to open."""

    async def close(self) -> None:
        """Nothing to close."""


def _reference(path: str) -> MediaRef:
    kind, _ = mimetypes.guess_type(path)
    return MediaRef(ref=path.strip(), kind=MediaKind.PHOTO, content_type=kind or "")
