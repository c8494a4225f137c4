"""Messages, read from the rows that keep them.

What no reader of today can read (a later version wrote it, a hand changed it) troubles nobody but
itself: it is read as a message that says nothing. Whoever takes it up calls it dead (`claim` of
the inbox and of the outbox), so that a person sees it; the row keeps what it had.
"""

from __future__ import annotations

from datetime import UTC, datetime

from channels.message import InboundMessage, OutboundMessage
from store.codec import load

NOTHING_HEARD = InboundMessage(
    channel="",
    account="",
    external_id="",
    sender="",
    address="",
    text="",
    sent_at=datetime.fromtimestamp(0, UTC),
)
NOTHING_TOLD = OutboundMessage(channel="", account="", address="", key="", text="")
#: Why such a row is dead, with the remedy.
UNREADABLE = (
    "the row's message cannot be read: another version of kanal wrote it, or a hand; "
    "run that version, or mend the row, and send it again"
)


def heard(kept: str) -> InboundMessage:
    """A citizen's message; `NOTHING_HEARD` itself where it cannot be read."""
    try:
        return load(InboundMessage, kept)
    except ValueError:
        return NOTHING_HEARD


def told(kept: str) -> OutboundMessage:
    """Our message; `NOTHING_TOLD` itself where it cannot be read."""
    try:
        return load(OutboundMessage, kept)
    except ValueError:
        return NOTHING_TOLD
