"""The default engine: a linear model in numpy, slots by rule, places by gazetteer. No server.

    engine = EmbeddedEngine.load(Path("var/models"), places=resolve)
    engine.read(["banjir selutut depan SDN 03 Menteng"])[0].category  # "banjir"

It learns without a restart: training points `models/current` at a new folder, `reload()` sees it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nlu.corpus import INTENTS
from nlu.engines.clauses import COMPLAINTS, ROOM, clauses, second
from nlu.engines.joint import (
    CATEGORIES,
    OF_DANGER,
    Scores,
    best_intents,
    decide,
    modest,
    ranked,
)
from nlu.engines.mask import without_places
from nlu.engines.model import REBUILD, Model, ModelError, Scored, load
from nlu.engines.movers import movers
from nlu.normalise import MAX_CHARS, normalise
from nlu.places.resolve import Resolution, resolve
from nlu.slots import told
from nlu.slots.emergency import literal
from nlu.understanding import Candidate, Entity, Mover, Understanding

BATCH = 256  # texts scored at once
CANDIDATES = 5
Places = Callable[[str], Resolution]
Said = tuple[str, float, tuple[Candidate, ...]]  # intent, how sure, categories best first
_NOTHING_KNOWN = ("other", "tidak_jelas", 0.05)  # of a text in which no feature is known


class EmbeddedEngine:
    """Reads texts with the current model below a models folder."""

    def __init__(self, models: Path, model: Model, folder: Path, places: Places) -> None:
        self._models = models
        self._model = model
        self._folder = folder
        self._places = places

    @classmethod
    def load(cls, models: Path, places: Places = resolve) -> EmbeddedEngine:
        """The current model of `<var>/models`, or ModelError with the remedy."""
        folder = current(models)
        return cls(models, load(folder), folder, places)

    @property
    def version(self) -> str:
        return self._model.name

    @property
    def bands(self) -> tuple[float, float]:
        """Accept from the first confidence on, ask from the second on; below: a moderator."""
        return self._model.card.accept, self._model.card.ask

    def reload(self) -> bool:
        """Take the current model if it is another one than that in use; whether it was.

        The new one is read and checked before the old one is let go: a damaged model raises
        ModelError and changes nothing.
        """
        folder = current(self._models)
        if folder == self._folder:
            return False
        self._model, self._folder = load(folder), folder
        return True

    async def understand(self, texts: Sequence[str]) -> list[Understanding]:
        return self.read(texts)

    def read(self, texts: Sequence[str]) -> list[Understanding]:
        """`understand` without an event loop: it never waits for anything."""
        model = self._model  # the same one for the whole batch, whatever reload does meanwhile
        answers: list[Understanding] = []
        for at in range(0, len(texts), BATCH):
            batch = [text[:MAX_CHARS] for text in texts[at : at + BATCH]]
            where = [self._places(text) for text in batch]
            masked = [without_places(*pair) for pair in zip(batch, where, strict=True)]
            plain = [normalise(text) for text in masked]
            scored = model.score(plain)
            said = list(_said(*decide(scored.scores, model.card.sharpness), scored))
            named = _complaints(model, masked, said)
            dangers = _dangers(model, plain, scored.scores)
            answers += [
                _reading(model, *one)
                for one in zip(batch, plain, where, said, named, dangers, strict=True)
            ]
        return answers

    def explain(self, text: str, category: str) -> tuple[Mover, ...]:
        """The words that moved it: see `nlu.engine.Explaining`, and engines/movers.py."""
        if category not in CATEGORIES:
            raise ValueError(f"the model knows no category {category}")
        text = text[:MAX_CHARS]
        return movers(self._model, text, self._places(text), CATEGORIES.index(category))

    async def close(self) -> None:
        """Nothing is held open."""


def _reading(
    model: Model,
    text: str,
    plain: str,
    found: Resolution,
    said: Said,
    named: tuple[str, ...],
    danger: bool,  # noqa: FBT001 - one of a row
) -> Understanding:
    intent, intent_confidence, candidates = said
    # Where no place's name was taken out, the text that was classified is the whole one.
    entities, language, emergency = told(text, None if found.mentions else plain)
    entities += _locations(text, found)
    if len(entities) > 1:
        entities.sort(key=lambda entity: entity.start)
    return Understanding(
        intent=intent,
        intent_confidence=intent_confidence,
        category=candidates[0].category,
        confidence=candidates[0].confidence,
        candidates=candidates,
        categories=named,
        entities=tuple(entities),
        place=found.place,
        places=found.candidates,
        outside=found.outside is not None and found.place is None,
        outside_name=found.outside.name if found.outside and found.place is None else "",
        language=language,
        emergency=emergency or danger,
        engine=model.name,
    )


def current(models: Path) -> Path:
    """The folder that `<models>/current` names."""
    try:
        version = (models / "current").read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ModelError(f"no model under {models}; {REBUILD}") from error
    return models / Path(version).name


def classify(model: Model, plain: list[str]) -> tuple[Scores, Scores]:
    """Probabilities of intents and categories of normalised texts."""
    return decide(model.score(plain).scores, model.card.sharpness)


def _said(intents: Scores, topics: Scores, scored: Scored) -> Iterator[Said]:
    """The best intent and the best categories of each row, all rows in the same numpy calls."""
    order = ranked(topics)[:, :CANDIDATES]
    topics = modest(topics, order[:, 0], scored.loud)
    best = best_intents(intents, order[:, 0])
    rows = np.arange(len(order))
    for row in zip(
        best.tolist(),
        _rounded(intents[rows, best]),
        order.tolist(),
        _rounded(topics[rows[:, None], order]),
        scored.known.tolist(),
        strict=True,
    ):
        intent, sure, names, shares, anything = row
        candidates = tuple(
            [
                Candidate(category=CATEGORIES[i], confidence=share)
                for i, share in zip(names, shares, strict=True)
            ]
        )
        yield (INTENTS[intent], sure, candidates) if anything else _nothing(candidates)


def _rounded(shares: Scores) -> list[Any]:
    """To four digits, all at once: as `round` says, for in 64 bits 10,000 times 24 are exact."""
    rounded: list[Any] = (np.rint(shares.astype(np.float64) * 1e4) / 1e4).tolist()
    return rounded


def _nothing(ranked: tuple[Candidate, ...]) -> Said:
    """What is said of a text in which no feature is known."""
    intent, category, confidence = _NOTHING_KNOWN
    others = (one for one in ranked if one.category != category)
    unsure = (Candidate(category=one.category, confidence=0.02) for one in others)
    return intent, confidence, (Candidate(category=category, confidence=confidence), *unsure)


def _dangers(model: Model, plain: list[str], scores: Scores) -> list[bool]:
    """Where the head of danger sees one; with figures of speech it is asked without them."""
    dangers = scores[:, OF_DANGER] >= model.card.danger_from
    cut = {at: literal(plain[at]) for at in np.flatnonzero(dangers)}
    figures = [at for at, text in cut.items() if text != plain[at]]
    if figures:
        again = model.score([cut[at] for at in figures]).scores
        dangers[figures] = again[:, OF_DANGER] >= model.card.danger_from
    answer: list[bool] = dangers.tolist()
    return answer


def _complaints(model: Model, masked: list[str], said: list[Said]) -> list[tuple[str, ...]]:
    """The categories of each text, the main one first; the clauses of all in the same calls."""
    named: list[tuple[str, ...]] = [(candidates[0].category,) for _, _, candidates in said]
    parts: list[str] = []
    spans: list[tuple[int, int, int]] = []  # text, first and last of its clauses
    for at, (text, (_, _, candidates)) in enumerate(zip(masked, said, strict=True)):
        if candidates[0].category in COMPLAINTS and candidates[1].confidence >= ROOM:
            own = [plain for clause in clauses(text) if (plain := normalise(clause))]
            spans.append((at, len(parts), len(parts) + len(own)))
            parts += own
    if not parts:
        return named
    _, topics = classify(model, parts)
    for at, first, last in spans:
        main, *others = said[at][2]
        likely = {one.category for one in others if one.confidence >= ROOM}
        other = second(main.category, likely, topics[first:last])
        if other:
            named[at] = (main.category, other)
    return named


def _locations(text: str, found: Resolution) -> list[Entity]:
    return [
        Entity(
            entity="location",
            value=text[mention.start : mention.end],
            start=mention.start,
            end=mention.end,
        )
        for mention in found.mentions
        if mention.relation != "in a name"
    ]
