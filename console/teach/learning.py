"""Learning, from the store's corrections to a judged candidate: read, train, judge, keep.

Training happens in a process of its own (`kanal nlu learn`), whoever asks for it; running gateways
notice a new current model by themselves (gateway/swap.py).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path

from nlu import corpus, shelf, training
from nlu.engines.embedded import current
from nlu.engines.model import Model, load
from nlu.learning import frozen
from nlu.learning.bootstrap import difference
from nlu.learning.candidate import answers, candidate, plausible, remember
from nlu.learning.correction import Correction, plain_of
from nlu.learning.curriculum import Curriculum, curriculum
from nlu.learning.fares import Fares, fares
from nlu.learning.verdict import Question, Verdict, compare, judge, question
from store import corrections, learnings
from store.corrections import Kept
from store.database import Database
from store.ids import Ids
from store.learnings import Learnt


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What one call of `learn` came to."""

    version: str  # of the candidate; "" when there was nothing to train for
    before: str
    curriculum: Curriculum
    verdict: Verdict
    pruned: tuple[str, ...] = ()
    fares: tuple[Fares, Fares] | None = None  # the current model and the candidate, side by side


async def learn(
    database: Database,
    ids: Ids,
    var: Path,
    *,
    actor: str,
    now: datetime,
    margin: float,
    frozen_folder: Path | None = None,
    dry_run: bool = False,
    promote: bool = True,
    tell: training.Progress = lambda _what, _share: None,
) -> Outcome:
    """Train a candidate on corpus and corrections; keep it on disk when it measures better.

    With `promote` it is the current model at once, else it waits for a person. With `dry_run`
    nothing is written. The loop goes on meanwhile: `tell` is called from a thread.

    Raises: ModelError where there is no current model to compare with; StoreError, TrainingError,
    CorpusError; EvaluationError for the test set.
    """
    async with database.read() as connection:
        kept = await corrections.since(connection)

    def work() -> tuple[Outcome, Model | None]:
        before = load(current(var / "models"))
        tested = frozen.read(frozen_folder)
        learnt = _curriculum(words_of(kept), now=now, tested=tested, before=before)
        return _judged(before, learnt, tested, margin, tell)

    outcome, model = await asyncio.to_thread(work)
    if dry_run or model is None:
        return outcome
    better = outcome.verdict.promoted
    if better:
        shelf.keep(var, model)
    word: learnings.Outcome = ("promoted" if promote else "kept") if better else "refused"
    async with database.begin() as connection:
        await learnings.append(connection, ids, _record(outcome, word, actor, now))
    if better and promote:
        shelf.point(var, outcome.version)
    if better:
        outcome = replace(outcome, pruned=tuple(shelf.prune(var)))
    return outcome


def words_of(kept: Sequence[Kept]) -> list[Correction]:
    """Corrections as learning sees them; those that speak of places alone are left out."""
    read = cache(plain_of)  # ten thousand corrections may speak of one text
    return [
        Correction(
            id=one.id,
            at=one.at,
            actor=one.actor,
            plain=read(one.text),
            categories=one.said.categories,
            intent=one.said.intent,
            intent_before=one.before.get("intent"),
        )
        for one in kept
        if one.said.categories or one.said.intent
    ]


def _curriculum(
    words: Sequence[Correction],
    *,
    now: datetime,
    tested: Sequence[Question],
    before: Model | None,
) -> Curriculum:
    return curriculum(
        words,
        now=now,
        corpus_weight=len(corpus.read()),
        frozen=[one.plain for one in tested],
        plausible=plausible(before, [one.plain for one in words]) if before else None,
    )


def _judged(
    before: Model,
    learnt: Curriculum,
    tested: Sequence[Question],
    margin: float,
    tell: training.Progress,
) -> tuple[Outcome, Model | None]:
    """Train and compare; no model where the current one has been taught everything."""
    fresh = [at for at, one in enumerate(learnt.ids) if one > before.card.learned_to]
    if not fresh:
        nothing = difference([], [])
        verdict = judge(nothing, nothing, nothing, margin)
        return _outcome("", before, learnt, verdict), None
    made = candidate(
        corpus.read(), learnt, fresh, tell, before=before.card, dangers=corpus.read_dangers()
    )
    asked = [question(learnt.lessons[at]) for at in fresh]
    plain = [one.plain for one in tested]
    was = answers(before, [one.plain for one in asked])
    verdict = judge(
        compare(tested, answers(before, plain), answers(made.model, plain)),
        compare(asked, was, made.unseen) if made.unseen else difference([], []),
        compare(asked, was, answers(made.model, [one.plain for one in asked])),
        margin,
    )
    told = (fares(before, tested), fares(made.model, tested))
    outcome = _outcome(made.model.card.version, before, learnt, verdict)
    return replace(outcome, fares=told), made.model


def _outcome(version: str, before: Model, learnt: Curriculum, verdict: Verdict) -> Outcome:
    return Outcome(version=version, before=before.card.version, curriculum=learnt, verdict=verdict)


def _record(outcome: Outcome, word: learnings.Outcome, actor: str, now: datetime) -> Learnt:
    learnt, told = outcome.curriculum, outcome.fares
    figures = {
        **asdict(outcome.verdict),
        "lessons": len(learnt.lessons),
        "looked_at": learnt.looked_at,
        "held_out": [asdict(one) for one in learnt.held_out],
        "fares": {"before": asdict(told[0]), "after": asdict(told[1])} if told else {},
    }
    return Learnt(
        at=now,
        actor=actor,
        outcome=word,
        version=outcome.version,
        before=outcome.before,
        learned_to=learnt.newest,
        verdict=json.dumps(figures),
    )


async def retrain(
    database: Database,
    var: Path,
    *,
    now: datetime,
    frozen_folder: Path | None = None,
    tell: training.Progress = lambda _what, _share: None,
) -> Path:
    """Train anew from the corpus and from every correction that has been promoted before.

    For a corpus or a release that is newer than the model: what was learnt stays learnt, and what
    was refused, held out or not measured yet stays out until `learn` judges it.
    """
    async with database.read() as connection:
        last = await learnings.latest(connection)
        learned_to = last.learned_to if last else 0
        kept = await corrections.since(connection, upto=learned_to)
    out = {one["actor"] for one in json.loads(last.verdict).get("held_out", ())} if last else set()
    words = words_of([one for one in kept if one.actor not in out])
    if not words:
        return training.train(var, progress=tell)
    learnt = _curriculum(words, now=now, tested=frozen.read(frozen_folder), before=None)
    model = remember(corpus.read(), learnt, tell, dangers=corpus.read_dangers())
    model.card = replace(model.card, learned_to=learned_to)
    made = shelf.keep(var, model)
    shelf.point(var, model.card.version)
    shelf.prune(var)
    return made
