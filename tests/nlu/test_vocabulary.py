"""What is remembered of words says the same as the long way, and has a bound."""

from __future__ import annotations

import string
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.engines.features import BUCKETS, numbers, of_words, pairs
from nlu.engines.vocabulary import MOST_WORDS, Parts, Table, Vocabulary

LETTERS = string.ascii_lowercase
HEADS = 3
WORDS = st.text(alphabet="abcdefgijklmnoprstu", min_size=1, max_size=70)
COMMON = st.sampled_from(["got", "mampet", "banjir", "air", "air"])
TEXTS = st.lists(st.lists(WORDS | COMMON, max_size=12).map(" ".join), min_size=1, max_size=6)


def table(seed: int, every: int = 2) -> Table:
    """A model that knows one bucket of so many."""
    chance = np.random.default_rng(seed)
    used = np.flatnonzero(chance.integers(0, every, BUCKETS) == 0).astype(np.int32)
    return Table(
        used=used,
        weight=chance.integers(-127, 128, (len(used), HEADS)).astype(np.int8),
        unit=chance.random(len(used), dtype=np.float32),
        square=chance.random(len(used), dtype=np.float32),
    )


def long_way(known: Table, text: str) -> Parts:
    """Each word once and each pair, by their buckets."""
    words = text.split()
    if not words:
        return np.zeros(HEADS + 1, dtype=np.float32)
    _, held = of_words(list(dict.fromkeys(words)))
    _, _, paired = pairs(numbers(words), np.zeros(len(words), dtype=np.int64))
    row = {bucket: at for at, bucket in enumerate(known.used.tolist())}
    rows = [row[bucket] for bucket in [*held.tolist(), *paired.tolist()] if bucket in row]
    return known.parts(np.array(rows, dtype=np.int64)).sum(axis=0)


KNOWN = table(1708)


@settings(deadline=None)
@given(texts=TEXTS)
def test_sums_are_those_of_the_long_way(texts: list[str]) -> None:
    vocabulary = Vocabulary(KNOWN)
    expected = np.array([long_way(KNOWN, text) for text in texts])
    for _ in range(2):  # fresh words, then remembered ones
        assert np.allclose(vocabulary.sums(texts), expected, rtol=1e-4, atol=1e-2)


@settings(deadline=None)
@given(texts=TEXTS)
def test_the_loudest_word_is_heard(texts: list[str]) -> None:
    compared = slice(1, HEADS)
    sums, loud = Vocabulary(KNOWN).heard(texts, compared)
    assert np.allclose(sums, Vocabulary(KNOWN).sums(texts), rtol=1e-4, atol=1e-2)
    for text, heard in zip(texts, loud, strict=True):
        alone = np.array([long_way(KNOWN, word)[compared] for word in text.split()])
        beyond = [one - one.mean() for one in alone] or [np.zeros(HEADS - 1)]
        assert np.allclose(heard, np.max(beyond, axis=0), rtol=1e-4, atol=1e-2)


@settings(deadline=None)
@given(texts=TEXTS)
def test_words_apart_add_up_to_their_text(texts: list[str]) -> None:
    vocabulary = Vocabulary(KNOWN)
    for text, whole in zip(texts, vocabulary.sums(texts), strict=True):
        if text:
            apart = vocabulary.apart(text.split())
            assert len(apart) == len(text.split())
            assert np.allclose(apart.sum(axis=0), whole, rtol=1e-4, atol=1e-2)


def test_a_text_without_a_known_word_adds_nothing() -> None:
    nothing = Table(
        used=np.zeros(0, dtype=np.int32),
        weight=np.zeros((0, HEADS), dtype=np.int8),
        unit=np.zeros(0, dtype=np.float32),
        square=np.zeros(0, dtype=np.float32),
    )
    assert not Vocabulary(nothing).sums(["banjir lagi", ""]).any()


def test_what_is_remembered_has_a_bound() -> None:
    words = [f"{a}{b}{c}{d}" for a in LETTERS[:8] for b in LETTERS for c in LETTERS for d in "xyzw"]
    assert len(words) > MOST_WORDS
    vocabulary = Vocabulary(KNOWN)
    for at in range(0, len(words), 64):
        vocabulary.sums([" ".join(words[at : at + 64])])
    assert len(vocabulary._known.at) <= MOST_WORDS
    at_once = vocabulary.sums([" ".join(words)])  # more than are ever remembered
    assert len(vocabulary._known.at) <= MOST_WORDS
    assert np.isfinite(at_once).all()
    assert (vocabulary.sums(["aaax banjir"]) == Vocabulary(KNOWN).sums(["aaax banjir"])).all()


def test_threads_may_learn_side_by_side() -> None:
    words = [f"{a}{b}{c}" for a in LETTERS for b in LETTERS for c in "xyz"]
    texts = [" ".join(words[at : at + 9]) for at in range(0, len(words), 9)]
    vocabulary = Vocabulary(KNOWN)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda text: vocabulary.sums([text])[0], texts * 4))
    assert np.allclose(found[: len(texts)], Vocabulary(KNOWN).sums(texts), rtol=1e-4, atol=1e-2)
    assert all((found[at] == found[at % len(texts)]).all() for at in range(len(found)))
