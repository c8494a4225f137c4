"""Danger to life: 112 first, filed at once with what is known, a person told. Never asked about."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from dialogs import asking, cards, drafting, spots, words
from dialogs.conversation import Conversation, Draft, Ticket, Turn
from dialogs.drafting import plausible
from dialogs.earlier import note
from dialogs.effects import Ask, Effect, FileComplaint, HandOver, Say
from dialogs.filing import closed, page, settled
from dialogs.nearby import resembles
from dialogs.phrasebook import has
from dialogs.rule import UNCLEAR, Decision, category_of, is_report, is_sure, reply
from dialogs.smalltalk import ASIDES
from nlu.slots.emergency import no_fire

WAITING = "about_location"
_SAME = timedelta(minutes=30)
_FIRE = "kebakaran"
_DANGERS = {  # a group of words.yml, and the phrase for it
    "danger_violence": "emergency_violence",
    "danger_fire": "emergency_kebakaran",
    "danger_wire": "emergency_listrik",
    "danger_trapped": "emergency_trapped",
}


def is_emergency(turn: Turn) -> bool:
    """Whether the text tells of danger to life: by its words, or by a category that is one."""
    said = turn.understanding
    if not turn.text or words.meaning("answers", turn.text):
        return False
    row = category_of(said.category)
    by_kind = row is not None and row.emergency and said.intent == "report" and is_sure(said)
    # The classifier takes a train ("kereta api") and a hydrant for a fire.
    mistaken = said.category == _FIRE and no_fire(turn.text)
    return said.emergency or (by_kind and not mistaken)


def danger(conversation: Conversation, turn: Turn) -> Decision | None:
    """The rule: stands before the silence of a hand-over, because danger does not wait."""
    if turn.timer or conversation.waiting_for == WAITING or not is_emergency(turn):
        return None
    going_on = _just_filed(turn)
    if going_on is not None:
        update = note(turn, going_on.number, "citizen_note")
        call = _call(turn, turn.understanding.category)
        task = HandOver(reason="emergency", ticket=going_on.number)
        return reply(conversation, call, update, task, Say(phrase="emergency_noted"))
    return _file(*_apart(conversation, turn), turn)


def _just_filed(turn: Turn) -> Ticket | None:
    """The complaint of this same danger, filed minutes ago: it is not filed again."""
    recent = (one for one in turn.known.tickets if one.mine and turn.at - one.filed_at <= _SAME)
    return next((one for one in recent if _is_same(one, turn)), None)


def _is_same(ticket: Ticket, turn: Turn) -> bool:
    """The same kind, or a fire told on in words of no clear kind; not in another kelurahan."""
    said = turn.understanding
    place = (turn.spot and turn.spot.place) or said.place
    elsewhere = place and place.kelurahan and ticket.area and place.kelurahan not in ticket.area
    row = category_of(ticket.category)
    going_on = row is not None and row.emergency and not is_sure(said)
    return not elsewhere and (ticket.category == said.category or going_on)


def _apart(conversation: Conversation, turn: Turn) -> tuple[Conversation, Draft | None]:
    """The draft under way is part of it when it is of the same kind; else it has to wait."""
    draft = conversation.draft
    kind = turn.understanding.category
    if draft is None or draft.category in {None, kind} or not is_sure(turn.understanding):
        return conversation, None
    bare = replace(closed(conversation), draft=None)
    return bare, draft


def _file(conversation: Conversation, waiting: Draft | None, turn: Turn) -> Decision:
    begun = conversation.draft or drafting.begin(turn)
    taken = drafting.with_report(conversation, begun, turn)
    draft = replace(_kind(taken.draft or begun, turn), emergency=True)
    located = draft.spot is not None and not spots.is_vague(draft.spot)
    effects: tuple[Effect, ...] = (
        _call(turn, draft.category),
        *drafting.notes(turn),
        FileComplaint(
            ticket=turn.ticket_number,
            draft=draft,
            complete=located,
            resembles=resembles(draft, turn),
        ),
        HandOver(reason="emergency", ticket=turn.ticket_number),
        Say(phrase="emergency_filed", slots={"ticket": turn.ticket_number}),
        *page(turn, turn.ticket_number),
    )
    after = closed(taken)
    if waiting is not None:
        after = replace(after, queue=(waiting, *after.queue))
    if after.queue:
        effects = (*effects, *asking.timers())
    if after.handed_over:
        return reply(after, *effects)
    if located:
        return asking.onward(after, draft, turn, *effects)
    return _ask(replace(after, about=turn.ticket_number), turn, *effects)


def _ask(conversation: Conversation, turn: Turn, *said: Effect) -> Decision:
    """Ask where exactly, after all that had to be said and done first."""
    ask = Ask(slot=WAITING, phrase="ask_emergency_location", location=True)
    asked, ask = cards.offered(replace(conversation, waiting_for=WAITING), turn, ask)
    return reply(asked, *said, ask)


def _kind(draft: Draft, turn: Turn) -> Draft:
    if draft.category:
        return draft
    best = plausible(turn.understanding.candidates)
    return drafting.with_category(draft, turn, best[0].category) if best else settled(draft)


def _call(turn: Turn, slug: str | None) -> Say:
    """112, and what to do: by the danger that the words name, else by the kind of complaint."""
    named = (phrase for group, phrase in _DANGERS.items() if words.holds(group, turn.text))
    own = next(named, f"emergency_{slug or UNCLEAR}")
    return Say(phrase=own if has("id", own) else "emergency")


def lapsed(conversation: Conversation, turn: Turn) -> Conversation:
    """The question is closed by time, and by a sure report of something else at a place of its own.

    A card says by itself until when it answers.
    """
    if conversation.waiting_for != WAITING or turn.timer or turn.by_card:
        return conversation
    tickets = turn.known.tickets
    ticket = next((one for one in tickets if one.number == conversation.about), None)
    if ticket is None or not (turn.at - ticket.filed_at > _SAME or _is_apart(ticket, turn)):
        return conversation
    return replace(conversation, waiting_for=None, about="", offered=())


def _is_apart(ticket: Ticket, turn: Turn) -> bool:
    """Whether this tells of something else: not of what may well be a part of the same danger."""
    said = turn.understanding
    placed = (turn.spot and turn.spot.place) or said.place or said.places
    kin = said.emergency or has("id", f"emergency_{said.category}")
    sure = is_report(said) and is_sure(said)
    return bool(sure and placed and not kin and said.category != ticket.category)


def located(conversation: Conversation, turn: Turn) -> Decision | None:
    """The rule: what follows the one question of an emergency goes to its complaint."""
    if conversation.waiting_for != WAITING:
        return None
    beside = words.meaning("intents", turn.text)
    if beside and not drafting.brings(turn):
        return _beside(conversation, turn, beside)
    draft = (conversation.draft,) if conversation.draft else ()
    after = replace(closed(conversation), queue=(*draft, *conversation.queue))
    ticket = conversation.about
    meant = words.meaning("answers", turn.text)
    if (meant or not turn.text) and not drafting.brings(turn):
        said = Say(phrase="emergency_wait", slots={"ticket": ticket})
        return asking.onward(after, Draft(), turn, *drafting.notes(turn), said)
    again = (_call(turn, None),) if turn.understanding.emergency else ()
    told = turn.spot or spots.in_address(turn)[0]
    update = replace(note(turn, ticket, "citizen_note"), spot=told)
    said = Say(phrase="emergency_noted")
    return asking.onward(after, Draft(), turn, *again, *drafting.notes(turn), update, said)


def _beside(conversation: Conversation, turn: Turn, meant: str) -> Decision:
    """A bare word that is no place; "tolong" is a cry for help. The question stays open."""
    if meant == "help":
        return _ask(conversation, turn, _call(turn, None))
    after, effects = ASIDES[meant](conversation, turn)
    return reply(after, *effects) if after.handed_over else _ask(after, turn, *effects)
