"""Where a complaint stands: by ticket number, or the citizen's own, the newest first."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from dialogs import asking, words
from dialogs.conversation import Conversation, Ticket, Turn
from dialogs.effects import Ask, Effect, Option, Say
from dialogs.filing import page
from dialogs.phrasebook import say
from dialogs.rule import Decision, category_of, reply, tell
from nlu import ticket

STATUS = "status"
MOST_LISTED = 5
_JAKARTA = timezone(timedelta(hours=7))
_LIKE_A_NUMBER = re.compile(r"\bJ\s?K\s?T[\s.:#-]*([A-Z0-9][A-Z0-9 .-]{4,12})", re.IGNORECASE)


def asked(conversation: Conversation, turn: Turn) -> Decision:
    """Answer a question about status."""
    named = named_numbers(turn)
    if named:
        return reply(
            conversation,
            *(one for number in named[:MOST_LISTED] for one in _named(conversation, turn, number)),
        )
    if ticket.spans(turn.text) or _LIKE_A_NUMBER.search(turn.text):
        return tell(conversation, "status_wrong_number")
    if turn.known.replied:
        return reply(conversation, *_named(conversation, turn, turn.known.replied))
    mine = tuple(one for one in turn.known.tickets if one.mine)
    if not mine:
        return tell(conversation, "status_none")
    if len(mine) == 1:
        return reply(conversation, *_whole(conversation, turn, mine[0]))
    return _listed(conversation, turn, mine)


def _listed(conversation: Conversation, turn: Turn, mine: tuple[Ticket, ...]) -> Decision:
    """The newest first; one can be chosen where no other question is open."""
    locale, shown = conversation.locale, mine[:MOST_LISTED]
    lines = [line(locale, one) for one in shown]
    rest = len(mine) - len(shown)
    more = (say(locale, "status_more", {"count": str(rest)}),) if rest else ()
    if conversation.draft is not None or conversation.waiting_for not in {None, STATUS}:
        return tell(conversation, "status_list", list="\n".join([*lines, *more]))
    buttons = turn.abilities.buttons >= len(shown)
    labels = [one.number for one in shown] if buttons else lines
    options = tuple(
        Option(value=f"{STATUS}:{one.number}", label=label, literal=True)
        for one, label in zip(shown, labels, strict=True)
    )
    listed = "\n".join([*lines, *more] if buttons else more)
    ask = Ask(slot=STATUS, phrase="status_list", slots={"list": listed}, options=options)
    offered = tuple(option.value for option in options)
    return reply(replace(conversation, waiting_for=STATUS, offered=offered), ask)


def chosen(conversation: Conversation, turn: Turn) -> Decision | None:
    """The rule: one of the listed complaints, by a press at any time, or by its number."""
    value = turn.choice
    listing = conversation.waiting_for == STATUS and conversation.draft is None
    number = words.number(turn.text) if listing and not (turn.photos or turn.spot) else None
    if number is not None and 1 <= number <= len(conversation.offered):
        value = conversation.offered[number - 1]
    slot, _, ticket_number = value.partition(":")
    found = next((one for one in turn.known.tickets if one.number == ticket_number), None)
    if slot != STATUS or found is None or turn.abilities.public:
        return None
    if conversation.draft is not None and not conversation.handed_over:
        return asking.resume(conversation, turn, *_whole(conversation, turn, found))
    return reply(conversation, *_whole(conversation, turn, found))


def number_alone(conversation: Conversation, turn: Turn) -> Decision | None:
    """The rule: nothing but ticket numbers, and words that ask how they stand, ask for status."""
    if turn.photos or turn.spot:
        return None
    numbers = ticket.spans(turn.text)
    rest = ticket.replaced(turn.text, " ") if numbers else _LIKE_A_NUMBER.sub("", turn.text)
    alone = numbers or rest != turn.text
    if not alone or not words.only("status_words" if numbers else "", rest):
        return None
    after, effects = asked(conversation, turn)
    if after.draft is not None and not after.handed_over:
        return asking.resume(after, turn, *effects)
    return after, effects


def named_numbers(turn: Turn) -> list[str]:
    """Ticket numbers in the text, in their written form."""
    return list(dict.fromkeys(number for number, _, _ in ticket.find(turn.text)))


def _named(conversation: Conversation, turn: Turn, number: str) -> tuple[Effect, ...]:
    known = next((one for one in turn.known.tickets if one.number == number), None)
    if known is None:
        return (Say(phrase="status_unknown", slots={"ticket": number}),)
    return _whole(conversation, turn, known)


def _whole(conversation: Conversation, turn: Turn, found: Ticket) -> tuple[Effect, ...]:
    return (one(conversation.locale, found), *page(turn, found.number))


def one(locale: str, found: Ticket) -> Say:
    """How one complaint stands."""
    return Say(phrase="status_one", slots=_slots(locale, found))


def line(locale: str, found: Ticket) -> str:
    """One ticket in a list."""
    return say(locale, "status_line", _slots(locale, found))


def _slots(locale: str, found: Ticket) -> dict[str, str]:
    row = category_of(found.category)
    area = say(locale, "in_area", {"area": found.area}) if found.area else ""
    return {
        "ticket": found.number,
        "category": row.name[locale] if row else found.category,
        "area": area,
        "status": say(locale, f"status_{found.status.value}", {}),
        "filed": day(found.filed_at),
        "updated": day(found.updated_at),
    }


def day(at: datetime) -> str:
    """A date as read in Jakarta: 23/11/2026."""
    return f"{at.astimezone(_JAKARTA):%d/%m/%Y}"
