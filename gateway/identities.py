"""Who is who, as a decision writes it: codes, links, erasures. Pure."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from channels.message import OutboundMessage
from dialogs import codec, codes
from dialogs.conversation import Code, Conversation, Turn
from dialogs.effects import Effect, Erase, Link, OfferCode, Unlink
from dialogs.phrasebook import say
from store.erasure import Wish
from store.inbox import Claimed
from store.people import Living, Offer

Digest = Callable[[str], str]
"""A code or an address to its keyed hash."""


def digest_by(key: bytes) -> Digest:
    """Make the keyed hash of a key: HMAC with SHA-256, in hex."""

    def digest(words: str) -> str:
        return hmac.digest(key, words.encode(), "sha256").hex()

    return digest


def code_of(claimed: Claimed, digest: Digest) -> str | None:
    """The digest of the code that a message is, None when it is none."""
    code = codes.find(claimed.message.words)
    return digest(code) if code else None


def known_code(claimed: Claimed, living: Mapping[str, Living], digest: Digest) -> Code | None:
    """What the store knows of the code that a message is."""
    wanted = code_of(claimed, digest)
    if wanted is None:
        return None
    found = living.get(wanted)
    if found is None:
        return Code(id=0)
    own = found.conversation_id == claimed.conversation_id
    return Code(id=found.id, purpose=found.purpose, own=own)


def of_effects(
    claimed: Claimed,
    turn: Turn,
    effects: Sequence[Effect],
    living: Mapping[str, Living],
    digest: Digest,
) -> dict[str, Any]:
    """The fields of a decision that say who is who."""
    fields: dict[str, Any] = {}
    for effect in effects:
        match effect:
            case OfferCode():
                fields["offers"] = (
                    *fields.get("offers", ()),
                    _offer(claimed, turn, effect, digest),
                )
            case Link():
                fields["link"] = effect.code
                found = living.get(code_of(claimed, digest) or "")
                fields["linked_says"] = _linked(claimed, found) if found else None
            case Unlink():
                fields["unlinks"] = True
            case Erase():
                fields["spends"] = effect.code or None
                fields["erases"] = Wish(
                    conversation_id=claimed.conversation_id,
                    inbox_id=claimed.id,
                    answer_key=f"{claimed.id}:answer",
                    at=turn.at,
                    mark=digest,
                )
    return fields


def _offer(claimed: Claimed, turn: Turn, effect: OfferCode, digest: Digest) -> Offer:
    return Offer(
        digest=digest(effect.code),
        purpose=effect.purpose,
        conversation_id=claimed.conversation_id,
        expires_at=turn.at + effect.lasts,
        proves=effect.proves or None,
    )


def _linked(claimed: Claimed, other: Living) -> OutboundMessage:
    """Tell the address that gave the code that it was used: it may not have been its owner."""
    locale = codec.load(other.state).locale if other.state else Conversation().locale
    return OutboundMessage(
        channel=other.channel,
        account=other.account,
        address=other.address,
        key=f"{claimed.id}:linked",
        text=say(locale, "linked_other", {}),
        locale=locale,
    )
