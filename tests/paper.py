"""A channel on paper: JSON lines in, a list out, outcomes by script. For tests of the gateway."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

from channels.adapter import Caps, Raw, Received, SendOutcome, Sent, WirePart
from channels.errors import Malformed, Refused
from channels.message import (
    InboundMessage,
    Location,
    MediaKind,
    MediaRef,
    OutboundMessage,
    Part,
    Receipt,
    ReceiptStatus,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def message(external_id: str = "m1", **said: Any) -> InboundMessage:
    """A message of an invented citizen."""
    row: dict[str, Any] = {
        "channel": "paper",
        "account": "main",
        "sender": "ani",
        "address": "ani",
        "text": "got mampet",
        "sent_at": NOON,
    }
    return InboundMessage(external_id=external_id, **{**row, **said})


def raw(*lines: dict[str, Any], at: datetime | None = None) -> Raw:
    """One delivery that holds these messages."""
    body = "\n".join(json.dumps(line) for line in lines).encode()
    return Raw(body=body, received_at=at or datetime.now(UTC))


def line(external_id: str, text: str = "", sender: str = "ani", **more: Any) -> dict[str, Any]:
    """One message as it stands in a delivery."""
    return {"id": external_id, "text": text, "sender": sender, **more}


class Paper:
    """Remembers what was sent; `script` holds outcomes that come before the usual Sent."""

    def __init__(self, **caps: Any) -> None:
        self.caps = Caps(**{"text_limit": 4000, "location": True, "buttons": 8, **caps})
        self.sent: list[OutboundMessage | str] = []
        self.script: list[SendOutcome | Exception] = []
        self.files: dict[str, bytes | Exception] = {}
        self.pieces = 1  # wire parts of a message

    def parse(self, raw: Raw) -> Received:
        try:
            lines = [json.loads(one) for one in raw.body.splitlines()]
        except ValueError as error:
            raise Malformed("not JSON") from error
        return Received(
            messages=tuple(
                _message(one) for one in lines if "album" not in one and "dlr" not in one
            ),
            parts=tuple(
                Part(
                    key=one["album"],
                    index=one["index"],
                    total=one.get("total"),
                    message=_message(one),
                )
                for one in lines
                if "album" in one
            ),
            receipts=tuple(
                Receipt(
                    channel="paper",
                    account="main",
                    provider_id=one["dlr"],
                    status=ReceiptStatus(one["status"]),
                    at=raw.received_at,
                )
                for one in lines
                if "dlr" in one
            ),
        )

    def render(self, message: OutboundMessage) -> list[WirePart]:
        return [
            WirePart(
                method="say",
                body={
                    "text": message.text,
                    "key": message.key,
                    "piece": piece,
                    "choices": [one.value for one in message.choices],
                    "photos": list(message.photos),
                    "template": message.template,
                },
            )
            for piece in range(self.pieces)
        ]

    async def send(self, part: WirePart) -> SendOutcome:
        if self.script:
            outcome = self.script.pop(0)
            if isinstance(outcome, Exception):
                raise outcome
            if not isinstance(outcome, Sent):
                return outcome
        self.sent.append(part.body["text"])
        self.choices: list[str] = part.body["choices"]
        self.photos: list[str] = part.body["photos"]
        self.template: str = part.body["template"]
        return Sent(provider_id=f"p{len(self.sent)}")

    async def fetch(self, media: MediaRef, raw: Raw) -> AsyncIterator[bytes]:
        content = self.files.get(media.ref, Refused("no such file"))
        if isinstance(content, Exception):
            raise content
        yield content

    async def start(self) -> None: ...

    async def close(self) -> None: ...


def _message(one: dict[str, Any]) -> InboundMessage:
    pin = one.get("pin")
    return message(
        one["id"],
        text=one.get("text", ""),
        subject=one.get("subject", ""),
        sender=one["sender"],
        address=one["sender"],
        choice=one.get("choice", ""),
        edited=one.get("edited", False),
        reply_to=one.get("reply", ""),
        location=Location(lat=pin[0], lon=pin[1]) if pin else None,
        media=tuple(MediaRef(ref=ref, kind=MediaKind.PHOTO) for ref in one.get("photos", ())),
    )


def later(seconds: float) -> datetime:
    """A moment after NOON."""
    return NOON + timedelta(seconds=seconds)
