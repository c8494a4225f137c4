"""A trained model on disk: arrays in `model.npz`, the rest in `model.json`. Never pickle.

    <folder>/model.json   format, version, labels, calibration, bands, SHA-256 of the arrays
    <folder>/model.npz    used int32[n], weight int8[n, heads], unit float32[n],
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
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nlu.corpus import INTENTS
from nlu.engines.joint import CATEGORIES, OF_CATEGORIES, Scores
from nlu.engines.vocabulary import Parts, Table, Vocabulary

FORMAT = 8
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
    danger_from: float  # from this score of its head on a text tells of danger
    scores: dict[str, float]  # of held-out texts, for information
    corrections: int = 0  # lessons that corrections gave
    learned_to: int = 0  # id of the newest correction that was looked at; 0: none
    before: str = ""  # the version that was current when this one was made so


class Scored(NamedTuple):
    """What a model says of some texts."""

    scores: Scores  # texts x heads, see joint.py
    known: NDArray[np.bool_]  # whether a text holds anything that is known
    loud: Scores  # texts x categories, see joint.modest


class Model:
    """Weights of all heads: scores a batch of normalised texts."""

    def __init__(self, card: Card, table: Table, bias: NDArray[np.float32]) -> None:
        self.card = card
        self.name = f"embedded {card.version}"  # kept with every prediction
        self._table = table
        self._bias = bias
        self._vocabulary = Vocabulary(table)

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
        table = Table(
            used=used,
            weight=np.rint(weight / unit[:, None]).astype(np.int8),
            unit=unit * scale,
            square=scale * scale,
        )
        return cls(card, table, bias.astype(np.float32))

    def score(self, texts: list[str]) -> Scored:
        """What the model says of normalised texts."""
        sums, loud = self._vocabulary.heard(texts, OF_CATEGORIES)
        length = _length(sums)[:, None]
        return Scored(
            scores=sums[:, :-1] / length + self._bias, known=sums[:, -1] > 0, loud=loud / length
        )

    def pulls(self, words: Sequence[str], category: int) -> list[float]:
        """How much each word of a normalised text adds to a category's score.

        Against what it adds to the average category: only that moves a probability. All pulls
        together are the score without its bias.
        """
        parts = self._vocabulary.apart(words)
        weights = parts[:, OF_CATEGORIES] / _length(parts.sum(axis=0))
        pulls: list[float] = (weights[:, category] - weights.mean(axis=1)).tolist()
        return pulls

    def save(self, folder: Path) -> None:
        """Write both files below `folder`, which must not be a model in use."""
        folder.mkdir(parents=True, exist_ok=True)
        raw = io.BytesIO()
        np.savez(  # as it is: unpacking would take longer than all else at a start
            raw,
            bias=self._bias,
            **{field.name: getattr(self._table, field.name) for field in fields(Table)},
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
        names = (field.name for field in fields(Table))
        return Model(card, Table(**{name: arrays[name] for name in names}), arrays["bias"])


def _length(sums: Parts) -> NDArray[np.float32]:
    """How long the texts are, by the last column of their sums."""
    length: NDArray[np.float32] = np.sqrt(np.maximum(sums[..., -1], np.float32(1e-9)))
    return length


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
