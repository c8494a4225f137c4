"""What is passed over for speed would not have been found: each shortcut against the long way."""

from __future__ import annotations

import string

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from nlu import normalise as normalising
from nlu.corpus import read
from nlu.engines.features import BUCKETS, MOST_WORDS, Vocabulary, buckets
from nlu.normalise import normalise
from nlu.places import spelling
from nlu.places.gazetteer import gazetteer
from nlu.places.tokens import tokenise
from nlu.slots.hints import holds, shortest

LETTERS = string.ascii_lowercase
WORDS = st.text(alphabet="abcdefgijklmnoprstu", min_size=1, max_size=70)
TEXTS = st.lists(st.lists(WORDS, max_size=12).map(" ".join), min_size=1, max_size=6)


@pytest.fixture(scope="module")
def names():
    keys, _ = spelling._names()
    return sorted(keys)


def errors(name: str, at: int, letter: str) -> set[str]:
    """Every single typing error at a letter of a name."""
    swapped = name[:at] + name[at + 1 : at + 2] + name[at] + name[at + 2 :]
    return {
        name[:at] + name[at + 1 :],
        name[:at] + letter + name[at:],
        name[:at] + letter + name[at + 1 :],
        swapped,
    }


def test_every_misspelling_of_every_name_resembles_it(names):
    for number, name in enumerate(names):
        for at in range(len(name)):
            for wrong in errors(name, at, LETTERS[(number + at) % 26]):
                near = wrong[0] == name[0] and OSA.distance(name, wrong) == 1
                if near and len(wrong) >= spelling.SHORTEST:
                    assert spelling.resembles(wrong), (name, wrong)


def test_a_word_of_the_corpus_that_resembles_no_name_is_near_none():
    keys = gazetteer().names
    for word in {word for one in read() for word in tokenise(one.text).words}:
        if not spelling.resembles(word) and len(word) >= spelling.SHORTEST:
            assert spelling._near(word) is None or word in keys


def test_beginnings_are_those_of_all_names():
    facts = gazetteer()
    assert facts.names.keys() <= facts.beginnings
    assert all(name[:3] in facts.beginnings for name in facts.names)
    assert "xq" not in facts.beginnings


@settings(deadline=None)
@given(texts=TEXTS, seed=st.integers(0, 2**32 - 1))
def test_remembered_words_have_the_features_of_texts(texts: list[str], seed: int) -> None:
    row = np.random.default_rng(seed).permutation(BUCKETS).astype(np.int32)
    row[::3] = -1  # what the model does not know
    owner, bucket, _ = buckets(texts)
    long_way = {(o, row[b]) for o, b in zip(owner, bucket, strict=True) if row[b] >= 0}
    vocabulary = Vocabulary(row)
    for _ in range(2):  # fresh words, then remembered ones
        owners, rows = vocabulary.rows(texts)
        assert len(owners) == len(long_way)
        assert set(zip(owners, rows, strict=True)) == long_way
        assert (np.diff(owners) >= 0).all()


def test_what_is_remembered_has_a_bound():
    vocabulary = Vocabulary(np.arange(BUCKETS, dtype=np.int32))
    words = [f"{a}{b}{c}{d}" for a in LETTERS[:8] for b in LETTERS for c in LETTERS for d in "xyzw"]
    assert len(words) > MOST_WORDS
    for at in range(0, len(words), 64):
        vocabulary.rows([" ".join(words[at : at + 64])])
    assert len(vocabulary._words) <= MOST_WORDS
    again = vocabulary.rows(["aaax banjir"])
    fresh = Vocabulary(np.arange(BUCKETS, dtype=np.int32)).rows(["aaax banjir"])
    assert all((a == b).all() for a, b in zip(again, fresh, strict=True))


@given(low=st.text(alphabet="abc ", max_size=12), hints=st.sets(st.text("abc ", min_size=1)))
def test_fewer_hints_say_the_same(low: str, hints: set[str]) -> None:
    assert holds(low, shortest(hints)) == any(hint in low for hint in hints)


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("aeijnort2305',. \n@#-:/w"), max_size=40))
def test_plain_words_are_read_as_by_the_whole_expression(text: str) -> None:
    quick = normalise(text)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(normalising, "_NO_WORDS", normalising.re.compile(""))
        assert normalise(text) == quick
