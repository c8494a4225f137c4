"""The first answer says where the privacy notice is: once, and not in the middle of danger."""

from __future__ import annotations

from dataclasses import replace

from dialogs.conversation import Turn
from dialogs.effects import Ask, Effect, HandOver, Say
from dialogs.rule import Decision


def noticed(decision: Decision, turn: Turn) -> Decision:
    """The decision with the notice, before its question, where it is due."""
    after, effects = decision
    speaks = any(isinstance(one, Say | Ask) for one in effects)
    if after.noticed or not speaks or not turn.site or turn.abilities.public or turn.timer:
        return decision
    if any(isinstance(one, HandOver) and one.reason == "emergency" for one in effects):
        return decision
    return replace(after, noticed=True), _inserted(effects, turn.site)


def _inserted(effects: tuple[Effect, ...], site: str) -> tuple[Effect, ...]:
    told: list[Effect] = [Say(phrase="privacy", slots={"site": site})]
    at = next((at for at, one in enumerate(effects) if isinstance(one, Ask)), len(effects))
    return (*effects[:at], *told, *effects[at:])
