"""What a moderator says of a message or a complaint."""

from __future__ import annotations

from dataclasses import dataclass

from dialogs.conversation import Spot
from dialogs.phrasebook import LOCALES
from nlu.learning import labels


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """A moderator's word; what he says nothing of stays as it was."""

    categories: tuple[str, ...] = ()  # the main one first; ("bukan_aduan",): no complaint
    intent: str | None = None
    spot: Spot | None = None
    language: str | None = None  # in which the citizen is answered: id | en

    def check(self) -> None:
        """Refuse what no model can learn.

        Raises: UnknownLabelError; ValueError where nothing is said.
        """
        labels.check(self.categories, self.intent)
        if self == Said():
            raise ValueError(
                "a correction says something: a category, an intent, a place, a language"
            )
        if self.language is not None and self.language not in LOCALES:
            known = ", ".join(LOCALES)
            raise labels.UnknownLabelError(f"unknown language {self.language!r}; one of {known}")
