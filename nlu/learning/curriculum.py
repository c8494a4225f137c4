"""Corrections become lessons: which of them, and how much each weighs beside the corpus."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from nlu.learning.correction import CITIZEN, Correction
from nlu.learning.guard import Heard, HeldOut, hear
from nlu.learning.labels import NOT_A_COMPLAINT, compatible
from nlu.learning.likeness import ALIKE, Grams, grams, groups, jaccard
from nlu.lessons import ALWAYS, SECOND_SHARE, Lesson

HUMAN = 2.0  # a moderator's word against an example of the corpus
OF_CITIZEN, OF_RULE = 0.5, 0.25  # shares of that for who is no moderator
HALF_LIFE = timedelta(days=365)  # a correction weighs half of that after so long
OLDEST = 0.25  # and never less than this share
ONE_PERSON = 0.1  # of the weight of the whole training set, at most
SHORT = 12  # characters up to which everybody writes alike ("ya", "halo"): no leak of the test


@dataclass(frozen=True, kw_only=True, slots=True)
class Curriculum:
    """Lessons in order of id, and what did not become one."""

    lessons: tuple[Lesson, ...]
    ids: tuple[int, ...]  # of the correction behind each lesson
    newest: int  # id of the newest correction that was looked at; 0: none
    looked_at: int  # corrections
    repeated: int
    outvoted: int
    frozen: int  # stand in the frozen test set, or nearly so
    empty: int  # nothing to learn: a photo, a pin, digits only
    held_out: tuple[HeldOut, ...]
    capped: tuple[str, ...]  # persons whose weight was cut


def curriculum(
    corrections: Sequence[Correction],
    *,
    now: datetime,
    corpus_weight: float,
    frozen: Sequence[str] = (),
    plausible: Sequence[Collection[str]] | None = None,
) -> Curriculum:
    """Build the lessons that corrections give.

    Args:
        corrections: in order of id.
        now: from which a correction's age counts.
        corpus_weight: of all examples together, for the cap on one person.
        frozen: the normalised texts of the test set, which is never taught.
        plausible: the current model's first three categories for each correction.
    """
    telling = [at for at, one in enumerate(corrections) if any(c.isalpha() for c in one.plain)]
    free = _not_frozen([corrections[at].plain for at in telling], frozen)
    kept = [at for at, is_free in zip(telling, free, strict=True) if is_free]
    chosen = [corrections[at] for at in kept]
    heard = hear(
        chosen,
        groups([one.plain for one in chosen]),
        None if plausible is None else [plausible[at] for at in kept],
    )
    weights, capped = _weights(heard, now, corpus_weight)
    return Curriculum(
        lessons=tuple(_lesson(*pair) for pair in zip(heard.words, weights, strict=True)),
        ids=tuple(one.id for one in heard.words),
        newest=max((one.id for one in corrections), default=0),
        looked_at=len(corrections),
        repeated=heard.repeated,
        outvoted=heard.outvoted,
        frozen=len(telling) - len(kept),
        empty=len(corrections) - len(telling),
        held_out=heard.held_out,
        capped=capped,
    )


def _not_frozen(plain: Sequence[str], frozen: Sequence[str]) -> list[bool]:
    """Whether each text is unlike every text of the test set."""
    tested = [grams(text) for text in frozen if len(text) > SHORT]
    by_gram: dict[int, list[Grams]] = defaultdict(list)
    for one in tested:
        for gram in one:
            by_gram[gram].append(one)
    known: dict[str, bool] = {}
    for text in plain:
        if text not in known:
            known[text] = len(text) <= SHORT or not _stands_in(grams(text), by_gram)
    return [known[text] for text in plain]


def _stands_in(mine: Grams, by_gram: dict[int, list[Grams]]) -> bool:
    # Who shares 0.6 of all 4-grams shares one of any 41 % of mine; the rarest are cheapest.
    rare = sorted(mine, key=lambda gram: len(by_gram.get(gram, ())))
    for gram in rare[: int(len(mine) * (1 - ALIKE)) + 1]:
        if any(jaccard(mine, other) >= ALIKE for other in by_gram.get(gram, ())):
            return True
    return False


def _weights(
    heard: Heard, now: datetime, corpus_weight: float
) -> tuple[list[float], tuple[str, ...]]:
    weights = [weight(one, now) for one in heard.words]
    most = ONE_PERSON * corpus_weight
    by_actor: dict[str, float] = defaultdict(float)
    for one, own in zip(heard.words, weights, strict=True):
        by_actor[one.actor] += own
    cut = {actor: most / total for actor, total in by_actor.items() if total > most}
    return (
        [own * cut.get(one.actor, 1.0) for one, own in zip(heard.words, weights, strict=True)],
        tuple(sorted(cut)),
    )


def weight(one: Correction, now: datetime) -> float:
    """What a correction weighs, an example of the corpus being 1."""
    age = max(now - one.at, timedelta())
    recent = max(math.pow(0.5, age / HALF_LIFE), OLDEST)
    if one.human:
        return HUMAN * recent
    return HUMAN * recent * (OF_CITIZEN if one.actor.split(":")[0] == CITIZEN else OF_RULE)


def _lesson(one: Correction, own: float) -> Lesson:
    main, *others = one.categories or ("",)
    shares = {slug: SECOND_SHARE / len(others) for slug in others}
    topics = {main: 1 - sum(shares.values()), **shares} if main else {}
    return Lesson(
        text=one.plain,
        intent=_intent(one),
        categories=topics,
        weight=own,
        group=ALWAYS,
        original=False,
    )


def _intent(one: Correction) -> str | None:
    """What the text wants: as said; else what the category implies where the engine denied it.

    Both heads decide together (joint.py): a category that its intent rules out is never answered.
    """
    if one.intent or not one.categories:
        return one.intent
    if one.intent_before and compatible(one.intent_before, one.categories[0]):
        return None
    return "other" if one.categories[0] == NOT_A_COMPLAINT else "report"
