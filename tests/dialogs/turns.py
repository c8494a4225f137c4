"""Turns and understandings for tests, with everything but the point at its plainest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from dialogs.conversation import Conversation, Turn
from dialogs.effects import Ask, Effect, FileComplaint, Say
from dialogs.render import compose
from dialogs.step import step
from nlu import ticket
from nlu.places.place import Place
from nlu.understanding import Candidate, Understanding

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


def understood(intent: str = "other", category: str = "tidak_jelas", **more: Any) -> Understanding:
    """An understanding; `confidence` is the category's, the next best gets half of the rest."""
    confidence = more.pop("confidence", 0.9 if intent == "report" else 0.3)
    second = "macet" if category != "macet" else "banjir"
    plain: dict[str, Any] = {
        "intent": intent,
        "intent_confidence": 0.95,
        "category": category,
        "confidence": confidence,
        "candidates": (
            Candidate(category=category, confidence=confidence),
            Candidate(category=second, confidence=round((1 - confidence) / 2, 4)),
            Candidate(category="sampah", confidence=round((1 - confidence) / 4, 4)),
        ),
        "categories": (category,),
        "entities": (),
        "place": None,
        "places": (),
        "language": "id",
        "emergency": False,
        "engine": "on paper",
    }
    return Understanding(**{**plain, **more})


def report(category: str = "jalan_rusak", **more: Any) -> Understanding:
    """A report that the engine is sure of."""
    return understood("report", category, **more)


def place(name: str, *, kecamatan: str = "Mampang Prapatan", confidence: float = 0.9) -> Place:
    """A kelurahan."""
    return Place(
        name=name,
        kelurahan=name,
        kecamatan=kecamatan,
        kota="Jakarta Selatan",
        lat=-6.26,
        lon=106.81,
        radius_m=800,
        confidence=confidence,
        boundary="named",
    )


class Talk:
    """A conversation under way: `say` takes a turn and gives what the bot answers."""

    def __init__(self, **abilities: Any) -> None:
        from dialogs.conversation import Abilities

        self.conversation = Conversation()
        self.abilities = Abilities(**abilities)
        self.effects: tuple[Effect, ...] = ()
        self.filed: list[FileComplaint] = []
        self.at = NOON
        self._random = Random(1)

    def say(self, text: str = "", understanding: Understanding | None = None, **more: Any) -> str:
        """Take one turn, a minute after the last one."""
        self.at += timedelta(minutes=1)
        turn = Turn(
            text=text,
            understanding=understanding or understood(),
            at=self.at,
            ticket_number=ticket.make(self._random),
            abilities=self.abilities,
            **more,
        )
        self.conversation, self.effects = step(self.conversation, turn)
        self.filed += [one for one in self.effects if isinstance(one, FileComplaint)]
        return compose(self.conversation.locale, self.effects, self.abilities).text

    @property
    def phrases(self) -> list[str]:
        """The keys of what was said in the last turn, in order."""
        return [one.phrase for one in self.effects if isinstance(one, Say | Ask)]

    def of(self, kind: type[Effect]) -> list[Any]:
        """The effects of a kind in the last turn."""
        return [one for one in self.effects if isinstance(one, kind)]
