"""Candidate against current model: better with a stated margin, or refused. Pure.

Three comparisons, each paired, text by text:

    frozen   the test set that no model was ever taught: must not get worse
    unseen   fresh corrections, by candidates that were not taught them: must get better
    taught   the same corrections, by the candidate itself: what a moderator said is done
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nlu.learning.bootstrap import Difference, difference
from nlu.learning.candidate import Answer
from nlu.lessons import Lesson

MARGIN = 0.01  # by which the frozen test set may seem worse, at the lower bound
BETTER = "better"
ENOUGH = 20  # fresh corrections from which on those unseen must get better


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """A text of the test set, normalised, and what it is."""

    plain: str
    category: str | None  # None: not scored
    intent: str | None

    def right(self, answer: Answer) -> bool:
        """Whether all that is known of the text is answered."""
        topic = self.category in {None, answer.category}
        return topic and self.intent in {None, answer.intent}


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """Whether the candidate is promoted, and why."""

    promoted: bool
    reason: str
    margin: float
    frozen: Difference
    unseen: Difference
    taught: Difference
    why: str = ""  # the reason in a word: better | nothing | frozen | taught | unseen


def question(lesson: Lesson) -> Question:
    """What a correction asks of a model: its main category, and its intent where one was said."""
    main = next(iter(lesson.categories), None)
    return Question(plain=lesson.text, category=main, intent=None if main else lesson.intent)


def compare(
    questions: Sequence[Question], before: Sequence[Answer], after: Sequence[Answer]
) -> Difference:
    """How two models fare on the same questions."""
    return difference(
        [one.right(answer) for one, answer in zip(questions, before, strict=True)],
        [one.right(answer) for one, answer in zip(questions, after, strict=True)],
    )


def judge(frozen: Difference, unseen: Difference, taught: Difference, margin: float) -> Verdict:
    """Promote or refuse."""
    why, reason = _objection(frozen, unseen, taught, margin)
    return Verdict(
        promoted=why == BETTER,
        reason=reason,
        margin=margin,
        frozen=frozen,
        unseen=unseen,
        taught=taught,
        why=why,
    )


def _objection(
    frozen: Difference, unseen: Difference, taught: Difference, margin: float
) -> tuple[str, str]:
    if not taught.n:
        return "nothing", "no correction that the current model has not learnt"
    if frozen.low < -margin:
        return "frozen", (
            f"the frozen test set may get worse by more than {margin:.3f}"
            f" (lower bound {frozen.low:+.3f} of {frozen.n} texts)"
        )
    if taught.value <= 0:
        return "taught", "the corrections are answered no better than before"
    if unseen.n >= ENOUGH and unseen.value <= 0:
        return "unseen", f"{unseen.n} corrections that it was not taught are answered no better"
    if unseen.value < 0:
        return "unseen", "corrections that it was not taught are answered worse"
    return BETTER, "better, and not worse on the frozen test set"
