"""Timers that are due: one reminder, then filing what would else be lost, and the hand-back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from dialogs import asking
from dialogs.conversation import Conversation, Turn
from dialogs.effects import Say, Schedule
from dialogs.filing import closed, file
from dialogs.rule import Decision

_NEXT = timedelta(seconds=1)


def due(conversation: Conversation, turn: Turn) -> Decision | None:
    """The rule: a timer of a name that this version does not know passes in silence."""
    if not turn.timer:
        return None
    return TIMERS.get(turn.timer, _silence)(conversation, turn)


def _silence(conversation: Conversation, _turn: Turn) -> Decision:
    return conversation, ()


def remind(conversation: Conversation, turn: Turn) -> Decision:
    """Recall a draft once, unless the citizen wants no unasked message."""
    quiet = conversation.stopped or conversation.handed_over or turn.abilities.public
    if conversation.draft is None or quiet or "reminder" in conversation.asked:
        return _silence(conversation, turn)
    reminded = replace(conversation, asked={**conversation.asked, "reminder": 1})
    after, effects = asking.resume(reminded, turn, Say(phrase="reminder"))
    return after, tuple(one for one in effects if not isinstance(one, Schedule))


def expire(conversation: Conversation, turn: Turn) -> Decision:
    """File a draft as it is; a pin alone is no complaint. The next in the queue follows at once."""
    after, effects = _filed(conversation, turn)
    if not after.queue:
        return after, effects
    first, *rest = after.queue
    if first.twin and first.spot is None and conversation.draft:
        first = replace(first, spot=conversation.draft.spot)
    following = replace(after, draft=first, queue=tuple(rest))
    return following, (*effects, Schedule(timer="expire", after=_NEXT))


def _filed(conversation: Conversation, turn: Turn) -> Decision:
    draft = conversation.draft
    if draft is None:
        return closed(conversation) if conversation.queue else conversation, ()
    if not (draft.texts or draft.photos):
        return closed(conversation), ()
    after, effects = file(conversation, turn, complete=False)
    quiet = conversation.stopped or conversation.handed_over
    return after, tuple(one for one in effects if not (quiet and isinstance(one, Say)))


def hand_back(conversation: Conversation, _turn: Turn) -> Decision:
    """Nobody came, or nobody handed back: the bot answers again when it is written to."""
    return replace(conversation, handed_over=False), ()


TIMERS: dict[str, Callable[[Conversation, Turn], Decision]] = {
    "reminder": remind, "expire": expire, "hand_back": hand_back,
}  # fmt: skip
