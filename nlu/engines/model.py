"""A trained model on disk: arrays in `model.npz`, the rest in `model.json`. Never pickle.

    <folder>/model.json   format, version, labels, calibration, bands, SHA-256 of the arrays
    <folder>/model.npz    buckets int32[n], weight int8[n, heads], unit float32[n],
                          square float32[n], bias float32[heads]

A weight is a byte: how many of its row's units. That is a quarter of the memory of 32 bits, and no
slower, since less of it has to be fetched.

What is damaged or of another format is refused, and the message names the command that rebuilds it.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from nlu.corpus import INTENTS
from nlu.engines.features import Vocabulary
from nlu.engines.joint import CATEGORIES, Scores

FORMAT = 4
_FEW = 180  # rows: above, OpenBLAS wakes threads, which cost more here than they bring
_MOST_UNITS = 127  # that a byte can count, either way
REBUILD = "run `kanal nlu train` to build it anew"


class ModelError(RuntimeError):
    """The model file cannot be used. The message says the remedy."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """What is known of a model beside its weights: model.json."""

    version: str  # "20261123-1a2b3c4d": day and a digest of corpus and settings
    examples: int
    sharpness: tuple[float, float]  # of intents and of categories, see joint.decide
    accept: float  # from this confidence on a category is taken without asking
    ask: float  # from this one on the citizen is asked between the best; below: a moderator
    scores: dict[str, float]  # of held-out texts, for information
    corrections: int = 0  # lessons that corrections gave
    learned_to: int = 0  # id of the newest correction that was looked at; 0: none
    before: str = ""  # the version that was current when this one was made so


class Model:
    """Weights of both heads: scores a batch of normalised texts."""

    def __init__(
        self,
        card: Card,
        *,
        used: NDArray[np.int32],
        weight: NDArray[np.int8],
        unit: NDArray[np.float32],
        square: NDArray[np.float32],
        bias: NDArray[np.float32],
    ) -> None:
        self.card = card
        self.name = f"embedded {card.version}"  # kept with every prediction
        self._used = used
        self._weight = weight
        self._unit = unit
        self._square = square
        self._bias = bias
        self._vocabulary = Vocabulary(used)

    @classmethod
    def rounded(
        cls,
        card: Card,
        *,
        used: NDArray[np.int32],
        weight: NDArray[np.float32],
        scale: NDArray[np.float32],
        bias: NDArray[np.float32],
    ) -> Model:
        """A model of weights as they were fitted: each row's largest is 127 units.

        A feature counts as much as it is rare: `scale`, which its unit and its share of a text's
        length hold from here on.
        """
        most = np.abs(weight).max(axis=1)
        unit = (np.where(most, most, 1) / _MOST_UNITS).astype(np.float32)
        return cls(
            card,
            used=used,
            weight=np.rint(weight / unit[:, None]).astype(np.int8),
            unit=unit * scale,
            square=scale * scale,
            bias=bias.astype(np.float32),
        )

    def score(self, texts: list[str]) -> tuple[Scores, NDArray[np.bool_]]:
        """Scores (texts x heads, intents first), and which texts hold anything that is known."""
        owner, row = self._vocabulary.rows(texts)
        squares = np.bincount(owner, weights=self._square[row], minlength=len(texts))
        norm = np.sqrt(np.maximum(squares, 1e-9)).astype(np.float32)
        heads = np.zeros((len(texts), len(self._bias)), dtype=np.float32)
        edges = np.searchsorted(owner, np.arange(len(texts) + 1)).tolist()
        unit = self._unit[row]
        for at, (begin, end) in enumerate(pairwise(edges)):
            for first in range(begin, end, _FEW):
                some = slice(first, min(first + _FEW, end))
                heads[at] += unit[some].dot(self._weight.take(row[some], axis=0))
        return heads / norm[:, None] + self._bias, squares > 0

    def pulls(self, words: Sequence[str], category: int) -> list[float]:
        """How much each word of a normalised text adds to a category's score.

        Against what it adds to the average category: only that moves a probability. A feature that
        several words have, or a pair of words, counts for each of them in equal parts, so that all
        pulls together are the score without its bias.
        """
        holders = self._holders(words)
        rows = np.fromiter(holders, dtype=np.int64, count=len(holders))
        weights = self._weight[rows, len(INTENTS) :] * self._unit[rows, None]
        norm = np.sqrt(max(float(self._square[rows].sum()), 1e-9))
        moved = (weights[:, category] - weights.mean(axis=1)) / norm
        pulls = [0.0] * len(words)
        for at, pull in zip(holders.values(), moved.tolist(), strict=True):
            for word in at:
                pulls[word] += pull / len(at)
        return pulls

    def _holders(self, words: Sequence[str]) -> dict[int, list[int]]:
        """Of each feature of a text that the model knows, the words that hold it."""
        known = self._vocabulary
        of = {word: known.rows([word])[1].tolist() for word in dict.fromkeys(words)}
        holders: dict[int, list[int]] = {}
        for at, word in enumerate(words):
            for row in of[word]:
                holders.setdefault(row, []).append(at)
        for at, (left, right) in enumerate(pairwise(words)):
            both = known.rows([f"{left} {right}"])[1].tolist()
            for row in set(both).difference(of[left], of[right]):
                holders.setdefault(row, []).extend((at, at + 1))
        return holders

    def save(self, folder: Path) -> None:
        """Write both files below `folder`, which must not be a model in use."""
        folder.mkdir(parents=True, exist_ok=True)
        raw = io.BytesIO()
        np.savez(  # as it is: unpacking would take longer than all else at a start
            raw,
            buckets=self._used,
            weight=self._weight,
            unit=self._unit,
            square=self._square,
            bias=self._bias,
        )
        (folder / "model.npz").write_bytes(raw.getvalue())
        document = {
            "format": FORMAT,
            "intents": list(INTENTS),
            "categories": list(CATEGORIES),
            "sha256": hashlib.sha256(raw.getvalue()).hexdigest(),
            "card": asdict(self.card),
        }
        (folder / "model.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def load(folder: Path) -> Model:
    """The model in `folder`.

    Raises:
        ModelError: it is absent, damaged, of another format, or knows other categories than ours.
    """
    with _checked(folder) as (card, file), np.load(file, allow_pickle=False) as arrays:
        return Model(
            card,
            used=arrays["buckets"],
            weight=arrays["weight"],
            unit=arrays["unit"],
            square=arrays["square"],
            bias=arrays["bias"],
        )


def check(folder: Path) -> Card:
    """The card of the model in `folder`, which can be loaded. Raises: ModelError, as `load`."""
    with _checked(folder) as (card, _):
        return card


@contextmanager
def _checked(folder: Path) -> Iterator[tuple[Card, BinaryIO]]:
    """A model's card and its file of arrays, open. Raises: ModelError."""
    try:
        document = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(f"no model in {folder} ({error.strerror}); {REBUILD}") from error
    except ValueError as error:
        raise ModelError(f"{folder / 'model.json'} is damaged; {REBUILD}") from error
    try:
        with (folder / "model.npz").open("rb") as file:
            _check(folder, document, hashlib.file_digest(file, "sha256").hexdigest())
            file.seek(0)
            yield _card(document["card"]), file
    except OSError as error:
        raise ModelError(f"no model in {folder} ({error.strerror}); {REBUILD}") from error
    except (KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
        raise ModelError(f"the model in {folder} is damaged ({error}); {REBUILD}") from error


def card_in(folder: Path) -> Card:
    """What is known of the model in `folder`, without its weights, which may be damaged.

    Raises: ModelError.
    """
    try:
        said = json.loads((folder / "model.json").read_text(encoding="utf-8"))["card"]
        return _card(said)
    except OSError as error:
        raise ModelError(f"no model in {folder} ({error.strerror}); {REBUILD}") from error
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{folder / 'model.json'} is damaged; {REBUILD}") from error


def _card(said: dict[str, Any]) -> Card:
    return Card(**{**said, "sharpness": tuple(said["sharpness"])})


def _check(folder: Path, document: Any, sha256: str) -> None:
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        found = document.get("format") if isinstance(document, dict) else "none"
        raise ModelError(f"{folder} holds a model of format {found}, not {FORMAT}; {REBUILD}")
    if document.get("sha256") != sha256:
        raise ModelError(f"{folder / 'model.npz'} is damaged (its checksum differs); {REBUILD}")
    if tuple(document.get("intents", ())) != INTENTS:
        raise ModelError(f"the model in {folder} knows other intents; {REBUILD}")
    if tuple(document.get("categories", ())) != CATEGORIES:
        raise ModelError(f"the model in {folder} knows other categories; {REBUILD}")
