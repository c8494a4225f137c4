"""What every rule of `step` looks like, and the few words that all of them use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from dialogs.conversation import Conversation, Turn
from dialogs.effects import Ask, Effect, Say
from dialogs.flow import Flow, flow
from nlu.categories import Category, categories
from nlu.understanding import Understanding

Decision = tuple[Conversation, tuple[Effect, ...]]
Rule = Callable[[Conversation, Turn], Decision | None]
"""A rule decides, or answers None and leaves the turn to the next one."""

FILE_COMPLAINT = "file_complaint"
UNCLEAR = "tidak_jelas"
HAND_BACK = timedelta(hours=12)  # a person who has not written for so long has gone


def filing_flow() -> Flow:
    """The flow that files a complaint."""
    return flow(FILE_COMPLAINT)


def reply(conversation: Conversation, *effects: Effect) -> Decision:
    """Answer; whatever was misunderstood before is forgotten."""
    return replace(conversation, misunderstood=0), effects


def tell(conversation: Conversation, phrase: str, **slots: str) -> Decision:
    """Answer with one sentence."""
    return reply(conversation, Say(phrase=phrase, slots=slots))


def speaks(effects: tuple[Effect, ...]) -> bool:
    """Whether the citizen reads a sentence or a question."""
    return any(isinstance(one, Say | Ask) for one in effects)


def category_of(slug: str | None) -> Category | None:
    """The table's row; None for no slug, and for one that an upgrade has removed."""
    return categories().get(slug or "")


def is_complaint(slug: str | None) -> bool:
    """Whether a slug names something that can be complained of."""
    row = category_of(slug)
    return row is not None and row.kind == "complaint"


def is_sure(understanding: Understanding) -> bool:
    """Whether the category can be taken without asking; two complaints in one text share it."""
    if not is_complaint(understanding.category):
        return False
    shares = {one.category: one.confidence for one in understanding.candidates}
    others = [shares.get(slug, 0.0) for slug in understanding.categories[1:]]
    return understanding.confidence + sum(others) >= filing_flow().sure_from


def is_no_complaint(understanding: Understanding) -> bool:
    """Whether this is an advert or the like beyond doubt: refusing a report is worse."""
    sure = understanding.confidence >= filing_flow().advert_from
    return understanding.category == "bukan_aduan" and sure


def is_report(understanding: Understanding) -> bool:
    """Whether the text tells of a problem, going by intent, or by a category beyond doubt."""
    if is_no_complaint(understanding):
        return False
    return understanding.intent == "report" or (
        understanding.intent == "other" and (is_sure(understanding) or _may_be_one(understanding))
    )


def _may_be_one(understanding: Understanding) -> bool:
    """Whether a complaint is likelier than that there is none: the engine leans, here one asks."""
    shares = (one.confidence for one in understanding.candidates if is_complaint(one.category))
    leant = understanding.category == "bukan_aduan"
    return leant and max(shares, default=0.0) > understanding.confidence
