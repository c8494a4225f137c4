"""What corrections are worth: some labelled texts are corrected, the others read again.

    python -m benchmarks.learning                                    # our frozen test set
    python -m benchmarks.learning FILE.jsonl --corrections 45        # another set, by its path

Each round draws other texts to correct, as moderators would who look at them in no order: those
that were right are confirmed. The texts go the whole way of learning (masking, guard, weights),
and the candidate is measured whether it would be promoted or not. The interval holds 95 % of the
differences that a bootstrap over texts gives, where a text's difference is its mean over the
rounds in which it was not corrected: rounds share texts and are no independent experiments.
"""

from __future__ import annotations

import argparse
import time
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import numpy as np

from nlu import corpus, evaluation, training
from nlu.evaluation import Labelled
from nlu.learning.candidate import Answer, answers, candidate
from nlu.learning.correction import Correction, plain_of
from nlu.learning.curriculum import curriculum

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
    chosen = parser.parse_args()
    texts = [text for text in evaluation.read(chosen.file) if text.label]
    assert chosen.corrections < len(texts), f"{len(texts)} texts are too few"
    plain = [plain_of(text.text) for text in texts]
    examples = corpus.read()
    base = training.fit(examples, _quiet)
    before = answers(base, plain)
    right = np.array([one.category == text.label for one, text in zip(before, texts, strict=True)])
    gains = np.full((chosen.rounds, len(texts)), np.nan)
    for number in range(chosen.rounds):
        order = list(range(len(texts)))
        Random(number).shuffle(order)
        taught, held = order[: chosen.corrections], order[chosen.corrections :]
        began = time.process_time()
        said = corrected(
            [texts[i] for i in taught], [plain[i] for i in taught], [before[i] for i in taught]
        )
        learnt = curriculum(said, now=_NOW, corpus_weight=len(examples))
        made = candidate(examples, learnt, [], _quiet, before=base.card)
        after = answers(made.model, [plain[i] for i in held])
        now_right = np.array(
            [one.category == texts[i].label for one, i in zip(after, held, strict=True)]
        )
        gains[number, held] = now_right.astype(float) - right[held]
        print(
            f"  round {number + 1}: {right[held].mean():.3f} -> {now_right.mean():.3f}"
            f" on {len(held)} texts, {time.process_time() - began:.0f} s of CPU"
        )
        _tell(chosen.file, chosen.corrections, right, gains[: number + 1])


def _tell(file: Path, corrections: int, right: np.ndarray, gains: np.ndarray) -> None:
    rounds = np.nanmean(gains, axis=1)
    seen = ~np.isnan(gains).all(axis=0)
    by_text = np.nanmean(gains[:, seen], axis=0)
    chance = np.random.default_rng(1)
    draws = [chance.choice(by_text, len(by_text)).mean() for _ in range(4000)]
    low, high = np.quantile(draws, [0.025, 0.975])
    print(
        f"{file.name}: {corrections} corrections, {len(rounds)} rounds: {right.mean():.3f} before,"
        f" {by_text.mean():+.4f} after (95 %: {low:+.4f} to {high:+.4f});"
        f" rounds from {rounds.min():+.4f} to {rounds.max():+.4f},"
        f" {int((rounds < 0).sum())} of them fell",
        flush=True,
    )


def _quiet(_what: str, _share: float) -> None:
    """Nobody watches."""


if __name__ == "__main__":
    main()
