"""A message becomes a reply in the thread, or a direct message. Pure.

Source: docs.x.com, "Create post" (280 weighted characters), "Create DM message by participant ID"
(10,000 characters), "Counting characters", "Rate limits".
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from channels.adapter import Caps, WirePart
from channels.message import OutboundMessage
from channels.text import cut
from channels.twitter.payload import PRIVATE, PUBLIC

POST, DM = "tweets", "dm_events"  # what a wire part is sent to
MOST_PHOTOS = 4  # of one post

IN_PUBLIC = Caps(
    text_limit=280,
    text_unit="utf16",  # X counts an emoji as two, and never more than we do
    public=True,  # news of a report are answers in its thread: nobody is mentioned out of the blue
    photos_out=True,
    per_second=100 / timedelta(minutes=15).total_seconds(),  # "Rate limits": POST /2/tweets, a user
    burst=50,
)
IN_PRIVATE = replace(
    IN_PUBLIC,
    text_limit=10_000,
    text_unit="characters",
    public=False,
    unasked=True,
    receipts=True,
)


def caps_of(address: str) -> Caps:
    """What an address can carry: strangers read along under a post, nobody in a message."""
    return IN_PUBLIC if address.startswith(PUBLIC) else IN_PRIVATE


def render(message: OutboundMessage) -> list[WirePart]:
    """One request a piece of text; photos hang on the first post, or are messages of their own."""
    if message.address.startswith(PRIVATE):
        citizen = message.address.removeprefix(PRIVATE)
        pieces = cut(message.text, IN_PRIVATE)
        return [
            *(WirePart(method=DM, body={"to": citizen, "photo": one}) for one in message.photos),
            *(WirePart(method=DM, body={"to": citizen, "text": piece}) for piece in pieces),
        ]
    parts = [WirePart(method=POST, body=_reply(message, piece)) for piece in _pieces(message)]
    if parts and message.photos:
        shown = [*message.photos[:MOST_PHOTOS]]
        parts[0] = WirePart(method=POST, body={**parts[0].body, "photos": shown})
    return parts


def _pieces(message: OutboundMessage) -> list[str]:
    """The text in pieces, each beginning with whom it is for.

    X refuses a post whose words we have posted before: with the citizen's name in front the same
    answer to two citizens is two answers.
    """
    name = message.thread.get("username", "")
    prefix = f"@{name} " if name else ""
    room = replace(IN_PUBLIC, text_limit=IN_PUBLIC.text_limit - len(prefix))
    return [f"{prefix}{piece}" for piece in cut(message.text, room)]


def _reply(message: OutboundMessage, piece: str) -> dict[str, str]:
    answered = message.thread.get("post", "")
    return {"text": piece, **({"in_reply_to": answered} if answered else {})}
