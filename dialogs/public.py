"""Where strangers read along: short, nothing personal, nothing asked."""

from __future__ import annotations

from dataclasses import replace

from dialogs import asking, cards, drafting, spots
from dialogs.conversation import Conversation, Turn
from dialogs.earlier import note
from dialogs.effects import Effect, Say
from dialogs.filing import file
from dialogs.reporting import newest
from dialogs.rule import Decision, is_report, reply, tell


def public(conversation: Conversation, turn: Turn) -> Decision | None:
    """The rule: a report is filed with what it says, anything else gets a word of welcome."""
    if not turn.abilities.public:
        return None
    if turn.by_card and conversation.waiting_for == cards.IN_PUBLIC:
        return _carded(conversation, turn)
    if not (turn.text and is_report(turn.understanding)) and not drafting.brings(turn):
        return tell(conversation, "public_hello")
    recent = newest(turn)
    if recent is not None:
        return reply(conversation, note(turn, recent, "citizen_note"), Say(phrase="public_noted"))
    draft = conversation.draft or drafting.begin(turn)
    taken = drafting.with_report(conversation, draft, turn)
    complete = taken.draft is not None and taken.draft.category is not None
    complete = complete and asking.is_complete(taken, turn)
    after, effects = file(taken, turn, complete=complete)
    silent = tuple(one for one in effects if not isinstance(one, Say))
    placed = taken.draft is not None and taken.draft.spot and not spots.is_vague(taken.draft.spot)
    return _filed(after, turn, silent, needs_place=not placed)


def _filed(
    conversation: Conversation, turn: Turn, silent: tuple[Effect, ...], *, needs_place: bool
) -> Decision:
    """The ticket's number, and where a place is missing the page that takes it."""
    slots = {"ticket": turn.ticket_number}
    if not needs_place or turn.offer is None:
        return reply(conversation, *silent, Say(phrase="public_filed", slots=slots))
    waiting = replace(
        conversation,
        waiting_for=cards.IN_PUBLIC,
        about=turn.ticket_number,
        card=turn.offer.card,
    )
    slots = {**slots, "card": turn.offer.url}
    return reply(waiting, *silent, Say(phrase="public_filed", slots=slots))


def _carded(conversation: Conversation, turn: Turn) -> Decision:
    """The page has come back: its place and photos go to the complaint that asked for them."""
    told = note(turn, conversation.about, "citizen_note")
    settled = replace(conversation, waiting_for=None, about="")
    return reply(settled, told, Say(phrase="public_noted"))
