"""Words that stand for the same kind of thing are known by it, also those that no example uses."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest

from nlu.concepts import known, of_word
from nlu.corpus import read
from nlu.engines.embedded import EmbeddedEngine
from nlu.engines.features import BUCKETS, WORDS, buckets, numbers, of_words, pairs
from nlu.normalise import normalise


@pytest.mark.parametrize(
    ("word", "concept"),
    [
        ("got", "drain"),
        ("pecomberan", "drain"),
        ("penumpukan", "pile"),  # a prefix that swallowed the stem's first letter
        ("ditumpukin", "pile"),
        ("pengemisnya", "beggar"),
        ("menebang", "tree"),
        ("motornya", "vehicle"),
    ],
)
def test_a_word_or_its_stem_has_a_concept(word: str, concept: str) -> None:
    assert concept in of_word(word)


def test_what_is_no_known_word_has_none() -> None:
    assert of_word("xyzzy") == of_word("") == of_word("_place") == ()


def test_a_verb_tells_who_acts() -> None:
    assert "_done_to" in of_word("ditambal")
    assert "_does" in of_word("menambal")
    assert "_done_to" not in of_word("dian")  # too short for a verb


def test_each_row_is_written_as_it_is_read() -> None:
    # A word that normalisation writes otherwise would never be looked up.
    assert {word for word in known() if normalise(word) != word} == set()
    assert all(re.fullmatch("[a-z_]+", word) for word in known())


def test_most_of_what_people_write_about_has_a_concept() -> None:
    texts = [normalise(example.text).split() for example in read() if example.categories]
    spoken = sum(any(of_word(word) for word in words) for words in texts)
    assert spoken > 0.95 * len(texts)


def test_a_word_holds_its_letters_and_what_it_means() -> None:
    owner, bucket = of_words(["got", "gutter", "xyzzy"])
    got, gutter, strange = (set(bucket[owner == at].tolist()) for at in range(3))
    letters = set(buckets(["got"])[1].tolist())
    assert letters < got
    (concept,) = (got & gutter) - letters
    assert WORDS <= concept < BUCKETS
    assert strange == set(buckets(["xyzzy"])[1].tolist())


def test_a_word_does_not_depend_on_its_neighbours() -> None:
    words = ["got", "mampet", "di", "banjir"]
    owner, bucket = of_words(words)
    assert (np.diff(owner) >= 0).all()
    for at, word in enumerate(words):
        assert bucket[owner == at].tolist() == of_words([word])[1].tolist()
        assert all(left < right for left, right in pairwise(bucket[owner == at].tolist()))


def test_neighbours_that_mean_the_same_are_the_same_pair() -> None:
    texts = ["got mampet", "gutter sampet", "", "xyzzy plugh"]
    split = [text.split() for text in texts]
    owners = np.repeat(np.arange(4), [len(words) for words in split])
    _, second, bucket = pairs(numbers([word for words in split for word in words]), owners)
    held = [set(bucket[owners[second] == at].tolist()) for at in range(4)]
    assert [len(some) for some in held] == [2, 2, 0, 1]  # of words, and of what they mean
    assert len(held[0] & held[1]) == 1


def test_what_words_mean_is_paired_over_words_between_them() -> None:
    def apart(text: str) -> dict[tuple[int, int], int]:
        words = text.split()
        first, second, bucket = pairs(numbers(words), np.zeros(len(words), dtype=np.int64))
        assert (np.diff(second) >= 0).all()
        told = zip(first.tolist(), second.tolist(), bucket.tolist(), strict=True)
        return {(left, right): one for left, right, one in told if right - left > 1}

    near, far = apart("got qqq plastik"), apart("gutter qqq www sampah")
    assert list(near) == [(0, 2)]
    assert list(far) == [(0, 3)]
    assert near[0, 2] == far[0, 3]  # a drain, then rubbish, however far
    assert apart("got qqq www eee plastik") == apart("got qqq") == apart("") == {}


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("kalenan depan rumah sampet", "saluran_air"),
        ("pada sebat di dalam halte", "kawasan_rokok"),
        ("cuanki nutup pintu masuk sekolah", "pkl_liar"),
        ("luwak masuk plafon", "penyelamatan"),
    ],
)
def test_a_word_that_no_example_uses_still_speaks(
    engine: EmbeddedEngine, text: str, category: str
) -> None:
    assert engine.read([text])[0].category == category
