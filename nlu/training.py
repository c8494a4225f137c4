"""Trains the embedded engine's model: scikit-learn here, numpy alone afterwards.

One seed, no clock in the weights: the same corpus gives the same model. Calibration and bands come
from a third of the corpus that heads were asked about without having been taught it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlu.calibration import CHOSEN, Held, calibrate, leaning
from nlu.categories import shares
from nlu.corpus import INTENTS, Example, read, read_dangers
from nlu.engines.features import BUCKETS, WORDS, numbers, of_words, pairs
from nlu.engines.joint import CATEGORIES, OF_CATEGORIES
from nlu.engines.model import FORMAT, Card, Model
from nlu.lessons import ALWAYS, Lesson, lessons, of_danger
from nlu.shelf import keep, point

SEEN = 6  # texts that hold a feature, or it is not learnt: it halves the model, at no cost
NEVER = -20.0  # the bias of a class that has no example
SEED = 20170220
HELD_OUT = 3  # one example of as many is held out, to calibrate
WORD_WEIGHT = 2.0  # a word says more than one of its many character n-grams
REPORT_WEIGHT = 0.15  # for the head of intents: there are ten times as many as of any other
FEWEST = 3  # intents and categories that have examples
# A tilt towards what naive Bayes says (Wang and Manning 2012), for the head of categories: in
# cross-validation the right one is more often among three, and confidence is worth more.
TILT = 0.02
SMOOTHING = 0.02  # of naive Bayes's counts
STRENGTH = 1.0  # inverse of the L2 penalty; flat between 0.5 and 4 in cross-validation
TOLERANCE = 0.2  # when to stop fitting; a quarter of it takes longer, and is no better
_UNCALIBRATED = Card(
    version="", examples=0, sharpness=(1, 1), accept=1, ask=1, danger_from=0, scores={}
)
_OF_ONE_MODEL = {"version", "examples", "corrections", "learned_to", "before"}
Progress = Callable[[str, float], None]  # what is being done; how much of all is done, 0 to 1


class TrainingError(RuntimeError):
    """Training cannot be done here. The message says the remedy."""


@dataclass(frozen=True, slots=True)
class Heads:
    """What fitting yields: weights of all heads over all columns of the design."""

    weight: NDArray[np.float32]  # columns x heads
    bias: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Design:
    """Texts as a sparse matrix over the buckets that at least SEEN texts have."""

    rows: Any  # scipy CSR; each by the length of its text, see Table.square
    used: NDArray[np.int32]  # bucket of each column
    scale: NDArray[np.float32]  # inverse document frequency of each column


@dataclass(frozen=True, kw_only=True, slots=True)
class Prepared:
    """Lessons and their design."""

    taught: Sequence[Lesson]
    design: Design
    examples: int
    more: int  # lessons beside the examples, the last ones of `taught`


def train(
    var: Path,
    *,
    examples: Sequence[Example] | None = None,
    progress: Progress | None = None,
) -> Path:
    """Train on `examples` (default: the corpus) and make the result the current model.

    Writes `<var>/models/<version>/` and then points `<var>/models/current` at it, each in one
    step: a reader sees the old model or the new one. Answers the model's folder.
    """
    tell = progress or (lambda _what, _share: None)
    tell("reading the corpus", 0.0)
    chosen = list(examples) if examples is not None else read()
    model = fit(chosen, tell, dangers=read_dangers())
    target = keep(var, model)
    point(var, model.card.version)
    tell("done", 1.0)
    return target


def fit(examples: Sequence[Example], tell: Progress, *, dangers: Sequence[Example] = ()) -> Model:
    """A calibrated model of `examples`, in memory. Without `dangers` it sees none."""
    return finish(prepare(examples, tell, dangers=dangers), tell)


def prepare(
    examples: Sequence[Example],
    tell: Progress,
    *,
    dangers: Sequence[Example] = (),
    more: Sequence[Lesson] = (),
) -> Prepared:
    """Everything that fitting needs, made once: it may be fitted several times.

    Args:
        examples: of the corpus.
        tell: what is being done.
        dangers: what the head of danger learns (nlu.corpus.read_dangers).
        more: lessons beside the examples: what corrections teach (nlu/learning/curriculum.py).
    """
    if find_spec("sklearn") is None:
        raise TrainingError(
            "training needs scikit-learn: pip install 'kanal-warga[train]' (serving does not)"
        )
    _check(examples, tell)
    looked_at = {danger.text for danger in dangers}
    taught = [
        *lessons(examples, seed=SEED, looked_at=looked_at),
        *of_danger(dangers, seed=SEED),
        *more,
    ]
    return Prepared(
        taught=taught,
        design=_design([lesson.text for lesson in taught]),
        examples=len(examples),
        more=len(more),
    )


def finish(
    prepared: Prepared,
    tell: Progress,
    *,
    like: Card | None = None,
    lean: Callable[[float], NDArray[np.float32]] | None = None,
) -> Model:
    """Calibrate on what is held out, then fit on everything.

    With `like` the calibration of another model of the same corpus is taken over: a few
    corrections do not change it, and nearly half of the time is saved. `lean` answers, for a
    sharpness, what to add to the scores of the categories beyond what is published of their
    frequency (nlu.calibration.leaning): what was learnt of it.
    """
    taught, design = prepared.taught, prepared.design
    calibration = _calibration(taught, design, tell) if like is None else _taken_over(like)
    tell("fitting on everything", 0.45)
    heads = _fit(taught, design, list(range(len(taught))))
    bias = heads.bias + leaning(calibration["sharpness"])
    if lean is not None:
        bias[OF_CATEGORIES] += lean(calibration["sharpness"][1])
    tell("writing", 0.95)
    card = Card(
        version=_version(taught),
        examples=prepared.examples,
        corrections=prepared.more,
        **calibration,
    )
    return Model.rounded(card, used=design.used, weight=heads.weight, scale=design.scale, bias=bias)


def _calibration(taught: Sequence[Lesson], design: Design, tell: Progress) -> dict[str, Any]:
    tell("fitting on a part, to be asked about the rest", 0.1)
    return calibrate(_held(taught, design))


def _taken_over(card: Card) -> dict[str, Any]:
    """All that a card says but which model it is."""
    names = {field.name for field in fields(card)} - _OF_ONE_MODEL
    return {name: getattr(card, name) for name in names}


def _check(examples: Sequence[Example], tell: Progress) -> None:
    seen = {slug for example in examples for slug in example.categories}
    seen |= {example.intent for example in examples}
    absent = [name for name in (*INTENTS, *CATEGORIES) if name not in seen]
    if len(seen) < FEWEST:
        raise TrainingError("too few examples to learn from: write some under nlu/corpus")
    if absent:
        tell(f"no example of {', '.join(absent)}: these are never answered", 0.0)


def _version(taught: Sequence[Lesson]) -> str:
    chosen = (SEEN, WORD_WEIGHT, STRENGTH, TOLERANCE, TILT, SMOOTHING, REPORT_WEIGHT, *CHOSEN)
    digest = hashlib.sha256(repr((FORMAT, SEED, chosen, shares())).encode())
    for lesson in taught:
        digest.update(repr(lesson).encode("utf-8", "surrogatepass"))
    return f"{date.today():%Y%m%d}-{digest.hexdigest()[:8]}"  # noqa: DTZ011 (a name for people)


def _design(texts: Sequence[str]) -> Design:
    from scipy import sparse  # noqa: PLC0415 (serving starts without scipy)

    split = [text.split() for text in texts]
    words = list(dict.fromkeys(word for one in split for word in one))
    at = {word: number for number, word in enumerate(words)}
    once = [dict.fromkeys(one) for one in split]
    said = _counted(
        np.repeat(np.arange(len(texts)), [len(one) for one in once]),
        np.array([at[word] for one in once for word in one]),
        (len(texts), len(words)),
    )
    held = _counted(*of_words(words), (len(words), BUCKETS))
    owners = np.repeat(np.arange(len(texts)), [len(one) for one in split])
    order = np.array([at[word] for one in split for word in one])
    _, second, bucket = pairs(numbers(words)[:, order], owners)
    paired = _counted(owners[second], bucket, (len(texts), BUCKETS))
    rows = (said @ held + paired).tocsr()
    frequency = np.bincount(rows.indices, minlength=BUCKETS)
    used = np.flatnonzero(frequency >= SEEN).astype(np.int32)
    scale = np.log((1 + len(texts)) / (1 + frequency[used])).astype(np.float32) + 1
    scale[used >= WORDS] *= WORD_WEIGHT
    square = scale * scale
    squares = said @ (held[:, used] @ square) + paired[:, used] @ square
    length = np.sqrt(np.maximum(squares, 1e-9))
    rows = sparse.diags_array(1 / length) @ rows[:, used] @ sparse.diags_array(scale)
    return Design(rows=sparse.csr_matrix(rows, dtype=np.float32), used=used, scale=scale)


def _counted(rows: NDArray[np.int64], columns: NDArray[np.int64], shape: tuple[int, int]) -> Any:
    """A sparse matrix of how often each pair of row and column stands there."""
    from scipy import sparse  # noqa: PLC0415 (as above)

    ones = np.ones(len(rows), dtype=np.float32)
    return sparse.csr_matrix((ones, (rows, columns)), shape=shape)


def _held(taught: Sequence[Lesson], design: Design) -> Held:
    """What one example of HELD_OUT is answered by a model that was taught nothing of it."""
    out = [i for i, one in enumerate(taught) if one.group != ALWAYS and not one.group % HELD_OUT]
    at = [i for i in out if taught[i].original]
    heads = _without(taught, design, out)
    model = Model.rounded(
        _UNCALIBRATED, used=design.used, weight=heads.weight, scale=design.scale, bias=heads.bias
    )
    scored = model.score([taught[i].text for i in at])
    return Held(
        scores=scored.scores,
        loud=scored.loud,
        intents=[taught[i].intent for i in at],
        categories=[tuple(taught[i].categories) for i in at],
        dangers=[taught[i].danger for i in at],
    )


def unseen(
    taught: Sequence[Lesson], design: Design, out: Sequence[int], at: Sequence[int]
) -> NDArray[np.float32]:
    """Scores of the lessons `at` by heads that were taught all but the lessons `out`."""
    heads = _without(taught, design, out)
    return np.asarray(design.rows[list(at)] @ heads.weight + heads.bias, dtype=np.float32)


def _without(taught: Sequence[Lesson], design: Design, out: Sequence[int]) -> Heads:
    left = set(out)
    return _fit(taught, design, [i for i in range(len(taught)) if i not in left])


def _fit(taught: Sequence[Lesson], design: Design, chosen: Sequence[int]) -> Heads:
    intents = [
        (i, INTENTS.index(intent), taught[i].weight * (REPORT_WEIGHT if intent == "report" else 1))
        for i in chosen
        if (intent := taught[i].intent)
    ]
    topics = [
        (i, CATEGORIES.index(slug), taught[i].weight * share)
        for i in chosen
        for slug, share in taught[i].categories.items()
    ]
    parts = [
        _head(design, intents, len(INTENTS)),
        _head(design, topics, len(CATEGORIES), tilt=TILT),
        _of_danger(taught, design, chosen),
    ]
    return Heads(
        weight=np.concatenate([part.weight for part in parts], axis=1),
        bias=np.concatenate([part.bias for part in parts]),
    )


def _of_danger(taught: Sequence[Lesson], design: Design, chosen: Sequence[int]) -> Heads:
    told = [(i, int(danger), 1.0) for i in chosen if (danger := taught[i].danger) is not None]
    both = _head(design, told, 2)
    return Heads(weight=both.weight[:, 1:], bias=both.bias[1:])


def _head(
    design: Design, taught: list[tuple[int, int, float]], size: int, *, tilt: float = 0.0
) -> Heads:
    from sklearn.svm import LinearSVC  # noqa: PLC0415 (as above)

    weight = np.zeros((len(design.used), size), dtype=np.float32)
    bias = np.full(size, NEVER, dtype=np.float32)
    if not taught:
        return Heads(weight=weight, bias=bias)
    rows, labels, weights = (np.array(column) for column in zip(*taught, strict=True))
    classes = np.unique(labels)
    if len(classes) == 1:
        bias[classes] = 0
        return Heads(weight=weight, bias=bias)
    classifier = LinearSVC(C=STRENGTH, tol=TOLERANCE, random_state=SEED)
    classifier.fit(design.rows[rows], labels, sample_weight=weights)
    coefficients, intercepts = classifier.coef_, classifier.intercept_
    if len(classes) == 2:  # noqa: PLR2004 (scikit-learn keeps one row for two classes)
        coefficients = np.concatenate([-coefficients, coefficients])
        intercepts = np.concatenate([-intercepts, intercepts])
    weight[:, classes] = coefficients.T
    if tilt:
        weight[:, classes] += tilt * _log_counts(design.rows[rows], labels, weights)
    bias[classes] = intercepts
    return Heads(weight=weight, bias=bias)


def _log_counts(rows: Any, labels: NDArray[np.int64], weights: NDArray[np.float64]) -> Any:
    """How much more a column speaks for each class than on average: columns x classes."""
    from scipy import sparse  # noqa: PLC0415 (as above)

    classes, at = np.unique(labels, return_inverse=True)
    of_class = sparse.csr_matrix((weights, (at, np.arange(len(at)))), shape=(len(classes), len(at)))
    counts = np.asarray((of_class @ rows).todense()) + SMOOTHING
    logs = np.log(counts / counts.sum(axis=1, keepdims=True))
    return (logs - logs.mean(axis=0)).T
