"""Vandalism: who is heard, who is held out and why. Pure; every figure is told.

One text, one word: of the corrections of texts that are alike the newest of each person counts,
and the majority of persons decides, at a tie the newest. A person is held out altogether when what
he says is strange to the model *and* to the other moderators, both far above chance. Either alone
is no reason: the model is there to be corrected, and two honest people may differ.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from nlu.learning.correction import Correction
from nlu.learning.labels import compatible

FEWEST = 8  # texts that a person has corrected before he is judged
FEWEST_SHARED = 3  # texts that others have corrected too
USUAL_STRANGE = 0.35  # an honest person's share of words that the model had not among its first 3
USUAL_APART = 0.3  # an honest person's share of shared texts on which the others say something else
CHANCE = 0.001  # the probability below which both together are no accident


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldOut:
    """A person whose corrections are not learnt from, and the figures that say why."""

    actor: str
    corrections: int
    strange: int  # of `judged` texts: not among the model's first three
    judged: int
    apart: int  # of `shared` texts: the others say something else
    shared: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """What is left to learn from: one correction a text."""

    words: tuple[Correction, ...]  # in order of id
    sizes: tuple[int, ...]  # how many corrections each of them stands for
    held_out: tuple[HeldOut, ...]
    repeated: int  # corrections that said again what stands in `words`
    outvoted: int  # corrections that the majority or a newer one overruled


def hear(
    corrections: Sequence[Correction],
    group: Sequence[int],
    plausible: Sequence[Collection[str]] | None,
) -> Heard:
    """Decide what to learn.

    Args:
        corrections: in order of id.
        group: for each, the number of its group of texts that are alike.
        plausible: for each, the model's first three categories; None when there is no model.
    """
    out = _held_out(corrections, group, plausible) if plausible is not None else ()
    names = {one.actor for one in out}
    by_group: dict[int, list[Correction]] = defaultdict(list)
    for one, number in zip(corrections, group, strict=True):
        if one.actor not in names:
            by_group[number].append(one)
    words, sizes, repeated, outvoted = [], [], 0, 0
    for said in by_group.values():
        word = _agreed(said)
        against = sum(_contradicts(one, word) for one in said)
        words.append(word)
        sizes.append(len(said) - against)
        outvoted += against
        repeated += len(said) - against - 1
    order = sorted(range(len(words)), key=lambda at: words[at].id)
    return Heard(
        words=tuple(words[at] for at in order),
        sizes=tuple(sizes[at] for at in order),
        held_out=out,
        repeated=repeated,
        outvoted=outvoted,
    )


def _agreed(said: Sequence[Correction]) -> Correction:
    """The one word on a group of texts: category and intent each by majority of persons."""
    said = [one for one in said if one.human] or said
    topics = [one for one in said if one.categories]
    intents = [one for one in said if one.intent]
    topic = _winner(topics, [one.categories[0] for one in topics])
    intent = _winner(intents, [one.intent or "" for one in intents])
    if topic is None or intent is None or topic is intent:
        return topic or intent or said[-1]
    if topic.intent is None and compatible(intent.intent or "", topic.categories[0]):
        return replace(topic, intent=intent.intent)
    return topic


def _winner(said: Sequence[Correction], label: Sequence[str]) -> Correction | None:
    """The newest word for the label that most persons give now; at a tie the newest of all."""
    newest = {one.actor: (one, name) for one, name in zip(said, label, strict=True)}
    votes = Counter(name for _, name in newest.values())
    ranked = sorted(newest.values(), key=lambda pair: (votes[pair[1]], pair[0].id))
    return ranked[-1][0] if ranked else None


def _contradicts(one: Correction, word: Correction) -> bool:
    other_topic = bool(one.categories and word.categories) and (
        one.categories[0] != word.categories[0]
    )
    return other_topic or bool(one.intent and word.intent and one.intent != word.intent)


def _held_out(
    corrections: Sequence[Correction],
    group: Sequence[int],
    plausible: Sequence[Collection[str]],
) -> tuple[HeldOut, ...]:
    newest = {
        (one.actor, number): (one.categories[0], likely)
        for one, number, likely in zip(corrections, group, plausible, strict=True)
        if one.categories
    }
    of_group: dict[int, dict[str, str]] = defaultdict(dict)
    for (actor, number), (label, _) in newest.items():
        of_group[number][actor] = label
    total = Counter(one.actor for one in corrections)
    found = []
    for actor in sorted(total):
        mine = {number: pair for (who, number), pair in newest.items() if who == actor}
        strange = sum(label not in likely for label, likely in mine.values())
        shared = [number for number in mine if len(of_group[number]) > 1]
        apart = sum(_apart(of_group[number], actor) for number in shared)
        trial = HeldOut(
            actor=actor,
            corrections=total[actor],
            strange=strange,
            judged=len(mine),
            apart=apart,
            shared=len(shared),
        )
        if _beyond_chance(trial):
            found.append(trial)
    return tuple(found)


def _apart(labels: dict[str, str], actor: str) -> bool:
    """Whether most of the others who corrected this text agree on something else."""
    others = Counter(label for who, label in labels.items() if who != actor)
    label, votes = others.most_common(1)[0]
    return label != labels[actor] and votes * 2 > sum(others.values())


def _beyond_chance(trial: HeldOut) -> bool:
    if trial.judged < FEWEST or trial.shared < FEWEST_SHARED:
        return False
    strange = at_least(trial.strange, trial.judged, USUAL_STRANGE)
    apart = at_least(trial.apart, trial.shared, USUAL_APART)
    # Each is unlikely by itself, and the two together are no accident.
    limit = math.sqrt(CHANCE)
    return strange < limit and apart < limit


def at_least(hits: int, n: int, share: float) -> float:
    """The probability of so many hits or more in `n` tries (binomial)."""
    return sum(math.comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(hits, n + 1))
