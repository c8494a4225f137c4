"""Exact commands, read before the classifier: STOP, MULAI, HAPUS DATA SAYA, HUBUNGKAN, codes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from dialogs import asking, codes, erasing, linking, smalltalk, words
from dialogs.conversation import Conversation, Turn
from dialogs.effects import OptOut, Say
from dialogs.rule import Decision, reply, tell
from dialogs.status import asked


def command(conversation: Conversation, turn: Turn) -> Decision | None:
    """The rule: a message that is exactly a command, or a one-time code."""
    if turn.timer or turn.edited:
        return None
    name = words.meaning("commands", turn.text) or ("code" if codes.find(turn.text) else None)
    if name is None:
        return None
    if turn.abilities.public and name not in _IN_PUBLIC:
        return tell(conversation, "public_hello")
    return COMMANDS[name](conversation, turn)


def stop(conversation: Conversation, _turn: Turn) -> Decision:
    """Nothing unasked from now on; the second STOP is met by the silence that it wants."""
    if conversation.stopped:
        return reply(conversation)
    return reply(replace(conversation, stopped=True), OptOut(stopped=True), Say(phrase="stopped"))


def start(conversation: Conversation, turn: Turn) -> Decision:
    """Undo STOP and a hand-over; else it is how some apps say hello."""
    if not (conversation.stopped or conversation.handed_over):
        if conversation.draft is not None:
            return asking.resume(conversation, turn)
        return smalltalk.greet(conversation, turn)
    effects = (OptOut(stopped=False),) if conversation.stopped else ()
    back = replace(conversation, stopped=False, handed_over=False)
    if back.draft is not None:
        return asking.resume(back, turn, *effects, Say(phrase="started"))
    return reply(back, *effects, Say(phrase="started"))


def anonymous(conversation: Conversation, turn: Turn) -> Decision:
    """ANONIM: officials do not learn who reports, in the draft under way or in the next one.

    What is filed has been read: that it is hidden from now on would be promised in vain.
    """
    if conversation.draft is None:
        return tell(replace(conversation, anonymous=True), "anonymous_next")
    said = Say(phrase="anonymous_now")
    hidden = replace(conversation, draft=replace(conversation.draft, anonymous=True))
    return reply(hidden, said) if hidden.handed_over else asking.resume(hidden, turn, said)


def help_(conversation: Conversation, _turn: Turn) -> Decision:
    """What can be written here."""
    return tell(conversation, "help")


COMMANDS: dict[str, Callable[[Conversation, Turn], Decision]] = {
    "stop": stop, "start": start, "erase": erasing.ask, "help": help_, "status": asked,
    "link": linking.begin, "unlink": linking.undo, "code": linking.code_came,
    "anonymous": anonymous,
}  # fmt: skip
_IN_PUBLIC = frozenset({"stop", "start", "help"})  # the others tell or change something personal
