"""What corrections are worth: some labelled texts are corrected, the others read again.

    python -m benchmarks.learning                                    # our frozen test set
    python -m benchmarks.learning FILE.jsonl --corrections 45        # another set, by its path

Each round draws other texts to correct, as moderators would who look at them in no order: those
that were right are confirmed. The texts go the whole way of learning (masking, guard, weights,
rehearsal, verdict). Both are told: what any candidate would do, and what the promoted ones do, a
refused one changing nothing. The interval holds 95 % of the
differences that a bootstrap over texts gives, where a text's difference is its mean over the
rounds in which it was not corrected: rounds share texts and are no independent experiments.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import numpy as np

from gateway.settings import load as load_settings
from nlu import corpus, evaluation, training
from nlu.engines.embedded import current
from nlu.engines.model import Model, load
from nlu.evaluation import Labelled
from nlu.learning import frozen
from nlu.learning.candidate import Answer, Candidate, answers, candidate
from nlu.learning.correction import Correction, plain_of
from nlu.learning.curriculum import Curriculum, curriculum
from nlu.learning.verdict import MARGIN, Verdict, compare, judge, question

_NOW = datetime(2026, 11, 23, tzinfo=UTC)
_OURS = Path(__file__).resolve().parent.parent / "nlu" / "frozen" / "categories.jsonl"


def corrected(texts: list[Labelled], plain: list[str], before: list[Answer]) -> list[Correction]:
    """What three moderators say of these texts, each of a third."""
    return [
        Correction(
            id=number,
            at=_NOW,
            actor=f"moderator {number % 3}",
            plain=one_plain,
            categories=(text.label or "",),
            intent=None,
            intent_before=answer.intent,
        )
        for number, (text, one_plain, answer) in enumerate(
            zip(texts, plain, before, strict=True), 1
        )
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.learning", description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=_OURS)
    parser.add_argument("--corrections", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--var", type=Path, default=None, help="whose current model is corrected")
    chosen = parser.parse_args()
    texts = [text for text in evaluation.read(chosen.file) if text.label]
    assert chosen.corrections < len(texts), f"{len(texts)} texts are too few"
    var = chosen.var or load_settings().var
    if not (var / "models" / "current").exists():
        training.train(var)
    bench = Bench(load(current(var / "models")), texts, ours=chosen.file == _OURS)
    free = np.full((chosen.rounds, len(texts)), np.nan)
    gated = free.copy()
    for number in range(chosen.rounds):
        order = list(range(len(texts)))
        Random(number).shuffle(order)
        held = order[chosen.corrections :]
        corrected_ones = order[: chosen.corrections]
        gain, own, verdict = bench.round(corrected_ones, held)
        free[number, held] = gain
        gated[number, held] = gain if verdict.promoted else 0
        print(f"  round {number + 1}: {gain.mean():+.4f} on {len(held)} texts; {verdict.reason}")
        told = f"{chosen.file.name}, {chosen.corrections} corrections, {number + 1} rounds"
        print(f"{told}, before {bench.right.mean():.3f}")
        was = bench.right[corrected_ones].mean()
        print(f"    corrected, now    {own.mean():.3f} of them are read so, {was:.3f} were")
        print(f"    any candidate     {summary(free[: number + 1])}")
        print(f"    where promoted    {summary(gated[: number + 1])}", flush=True)


class Bench:
    """One labelled set, read by the current model; rounds of corrections of it."""

    def __init__(self, base: Model, texts: list[Labelled], *, ours: bool) -> None:
        self.base, self.texts = base, texts
        self.plain = [plain_of(text.text) for text in texts]
        self.before = answers(base, self.plain)
        self.right = self._right(self.before, range(len(texts)))
        self.examples = corpus.read()
        self.dangers = corpus.read_dangers()
        # What is measured cannot be the judge as well: on our own set the corrections judge alone.
        self.tested = [] if ours else frozen.read()
        self.margin = 1.0 if ours else MARGIN

    def round(self, taught: list[int], held: list[int]) -> tuple[np.ndarray, np.ndarray, Verdict]:
        """Correct some texts: what the others gain, which corrected ones are right, the verdict."""
        said = corrected(
            [self.texts[i] for i in taught],
            [self.plain[i] for i in taught],
            [self.before[i] for i in taught],
        )
        learnt = curriculum(
            said,
            now=_NOW,
            corpus_weight=len(self.examples),
            frozen=[one.plain for one in self.tested],
        )
        fresh = range(len(learnt.lessons))
        made = candidate(
            self.examples, learnt, fresh, _quiet, before=self.base.card, dangers=self.dangers
        )
        after, own = (
            self._right(answers(made.model, [self.plain[i] for i in at]), at)
            for at in (held, taught)
        )
        return after.astype(float) - self.right[held], own, self._verdict(learnt, made)

    def _right(self, said: Sequence[Answer], at: Sequence[int]) -> np.ndarray:
        return np.array(
            [one.category == self.texts[i].label for one, i in zip(said, at, strict=True)]
        )

    def _verdict(self, learnt: Curriculum, made: Candidate) -> Verdict:
        asked = [question(lesson) for lesson in learnt.lessons]
        was = answers(self.base, [one.plain for one in asked])
        now = answers(made.model, [one.plain for one in asked])
        plain = [one.plain for one in self.tested]
        return judge(
            compare(self.tested, answers(self.base, plain), answers(made.model, plain)),
            compare(asked, was, made.unseen),
            compare(asked, was, now),
            self.margin,
        )


def summary(gains: np.ndarray) -> str:
    """The mean difference, its interval, and how the rounds went."""
    rounds = np.nanmean(gains, axis=1)
    by_text = np.nanmean(gains[:, ~np.isnan(gains).all(axis=0)], axis=0)
    chance = np.random.default_rng(1)
    draws = [chance.choice(by_text, len(by_text)).mean() for _ in range(4000)]
    low, high = np.quantile(draws, [0.025, 0.975])
    return (
        f"{by_text.mean():+.4f} (95 %: {low:+.4f} to {high:+.4f}); rounds {rounds.min():+.4f} to"
        f" {rounds.max():+.4f}, {int((rounds < 0).sum())} of them fell"
    )


def _quiet(_what: str, _share: float) -> None:
    """Nobody watches."""


if __name__ == "__main__":
    main()
