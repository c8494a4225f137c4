"""What a citizen will read: the words as his channel carries them, and the room left. Pure.

A moderator's words go out in the phrase `person_says`, by way of the dialog and the channel's own
`render`. The preview takes the same way, so that it shows what will be sent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from channels import septets
from channels.adapter import Caps, WirePart
from channels.message import OutboundMessage
from channels.text import cut, tidy
from dialogs.conversation import Abilities
from dialogs.phrasebook import say

Render = Callable[[OutboundMessage], Sequence[WirePart]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """A message before it is sent."""

    parts: tuple[str, ...]  # what the citizen reads, piece by piece
    count: int  # messages that the channel sends
    unit: str  # characters | utf16 | septets | ucs2 | bytes
    left: int  # until another message is needed
    dear: tuple[str, ...] = ()  # characters that halve an SMS


def words_of(text: str, locale: str, abilities: Abilities) -> str:
    """A moderator's words as the dialog says them."""
    return say(locale, "person_says", {"text": tidy(text)}, abilities)


def preview(text: str, message: OutboundMessage, caps: Caps, render: Render | None) -> Preview:
    """Show `text` as it will be sent; `message` is addressed and empty.

    Without `render` (a channel that is switched off) the text is cut as most channels do.
    """
    said = words_of(text, message.locale, Abilities(public=caps.public)) if text.strip() else ""
    written = replace(message, text=said)
    parts = _parts(render(written) if render else (), said) or tuple(cut(said, caps))
    if caps.text_unit == "septets":
        return _sms(said, parts)
    size = _size(parts[-1] if parts else "", caps.text_unit)
    return Preview(
        parts=parts,
        count=len(parts),
        unit=caps.text_unit,
        left=max(0, caps.text_limit - size),
    )


def _parts(rendered: Sequence[WirePart], said: str) -> tuple[str, ...]:
    """The words of each wire part; () where one cannot be told."""
    found = [_text(one.body) for one in rendered]
    words = [one for one in found if one]
    return tuple(words) if words and said else ()


def _text(body: Any) -> str:
    """What stands under "text" in a request, as the channels' providers call it."""
    if not isinstance(body, dict):
        return ""
    own = body.get("text")
    if isinstance(own, str):
        return own
    return next((text for one in body.values() if (text := _text(one))), "")


def _sms(said: str, parts: tuple[str, ...]) -> Preview:
    size = septets.measure(said)
    return Preview(
        parts=parts if len(parts) == size.parts else tuple(filter(None, (said,))),
        count=size.parts if said else 0,
        unit="septets" if size.alphabet == "gsm" else "ucs2",
        left=size.room,
        dear=tuple(septets.strangers(said)),
    )


def _size(text: str, unit: str) -> int:
    match unit:
        case "utf16":
            return len(text.encode("utf-16-le")) // 2
        case "bytes":
            return len(text.encode())
        case _:
            return len(text)
