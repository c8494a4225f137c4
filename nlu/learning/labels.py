"""What a correction may say: categories and intents that exist and can stand together."""

from __future__ import annotations

from collections.abc import Sequence

from nlu.categories import categories
from nlu.corpus import INTENTS, nearest
from nlu.engines.joint import ABOUT_A_COMPLAINT, ABOUT_ANYTHING

NOT_A_COMPLAINT = "bukan_aduan"


class UnknownLabelError(ValueError):
    """A correction says what no model can learn. The message names the nearest that exists."""


def check(slugs: Sequence[str], intent: str | None) -> None:
    """Refuse what does not exist or contradicts itself.

    Args:
        slugs: the categories, the main one first; () when only the intent is corrected.
        intent: None when only the category is.

    Raises: UnknownLabelError.
    """
    for slug in slugs:
        if slug not in categories():
            raise UnknownLabelError(
                f"unknown category {slug!r}{nearest(slug, tuple(categories()))}"
            )
    if len(set(slugs)) < len(slugs):
        raise UnknownLabelError(f"a category is named twice: {', '.join(slugs)}")
    if NOT_A_COMPLAINT in slugs and len(slugs) > 1:
        raise UnknownLabelError(f"{NOT_A_COMPLAINT} means no complaint: it stands alone")
    if intent is not None and intent not in INTENTS:
        raise UnknownLabelError(f"unknown intent {intent!r}{nearest(intent, INTENTS)}")
    if intent and slugs and not compatible(intent, slugs[0]):
        raise UnknownLabelError(f"the intent {intent} and the category {slugs[0]} exclude another")


def compatible(intent: str, category: str) -> bool:
    """Whether one text can have both: a report is a complaint, thanks are none."""
    if intent in ABOUT_ANYTHING:
        return True
    return (intent in ABOUT_A_COMPLAINT) == (category != NOT_A_COMPLAINT)
