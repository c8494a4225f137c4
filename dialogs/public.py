"""Where strangers read along: short, nothing personal, nothing asked."""

from __future__ import annotations

from dataclasses import replace

from dialogs import asking, cards, drafting, spots
from dialogs.conversation import Conversation, Ticket, Turn
from dialogs.earlier import note
from dialogs.effects import Effect, Say
from dialogs.filing import file
from dialogs.nearby import elsewhere
from dialogs.reporting import recent
from dialogs.rule import UNCLEAR, Decision, is_report, is_sure, reply, tell


def public(conversation: Conversation, turn: Turn) -> Decision | None:
    """The rule: a report is filed with what it says, anything else gets a word of welcome."""
    if not turn.abilities.public:
        return None
    if turn.by_card and conversation.waiting_for == cards.IN_PUBLIC:
        return _carded(conversation, turn)
    if not (turn.text and is_report(turn.understanding)) and not drafting.brings(turn):
        return tell(conversation, "public_hello")
    told = next((one for one in recent(turn) if _goes_on(one, turn)), None)
    if told is not None:
        noted = note(turn, told.number, "citizen_note")
        return reply(conversation, noted, Say(phrase="public_noted"))
    draft = conversation.draft or drafting.begin(turn)
    taken = drafting.with_report(conversation, draft, turn)
    complete = taken.draft is not None and taken.draft.category is not None
    complete = complete and asking.is_complete(taken, turn)
    after, effects = file(taken, turn, complete=complete)
    silent = tuple(one for one in effects if not isinstance(one, Say))
    placed = taken.draft is not None and taken.draft.spot and not spots.is_vague(taken.draft.spot)
    return _filed(after, turn, silent, needs_place=not placed)


def _goes_on(ticket: Ticket, turn: Turn) -> bool:
    """Whether this may be more of a complaint: not of a kind or a kelurahan that is another."""
    said = turn.understanding
    other = is_report(said) and is_sure(said) and said.category != ticket.category
    return not elsewhere(ticket, turn) and (ticket.category == UNCLEAR or not other)


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
