"""Floods, adverts, insults and automated senders: counted, slowed, and in the end not answered.

The figures stand in abuse.yml, the counts in the conversation. Whoever is not answered loses
nothing: reports and photos are kept as while a person has the conversation.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any
from zlib import crc32

import yaml

from dialogs import asking, emergency, words
from dialogs.conversation import Conversation, Count, Pace, Turn
from dialogs.effects import Ask, FileComplaint, HandOver, Say, Schedule
from dialogs.insults import is_insult
from dialogs.quiet import kept
from dialogs.rule import Decision, reply, speaks
from dialogs.smalltalk import hand_over, is_advert, not_a_complaint

FLOOD, LOOP, MUTED = "flood", "loop", "abuse"
_COMPARED = 200  # characters


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """How much is borne, for how long it counts, and how long the bot then rests."""

    most: int
    within: timedelta
    rest: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """abuse.yml."""

    flood: Limit
    answers: Limit
    same_text: Limit
    offences: Limit
    least_words: int  # of a text that is compared with the one before


@cache
def limits() -> Limits:
    """Read abuse.yml."""
    said: dict[str, dict[str, Any]] = yaml.safe_load(
        (files("dialogs") / "abuse.yml").read_text(encoding="utf-8")
    )
    own = {
        name: Limit(
            most=int(row["most"]),
            within=timedelta(**row["within"]),
            rest=timedelta(**row["rest"]),
        )
        for name, row in said.items()
    }
    return Limits(**own, least_words=int(said["same_text"]["least_words"]))


def heard(conversation: Conversation, turn: Turn) -> Conversation:
    """The conversation with this turn counted; a rest that is over is forgotten."""
    if turn.timer or not turn.abilities.guarded:
        return conversation
    own, bounds = conversation.pace, limits()
    until = own.rests_until
    if until is not None and turn.at >= until:
        own = Pace(offences=own.offences)
    came = _counted(own.heard, bounds.flood, turn.at, turn.messages)
    text, same = _likeness(turn), Count()
    if text:
        before = own.same if text == own.text else Count()
        same = _counted(before, bounds.same_text, turn.at, 1)
    return replace(
        conversation,
        pace=replace(own, heard=came, text=text or own.text, same=same if text else own.same),
    )


def _likeness(turn: Turn) -> int:
    """What two texts share that differ only in figures; 0 for one that is not compared.

    A short text may be said often, and so may a cry for help.
    """
    if len(turn.text.split()) < limits().least_words or emergency.is_emergency(turn):
        return 0
    return crc32(re.sub(r"\d+", "0", words.plain(turn.text))[:_COMPARED].encode())


def _counted(count: Count, limit: Limit, at: datetime, more: int) -> Count:
    if count.since is None or at - count.since > limit.within:
        return Count(since=at, times=more)
    return replace(count, times=count.times + more)


def answered(decision: Decision, turn: Turn) -> Decision:
    """The decision with its answer counted."""
    after, effects = decision
    if turn.timer or not turn.abilities.guarded or not speaks(effects):
        return decision
    said = _counted(after.pace.answers, limits().answers, turn.at, 1)
    return replace(after, pace=replace(after.pace, answers=said)), effects


def resting(conversation: Conversation, turn: Turn) -> Decision | None:
    """The rule: while the bot rests from a sender he gets no answer; STOP and danger go through."""
    if turn.timer or words.meaning("commands", turn.text) in {"stop", "erase"}:
        return None
    own = conversation.pace
    if own.rests_until is None:
        return _exceeded(conversation, turn)
    if _is_danger(conversation, turn):
        return _in_danger(conversation, turn)
    asks = words.meaning("intents", turn.text) == "human" and not (turn.photos or turn.spot)
    if asks and own.why != LOOP:
        return hand_over(replace(conversation, pace=Pace()), "asked_for_human")
    return _kept(conversation, turn)


def _kept(conversation: Conversation, turn: Turn) -> Decision:
    silent, effects = kept(conversation, turn)
    own = silent.pace
    return replace(silent, pace=replace(own, kept=own.kept + turn.messages)), effects


def _exceeded(conversation: Conversation, turn: Turn) -> Decision | None:
    own, bounds = conversation.pace, limits()
    if own.same.times > bounds.same_text.most:
        return _fall_silent(conversation, turn, bounds.same_text)
    if own.answers.times >= bounds.answers.most:
        return _fall_silent(conversation, turn, bounds.answers)
    calm = not (conversation.handed_over or _is_danger(conversation, turn))
    if own.heard.times > bounds.flood.most and calm:
        return _slow(conversation, turn, bounds.flood)
    return None


def _is_danger(conversation: Conversation, turn: Turn) -> bool:
    return emergency.is_emergency(turn) or conversation.waiting_for == emergency.WAITING


def _fall_silent(conversation: Conversation, turn: Turn, limit: Limit) -> Decision:
    """An automated sender, by all appearance: not a word, and a person looks."""
    resting_on = _rests(conversation, turn, limit, LOOP)
    after, effects = resting(resting_on, turn) or (resting_on, ())
    return after, (*effects, HandOver(reason=LOOP))


def _slow(conversation: Conversation, turn: Turn, limit: Limit) -> Decision:
    """Too many at once: told so, kept, and answered together after the rest."""
    after, effects = _kept(_rests(conversation, turn, limit, FLOOD), turn)
    minutes = str(round(limit.rest.total_seconds() / 60))
    told = Say(phrase="flood", slots={"minutes": minutes})
    return after, (*effects, told, Schedule(timer="rested", after=limit.rest))


def _rests(conversation: Conversation, turn: Turn, limit: Limit, why: str) -> Conversation:
    pace = replace(conversation.pace, rests_until=turn.at + limit.rest, why=why, kept=0)
    return replace(conversation, pace=pace)


def _in_danger(conversation: Conversation, turn: Turn) -> Decision | None:
    """Filed as ever; an automated sender gets no word, and one task is enough."""
    if conversation.pace.why != LOOP:
        return None
    found = emergency.located(conversation, turn) or emergency.danger(conversation, turn)
    if found is None:
        return None
    after, effects = found
    filed = any(isinstance(one, FileComplaint) for one in effects)
    mute = (Say, Ask) if filed else (Say, Ask, HandOver)
    return after, tuple(one for one in effects if not isinstance(one, mute))


def insulted(conversation: Conversation, turn: Turn) -> Decision | None:
    """The rule: a few words that insult and report nothing."""
    if not is_insult(turn):
        return None
    return offended(conversation, turn, lambda one, _: reply(one, Say(phrase="insulted")))


def offended(
    conversation: Conversation, turn: Turn, answer: Callable[[Conversation, Turn], Decision]
) -> Decision:
    """Count an offence: answered politely, until one too many mutes the sender."""
    bounds, own = limits().offences, conversation.pace
    if not turn.abilities.guarded:
        return answer(conversation, turn)
    count = _counted(own.offences, bounds, turn.at, 1)
    counted = replace(conversation, pace=replace(own, offences=count))
    if count.times < bounds.most:
        after, effects = answer(counted, turn)
        if after.draft is None or not after.waiting_for:
            return after, effects
        return asking.resume(after, turn, *effects)
    muted = _rests(counted, turn, bounds, MUTED)
    cleared = replace(muted, pace=replace(muted.pace, offences=Count()))
    return reply(cleared, HandOver(reason=MUTED), Say(phrase="muted"))


def advertised(conversation: Conversation, turn: Turn) -> Decision | None:
    """The rule: an advert is an offence: a polite answer, and no ticket."""
    return offended(conversation, turn, not_a_complaint) if is_advert(turn) else None


def rested(conversation: Conversation, turn: Turn) -> Decision:
    """The timer: the rest after a flood is over; all that came is answered at once."""
    own = conversation.pace
    if own.why != FLOOD or conversation.handed_over or conversation.stopped:
        return conversation, ()
    fresh = replace(conversation, pace=Pace(offences=own.offences))
    if not own.kept:
        return fresh, ()
    said = Say(phrase="rested", slots={"count": str(own.kept)})
    if conversation.draft is None:
        return fresh, (said,)
    return asking.advance(fresh, turn, said)
