"""The corpus is written, not generated: no two examples of a class are nearly the same."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any

from nlu.corpus import read

MOST = 0.6  # Jaccard over character 4-grams


def grams(text: str) -> frozenset[str]:
    plain = re.sub(r"\s+", " ", text).strip().lower()
    return frozenset(plain[i : i + 4] for i in range(len(plain) - 3)) or frozenset({plain})


def alike(a: frozenset[str], b: frozenset[str]) -> bool:
    small, large = sorted((len(a), len(b)))
    return small > MOST * large and len(a & b) > MOST * len(a | b)


def too_near(texts: Iterable[tuple[str, frozenset[str]]]) -> Iterator[tuple[str, str]]:
    for (left, a), (right, b) in combinations(texts, 2):
        if alike(a, b):
            yield left, right


def test_no_two_examples_of_a_class_are_nearly_the_same() -> None:
    classes: dict[Any, list[tuple[str, frozenset[str]]]] = defaultdict(list)
    for example in read():
        classes[example.intent, example.categories].append((example.text, grams(example.text)))
    assert [pair for texts in classes.values() for pair in too_near(texts)] == []


def test_no_test_text_stands_in_the_corpus(labelled: Any) -> None:
    # Words that everybody writes in the same way ("ya", "halo") are no leak.
    corpus = [(example.text, grams(example.text)) for example in read() if len(example.text) > 12]
    found = [
        (row["text"], text)
        for name in ("categories", "intents", "strangers")
        for row in labelled(name)
        if len(row["text"]) > 12
        for mine in [grams(row["text"])]
        for text, other in corpus
        if alike(mine, other)
    ]
    assert found == []
