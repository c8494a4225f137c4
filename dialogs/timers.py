"""What the clock brings: a reminder, filing what would else be lost, news, and what people do.

A timer is named `reminder` or, where it is about something, `news:4711`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from dialogs import abuse, asking, news
from dialogs.conversation import Conversation, Turn
from dialogs.effects import Say, Schedule
from dialogs.filing import closed, file
from dialogs.phrasebook import LOCALES
from dialogs.rule import HAND_BACK, Decision

_NEXT = timedelta(seconds=1)


def due(conversation: Conversation, turn: Turn) -> Decision | None:
    """The rule: a timer of a name that this version does not know passes in silence."""
    if not turn.timer:
        return None
    return TIMERS.get(turn.timer.partition(":")[0], _silence)(conversation, turn)


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


def taken(conversation: Conversation, _turn: Turn) -> Decision:
    """A person takes the conversation: silent until he hands back, or has long been silent too."""
    paused = replace(conversation, handed_over=True)
    return paused, (Schedule(timer="hand_back", after=HAND_BACK),)


def said(conversation: Conversation, turn: Turn) -> Decision:
    """A person writes; whoever writes has taken the conversation."""
    after, effects = taken(conversation, turn)
    return after, (Say(phrase="person_says", slots={"text": turn.person}), *effects)


def speak(conversation: Conversation, turn: Turn) -> Decision:
    """A person says in which language this citizen is answered."""
    language = turn.timer.partition(":")[2]
    known = language in LOCALES
    return (replace(conversation, locale=language) if known else conversation), ()


def back(conversation: Conversation, turn: Turn) -> Decision:
    """A person hands back: said once, and what was under way goes on."""
    if not conversation.handed_over:
        return _silence(conversation, turn)
    after = replace(conversation, handed_over=False, misunderstood=0)
    if after.draft is not None:
        return asking.advance(after, turn, Say(phrase="handed_back"))
    return after, (Say(phrase="handed_back"),)


TIMERS: dict[str, Callable[[Conversation, Turn], Decision]] = {
    "reminder": remind, "expire": expire, "hand_back": hand_back,
    "news": news.told, "taken": taken, "said": said, "back": back,
    "speak": speak, "rested": abuse.rested,
}  # fmt: skip
