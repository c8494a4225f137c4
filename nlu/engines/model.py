"""A trained model on disk: arrays in `model.npz`, the rest in `model.json`. Never pickle.

    <folder>/model.json   format, version, labels, calibration, bands, SHA-256 of the arrays
    <folder>/model.npz    buckets int32[n], weight float16[n, heads], scale float16[n], bias float32

What is damaged or of another format is refused, and the message names the command that rebuilds it.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlu.corpus import INTENTS
from nlu.engines.features import BUCKETS, Vocabulary
from nlu.engines.joint import CATEGORIES, Scores

FORMAT = 3
_FEW = 180  # rows: above, OpenBLAS wakes threads, which cost more here than they bring
_ONES = np.ones(_FEW, dtype=np.float32)
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
        weight: NDArray[np.floating[Any]],
        scale: NDArray[np.floating[Any]],
        bias: NDArray[np.floating[Any]],
    ) -> None:
        self.card = card
        self.name = f"embedded {card.version}"  # kept with every prediction
        self._used = used
        self._scale = scale.astype(np.float32)
        self._squares = self._scale * self._scale
        # A feature counts as much as it is rare: multiplied in once, not for every text.
        self._weight = weight.astype(np.float32) * self._scale[:, None]
        self._bias = bias.astype(np.float32)
        row = np.full(BUCKETS, -1, dtype=np.int32)
        row[used] = np.arange(len(used), dtype=np.int32)
        self._vocabulary = Vocabulary(row)

    def score(self, texts: list[str]) -> tuple[Scores, NDArray[np.bool_]]:
        """Scores (texts x heads, intents first), and which texts hold anything that is known."""
        owner, row = self._vocabulary.rows(texts)
        squares = np.bincount(owner, weights=self._squares[row], minlength=len(texts))
        norm = np.sqrt(np.maximum(squares, 1e-9)).astype(np.float32)
        heads = np.zeros((len(texts), len(self._bias)), dtype=np.float32)
        edges = np.searchsorted(owner, np.arange(len(texts) + 1)).tolist()
        for at, (begin, end) in enumerate(pairwise(edges)):
            weights = self._weight.take(row[begin:end], axis=0)
            if end - begin < _FEW:
                _ONES[: end - begin].dot(weights, out=heads[at])
            else:
                np.add.reduce(weights, axis=0, out=heads[at])
        return heads / norm[:, None] + self._bias, squares > 0

    def pulls(self, words: Sequence[str], category: int) -> list[float]:
        """How much each word of a normalised text adds to a category's score.

        Against what it adds to the average category: only that moves a probability. A feature that
        several words have, or a pair of words, counts for each of them in equal parts, so that all
        pulls together are the score without its bias.
        """
        holders = self._holders(words)
        rows = np.fromiter(holders, dtype=np.int64, count=len(holders))
        weights = self._weight[rows, len(INTENTS) :]
        norm = np.sqrt(max(float(self._squares[rows].sum()), 1e-9))
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
        np.savez_compressed(
            raw,
            buckets=self._used,
            weight=(self._weight / self._scale[:, None]).astype(np.float16),
            scale=self._scale.astype(np.float16),
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
    try:
        document = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        raw = (folder / "model.npz").read_bytes()
    except OSError as error:
        raise ModelError(f"no model in {folder} ({error.strerror}); {REBUILD}") from error
    except ValueError as error:
        raise ModelError(f"{folder / 'model.json'} is damaged; {REBUILD}") from error
    _check(folder, document, raw)
    try:
        with np.load(io.BytesIO(raw), allow_pickle=False) as arrays:
            return Model(
                _card(document["card"]),
                used=arrays["buckets"],
                weight=arrays["weight"],
                scale=arrays["scale"],
                bias=arrays["bias"],
            )
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


def _check(folder: Path, document: Any, raw: bytes) -> None:
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        found = document.get("format") if isinstance(document, dict) else "none"
        raise ModelError(f"{folder} holds a model of format {found}, not {FORMAT}; {REBUILD}")
    if document.get("sha256") != hashlib.sha256(raw).hexdigest():
        raise ModelError(f"{folder / 'model.npz'} is damaged (its checksum differs); {REBUILD}")
    if tuple(document.get("intents", ())) != INTENTS:
        raise ModelError(f"the model in {folder} knows other intents; {REBUILD}")
    if tuple(document.get("categories", ())) != CATEGORIES:
        raise ModelError(f"the model in {folder} knows other categories; {REBUILD}")
