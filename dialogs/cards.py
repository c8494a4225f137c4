"""Cards: where a channel has no native positions, the question of a place comes with a page.

One card is live for each question. It is offered again with the question, and ends with it: when
the place is told otherwise, when the report is filed or dropped, and when it was used.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from dialogs.conversation import Card, Conversation, Turn
from dialogs.effects import Ask

IN_PUBLIC = "public_location"  # nothing is asked in public: the page alone answers it
OF_PLACES = frozenset({"location", "place", "area", "new_location", "about_location", IN_PUBLIC})
"""What a conversation waits for while a card can answer it."""
_TIME_LEFT = timedelta(hours=1)


def live(conversation: Conversation, at: datetime, by_card: str) -> Card | None:
    """The card that can be offered again: not the one just used, and not one about to expire."""
    card = conversation.card
    if card is None or card.id == by_card or card.expires_at - at < _TIME_LEFT:
        return None
    return card


def offered(conversation: Conversation, turn: Turn, ask: Ask) -> tuple[Conversation, Ask]:
    """A question of a place takes the card along that the turn may offer."""
    if not ask.location or turn.offer is None:
        return conversation, ask
    slots = {**ask.slots, "card": turn.offer.url}
    return replace(conversation, card=turn.offer.card), replace(ask, slots=slots)


def taken(conversation: Conversation, turn: Turn) -> Conversation:
    """A card that was used is live no more; and who left its photos empty is not asked for them."""
    if not turn.by_card:
        return conversation
    card, draft = conversation.card, conversation.draft
    if card is not None and card.id == turn.by_card:
        conversation = replace(conversation, card=None)
    if draft is None or turn.photos or "photo" in draft.skipped:
        return conversation
    return replace(conversation, draft=replace(draft, skipped=(*draft.skipped, "photo")))


def settled(conversation: Conversation) -> Conversation:
    """No question of a place is open: no card is live."""
    if conversation.card is None or conversation.waiting_for in OF_PLACES:
        return conversation
    return replace(conversation, card=None)
