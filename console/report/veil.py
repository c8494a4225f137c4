"""Personal data is veiled until somebody asks for it, and his asking is kept.

Who wished to stay unknown stays so to everybody but those who answer him: what would tell him is
left out, not masked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from console.rights import Right
from console.visitor import Reader
from nlu.slots.personal import masked
from store.dossier import Dossier, Talk
from store.transcript import Utterance

HIDDEN = "•••"
_PERSONAL = frozenset({"name", "phone", "nik", "email", "plate"})  # slots


@dataclass(frozen=True, kw_only=True, slots=True)
class Veil:
    """What one reader sees of one citizen's data."""

    anonymous: bool  # the citizen wished that officials do not learn who he is
    outsider: bool  # the reader is one of those: an officer, or somebody who only looks
    lifted: bool = False  # he has asked, and his asking is in the audit log

    @property
    def drawn(self) -> bool:
        """Whether personal data is masked."""
        return not self.lifted or self.sealed

    @property
    def sealed(self) -> bool:
        """Whether it stays so, whatever he asks."""
        return self.anonymous and self.outsider


def veil(me: Reader, *, anonymous: bool, lifted: bool = False) -> Veil:
    """What `me` sees."""
    return Veil(anonymous=anonymous, outsider=not me.may(Right.ANSWER), lifted=lifted)


def may_lift(me: Reader, over: Veil) -> bool:
    """Whether he may ask for personal data."""
    return me.may(Right.ACT) and not over.sealed


def complaint(found: Dossier, over: Veil) -> Dossier:
    """A complaint as it may be shown."""
    shown = replace(
        found,
        joined=tuple(
            replace(one, text=masked(one.text), place_words=masked(one.place_words))
            if over.drawn or (one.anonymous and over.outsider)
            else one
            for one in found.joined
        ),
    )
    if not over.drawn:
        return shown
    return replace(
        shown,
        text=masked(found.text),
        place_words=masked(found.place_words),
        address=HIDDEN,
        slots={
            name: HIDDEN if name in _PERSONAL else _bare(value)
            for name, value in found.slots.items()
        },
        readings=tuple(replace(one, text=masked(one.text)) for one in found.readings),
        history=tuple(replace(one, body=_bare(one.body)) for one in found.history),
        corrections=tuple(replace(one, text=masked(one.text)) for one in found.corrections),
        photos=tuple(replace(one, lat=None, lon=None) for one in found.photos)
        if over.anonymous
        else found.photos,
    )


def conversation(found: Talk, over: Veil) -> Talk:
    """What is known of a conversation as it may be shown."""
    if not over.drawn:
        return found
    readings = tuple(replace(one, text=masked(one.text)) for one in found.readings)
    return replace(found, address=HIDDEN, readings=readings)


def talk(said: Sequence[Utterance], over: Veil) -> list[Utterance]:
    """A conversation as it may be shown: nothing of it where it would tell who it is."""
    if over.sealed:
        return []
    if not over.drawn:
        return list(said)
    return [
        replace(
            one,
            text=masked(one.text),
            detail=masked(one.detail),
            name=HIDDEN if one.name else "",
        )
        for one in said
    ]


def _bare(value: Any) -> Any:
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, Mapping):
        return {name: _bare(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_bare(one) for one in value]
    return value
