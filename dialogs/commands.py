"""Exact commands, read before the classifier: STOP, MULAI, HAPUS DATA SAYA."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from dialogs import asking, smalltalk, words
from dialogs.conversation import Conversation, Turn
from dialogs.effects import HandOver, OptOut, Say
from dialogs.rule import Decision, reply, tell
from dialogs.status import asked


def command(conversation: Conversation, turn: Turn) -> Decision | None:
    """The rule: a message that is exactly a command."""
    name = None if turn.timer or turn.edited else words.meaning("commands", turn.text)
    return COMMANDS[name](conversation, turn) if name else None


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


def erase(conversation: Conversation, _turn: Turn) -> Decision:
    """Personal data: a person checks who asks before anything is deleted."""
    return reply(conversation, HandOver(reason="erase"), Say(phrase="erase_asked"))


def help_(conversation: Conversation, _turn: Turn) -> Decision:
    """What can be written here."""
    return tell(conversation, "help")


COMMANDS: dict[str, Callable[[Conversation, Turn], Decision]] = {
    "stop": stop, "start": start, "erase": erase, "help": help_, "status": asked,
}  # fmt: skip
