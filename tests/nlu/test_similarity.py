"""The corpus is written, not generated: no two examples of a class are nearly the same."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import sparse

import nlu
from nlu.corpus import Example, read, read_dangers

pytestmark = pytest.mark.once

MOST = 0.6  # Jaccard over character 4-grams
FROZEN = Path(str(nlu.__file__)).parent / "frozen"
TEXTS = Path(__file__).parent / "texts"
PLACES = Path(__file__).parent / "places"
BLOCK = 2000  # texts compared at once: nearly every two share some gram
SHORT = 12  # characters: words that everybody writes in the same way ("ya", "halo") are no leak


def grams(text: str) -> frozenset[str]:
    plain = re.sub(r"\s+", " ", text).strip().lower()
    return frozenset(plain[i : i + 4] for i in range(len(plain) - 3)) or frozenset({plain})


def too_near(left: Sequence[str], right: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Pairs of a text on the left and one on the right that share more than MOST of their grams."""
    column: dict[str, int] = defaultdict(lambda: len(column))
    a, b = ([[column[gram] for gram in grams(text)] for text in texts] for texts in (left, right))
    shared = sparse.coo_array(_table(a, len(column)) @ _table(b, len(column)).T)
    rows, columns = shared.coords
    sizes = [np.array([len(row) for row in table]) for table in (a, b)]
    union = sizes[0][rows] + sizes[1][columns] - shared.data
    near = shared.data > MOST * union
    yield from ((left[i], right[j]) for i, j in zip(rows[near], columns[near], strict=True))


def _table(rows: list[list[int]], width: int) -> Any:
    ends = np.cumsum([0, *(len(row) for row in rows)])
    ones = np.ones(ends[-1], dtype=np.int32)
    columns = np.array([column for row in rows for column in row])
    return sparse.csr_array((ones, columns, ends), shape=(len(rows), width))


def taught() -> list[Example]:
    return [*read(), *read_dangers()]


def classes() -> list[list[str]]:
    """The texts of the corpus, class by class."""
    found: dict[Any, list[str]] = defaultdict(list)
    for example in taught():
        found[example.intent, example.categories].append(example.text)
    return list(found.values())


def test_what_is_nearly_the_same_is_seen() -> None:
    left, right = ["got mampet depan sekolah"], ["Got  mampet depan sekolahan", "got bau"]
    assert list(too_near(left, right)) == [(left[0], right[0])]


def test_no_two_examples_of_a_class_are_nearly_the_same() -> None:
    pairs = [pair for texts in classes() for pair in too_near(texts, texts)]
    # Each text is found beside itself, and of twins each beside the other.
    assert [(a, b) for a, b in pairs if a != b] == []
    assert len(pairs) == len(taught())


def asked() -> list[str]:
    """Every text that is measured on, of all files: one that is added is looked at too."""
    files = [file for folder in (FROZEN, TEXTS, PLACES) for file in sorted(folder.glob("*.jsonl"))]
    rows = [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]
    return [row["text"] for row in rows if len(row["text"]) > SHORT]


def test_no_test_text_stands_in_the_corpus() -> None:
    measured = asked()
    learnt = [example.text for example in taught() if len(example.text) > SHORT]
    blocks = (learnt[at : at + BLOCK] for at in range(0, len(learnt), BLOCK))
    assert [pair for block in blocks for pair in too_near(measured, block)] == []
