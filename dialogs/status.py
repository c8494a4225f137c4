"""Where a complaint stands: by ticket number, or the citizen's own, the newest first."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

from dialogs.conversation import Conversation, Ticket, Turn
from dialogs.effects import Say
from dialogs.phrasebook import say
from dialogs.rule import Decision, category_of, reply, tell
from nlu import ticket

MOST_LISTED = 5
_JAKARTA = timezone(timedelta(hours=7))
_LIKE_A_NUMBER = re.compile(r"\bJ\s?K\s?T[\s.:#-]*([A-Z0-9][A-Z0-9 .-]{4,12})", re.IGNORECASE)


def asked(conversation: Conversation, turn: Turn) -> Decision:
    """Answer a question about status."""
    named = named_numbers(turn)
    if named:
        return reply(
            conversation, *(_named(conversation, turn, one) for one in named[:MOST_LISTED])
        )
    if _LIKE_A_NUMBER.search(turn.text):
        return tell(conversation, "status_wrong_number")
    mine = tuple(one for one in turn.known.tickets if one.mine)
    if not mine:
        return tell(conversation, "status_none")
    if len(mine) == 1:
        return reply(conversation, _one(conversation.locale, mine[0]))
    lines = [line(conversation.locale, one) for one in mine[:MOST_LISTED]]
    more = say(conversation.locale, "status_more", {"count": str(len(mine) - MOST_LISTED)})
    slots = {"list": "\n".join([*lines, *([more] if len(mine) > MOST_LISTED else [])])}
    return reply(conversation, Say(phrase="status_list", slots=slots))


def number_alone(conversation: Conversation, turn: Turn) -> Decision | None:
    """The rule: a message that is nothing but a ticket number asks for its status."""
    if turn.photos or turn.spot:
        return None
    found = ticket.find(turn.text)
    rest = _LIKE_A_NUMBER.sub("", turn.text) if not found else ""
    for _, start, end in found:
        rest = turn.text[:start] + turn.text[end:]
    alone = not re.sub(r"[\W_]", "", rest) and (found or _LIKE_A_NUMBER.search(turn.text))
    return asked(conversation, turn) if alone else None


def named_numbers(turn: Turn) -> list[str]:
    """Ticket numbers in the text, in their written form."""
    return list(dict.fromkeys(number for number, _, _ in ticket.find(turn.text)))


def _named(conversation: Conversation, turn: Turn, number: str) -> Say:
    known = next((one for one in turn.known.tickets if one.number == number), None)
    if known is None:
        return Say(phrase="status_unknown", slots={"ticket": number})
    return _one(conversation.locale, known)


def _one(locale: str, one: Ticket) -> Say:
    return Say(phrase="status_one", slots=_slots(locale, one))


def line(locale: str, one: Ticket) -> str:
    """One ticket in a list."""
    return say(locale, "status_line", _slots(locale, one))


def _slots(locale: str, one: Ticket) -> dict[str, str]:
    row = category_of(one.category)
    area = say(locale, "in_area", {"area": one.area}) if one.area else ""
    return {
        "ticket": one.number,
        "category": row.name[locale] if row else one.category,
        "area": area,
        "status": say(locale, f"status_{one.status.value}", {}),
        "filed": day(one.filed_at),
        "updated": day(one.updated_at),
    }


def day(at: datetime) -> str:
    """A date as read in Jakarta: 23/11/2026."""
    return f"{at.astimezone(_JAKARTA):%d/%m/%Y}"
