"""The end of a complaint: "is it fixed?" after it is said to be done.

A pressed answer carries the ticket and counts at any time. Words count when the question is the
open one, when they answer the message that asked it, or when they name the ticket.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from dialogs import asking, drafting, words
from dialogs.conversation import Conversation, Status, Ticket, Turn
from dialogs.earlier import note
from dialogs.effects import Ask, Effect, HandOver, Option, Say, UpdateComplaint
from dialogs.rule import Decision, is_report, is_sure, reply
from dialogs.status import one as status_of
from nlu import ticket as tickets
from nlu.understanding import Understanding

CLOSING, REASON = "closing", "closing_reason"
_SHORT = 6  # words
_ASIDES = frozenset({"status", "human", "greet", "help", "stop"})


@dataclass(frozen=True, kw_only=True, slots=True)
class _Answer:
    """What a turn answers to "is it fixed?"."""

    ticket: Ticket
    fixed: bool
    bare: bool  # without a reason


def may_ask(conversation: Conversation) -> bool:
    """Whether nothing else waits for an answer."""
    idle = conversation.waiting_for in {None, CLOSING, "status"}
    return idle and conversation.draft is None and not conversation.handed_over


def question(number: str) -> Ask:
    """Ask whether it is fixed; the answers carry the ticket."""
    options = (
        Option(value=f"{CLOSING}:{number}:yes", label="option_fixed"),
        Option(value=f"{CLOSING}:{number}:no", label="option_not_fixed"),
    )
    return Ask(slot=CLOSING, phrase="ask_fixed", options=options)


def answered(conversation: Conversation, turn: Turn) -> Decision | None:
    """The rule: "fixed" or "not fixed", said of a complaint of this citizen that is done."""
    if turn.timer or turn.edited or turn.abilities.public:
        return None
    if conversation.handed_over and not turn.choice:
        return None
    answer = _pressed(turn) or _worded(conversation, turn)
    if answer is None:
        return _photo_alone(conversation, turn)
    if answer.ticket.status is not Status.DONE:
        return _then(conversation, turn, status_of(conversation.locale, answer.ticket))
    if answer.fixed:
        update = note(turn, answer.ticket.number, "confirmed")
        return _then(conversation, turn, update, Say(phrase="closing_thanks"))
    return _not_fixed(conversation, turn, answer)


def _mine(turn: Turn, number: str) -> Ticket | None:
    return next((one for one in turn.known.tickets if one.mine and one.number == number), None)


def _pressed(turn: Turn) -> _Answer | None:
    slot, _, rest = turn.choice.partition(":")
    number, _, value = rest.partition(":")
    ticket = _mine(turn, number)
    if slot != CLOSING or value not in {"yes", "no"} or ticket is None:
        return None
    return _Answer(ticket=ticket, fixed=value == "yes", bare=not turn.text)


def _worded(conversation: Conversation, turn: Turn) -> _Answer | None:
    if turn.choice or not turn.text:
        return None
    named = tickets.find(turn.text)
    if len(named) == 1:
        number, start, end = named[0]
        return _read(turn, number, (turn.text[:start] + turn.text[end:]).strip(" ,.:-"))
    if turn.known.replied and conversation.draft is None:
        return _read(turn, turn.known.replied, turn.text)
    if conversation.waiting_for != CLOSING or conversation.draft is not None:
        return None
    numbered = words.number(turn.text)
    if numbered in {1, 2}:
        return _told(turn, conversation.about, fixed=numbered == 1, bare=True)
    return _read(turn, conversation.about, turn.text)


def _read(turn: Turn, number: str, said: str) -> _Answer | None:
    """Words about a ticket that is done; of any other ticket they are no answer."""
    ticket = _mine(turn, number)
    if ticket is None or ticket.status is not Status.DONE:
        return None
    meant = words.meaning("closing", said) or words.meaning("answers", said)
    if meant in {"yes", "no"}:
        return _told(turn, number, fixed=meant == "yes", bare=True)
    if _disputes(turn, ticket, said):
        return _told(turn, number, fixed=False, bare=False)
    for_days = _tells_how_long(turn.understanding)
    if words.begins("fixed", said) and len(said.split()) <= _SHORT and not for_days:
        return _told(turn, number, fixed=True, bare=True)
    return None


def _disputes(turn: Turn, ticket: Ticket, said: str) -> bool:
    """Whether it is not fixed: "sudah seminggu masih gelap" only begins like a yes."""
    understood = turn.understanding
    if words.begins("not_fixed", said) or understood.intent == "dispute":
        return True
    begins_so = words.begins("fixed", said)
    if begins_so and words.holds("turns", said):
        return True
    if _is_of_another_kind(understood, ticket):
        return False
    still = words.mentions("not_fixed", said)
    if begins_so:
        return still or (is_report(understood) and _tells_how_long(understood))
    # Of a place of its own "still" is a report: only a few words without one are an answer.
    named = understood.place or understood.places
    return still and not named and len(said.split()) <= _SHORT


def _tells_how_long(understood: Understanding) -> bool:
    """Whether "sudah" belongs to days ("sudah 3 hari gelap") and says nothing of the repair."""
    since = (str(one.value) for one in understood.entities if one.entity == "since")
    return any(words.begins("fixed", one) for one in since)


def _told(turn: Turn, number: str, *, fixed: bool, bare: bool) -> _Answer | None:
    ticket = _mine(turn, number)
    return _Answer(ticket=ticket, fixed=fixed, bare=bare) if ticket else None


def _not_fixed(conversation: Conversation, turn: Turn, answer: _Answer) -> Decision:
    """Open it again at once, so that nothing depends on a reason; then ask for one."""
    number = answer.ticket.number
    effects = reopening(turn, number)
    wordless = answer.bare and not drafting.brings(turn)
    if not wordless or not may_ask(conversation):
        return _then(conversation, turn, *effects)
    waiting = replace(conversation, waiting_for=REASON, about=number, offered=())
    return reply(waiting, *effects, Ask(slot=REASON, phrase="ask_reason"))


def reopening(turn: Turn, number: str) -> tuple[Effect, ...]:
    """What happens when a citizen disputes that a complaint is settled."""
    update = replace(note(turn, number, "dispute"), moves_to=Status.REOPENED)
    task = HandOver(reason="dispute", ticket=number)
    said = Say(phrase="reopened", slots={"ticket": number})
    return (*drafting.notes(turn), update, task, said)


def _photo_alone(conversation: Conversation, turn: Turn) -> Decision | None:
    """A photo without a word while "is it fixed?" is open shows how it looks now."""
    asked = conversation.waiting_for == CLOSING and conversation.draft is None
    kept = any(one.state != "refused" for one in turn.photos)
    if not asked or turn.text or not kept or _mine(turn, conversation.about) is None:
        return None
    said = Say(phrase="photo_added", slots={"ticket": conversation.about})
    update = note(turn, conversation.about, "citizen_photo")
    return reply(conversation, *drafting.notes(turn), update, said)


def _then(conversation: Conversation, turn: Turn, *said: Effect) -> Decision:
    """Go on with what was under way."""
    if conversation.handed_over:
        return reply(conversation, *said)
    if conversation.draft is not None:
        return asking.resume(conversation, turn, *said)
    if conversation.waiting_for in {CLOSING, REASON}:
        conversation = replace(conversation, waiting_for=None, about="", offered=())
    return reply(conversation, *said)


def reason(conversation: Conversation, turn: Turn) -> Decision | None:
    """The rule: what follows "what is still wrong?" is the reason, unless it is something else."""
    if conversation.waiting_for != REASON or conversation.draft is not None:
        return None
    if turn.timer or turn.edited or turn.choice or conversation.handed_over:
        return None
    meant = words.meaning("answers", turn.text)
    if (meant or not turn.text) and not drafting.brings(turn):
        silent = meant in {"skip", "no", "cancel"}
        return _then(conversation, turn, Say(phrase="closing_noted")) if silent else None
    if _is_about_another(conversation, turn) and not turn.photos:
        return None
    update: UpdateComplaint = note(turn, conversation.about, "reason")
    said = Say(phrase="closing_noted")
    return _then(conversation, turn, *drafting.notes(turn), update, said)


def _is_about_another(conversation: Conversation, turn: Turn) -> bool:
    """Small talk, or a report of another kind at a place of its own."""
    said = turn.understanding
    if words.meaning("intents", turn.text) or said.intent in _ASIDES:
        return True
    ticket = _mine(turn, conversation.about)
    return ticket is not None and _is_of_another_kind(said, ticket)


def _is_of_another_kind(said: Understanding, ticket: Ticket) -> bool:
    """Whether this reports another kind of problem at a place of its own."""
    placed = bool(said.place or said.places)
    return said.category != ticket.category and is_report(said) and is_sure(said) and placed
