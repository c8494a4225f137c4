"""Where strangers read along: short, nothing personal, nothing asked."""

from __future__ import annotations

from dialogs import asking, drafting
from dialogs.conversation import Conversation, Turn
from dialogs.earlier import note
from dialogs.effects import Say
from dialogs.filing import file
from dialogs.reporting import newest
from dialogs.rule import Decision, is_report, reply, tell


def public(conversation: Conversation, turn: Turn) -> Decision | None:
    """The rule: a report is filed with what it says, anything else gets a word of welcome."""
    if not turn.abilities.public:
        return None
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
    return reply(after, *silent, Say(phrase="public_filed", slots={"ticket": turn.ticket_number}))
