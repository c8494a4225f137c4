"""What is passed over for speed would not have been found: each shortcut against the long way."""

from __future__ import annotations

import string
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from nlu import normalise as normalising
from nlu.corpus import read
from nlu.engines.embedded import _rounded
from nlu.normalise import normalise
from nlu.places import spelling
from nlu.places.gazetteer import gazetteer
from nlu.places.tokens import tokenise
from nlu.remembered import Remembered
from nlu.slots import depth, emergency, find_slots, language, personal, repeat, since, told
from nlu.slots.figures import FIGURE_HINTS, FIGURES
from nlu.slots.hints import holds, shortest
from nlu.slots.signals import SIGNALS, Signal

LETTERS = string.ascii_lowercase
dangers: Any = import_module("nlu.slots.emergency")  # its function has the same name
FINDERS = {
    depth: depth.find_depths,
    since: since.find_since,
    repeat: repeat.find_repeats,
    personal: personal.find_personal,
}
_PIECES = """
    banjir air sampai sepinggang selutut mata kaki setengah ban motor kap mobil 2 m 30 cm 1,5 meter
    0812-0000-1234 3171234567890001 B 1234 XYZ nama saya budi a.n budi@contoh.example sudah 3 hari
    sejak dari semalam dr tadi udah lama for two weeks lapor ke-3 kali laporan jkt j k t 4k7p 2q9x
    JKT-4K7P-2Q9X rumah kebakaran kebakaaaran ada api anak hanyut terjebak lift kereta the is not
    flooded road until knee ft lampu mati \u0130stanbul caf\u00e9
"""
PIECES = st.sampled_from(_PIECES.split())


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
                    assert spelling.resembles([wrong], [False], 0), (name, wrong)
                    cut = 1 + (number + at) % (len(wrong) - 1)
                    halves = [wrong[:cut], wrong[cut:]]
                    assert spelling.resembles(halves, [True, False], 0), (name, wrong, cut)


def test_a_word_of_the_corpus_that_resembles_no_name_is_near_none():
    keys = gazetteer().names
    for word in {word for one in read() for word in tokenise(one.text).words}:
        if not spelling.resembles([word], [False], 0) and len(word) >= spelling.SHORTEST:
            assert spelling._near(word) is None or word in keys


def test_beginnings_are_those_of_all_names():
    facts = gazetteer()
    assert facts.names.keys() <= facts.beginnings
    assert all(name[:3] in facts.beginnings for name in facts.names)
    assert "xq" not in facts.beginnings


@given(low=st.text(alphabet="abc ", max_size=12), hints=st.sets(st.text("abc ", min_size=1)))
def test_fewer_hints_say_the_same(low: str, hints: set[str]) -> None:
    assert holds(low, shortest(hints)) == any(hint in low for hint in hints)


@given(st.lists(st.floats(0, 1, width=32), max_size=9))
def test_shares_are_rounded_as_python_rounds_them(shares: list[float]) -> None:
    halves = [*shares, 0.00005, 0.00015, 0.5, 0.03125, 0.00390625, 0.0001220703125]
    asked = np.array(halves, dtype=np.float32)
    assert _rounded(asked) == [round(share, 4) for share in asked.tolist()]


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("aeijnort2305',. \n@#-:/w"), max_size=40))
def test_plain_words_are_read_as_by_the_whole_expression(text: str) -> None:
    quick = normalise(text)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(normalising, "_chunks", Remembered(lambda _word: None))
        assert normalise(text) == quick


@settings(deadline=None)
@given(st.lists(PIECES, max_size=12).map(" ".join))
def test_what_no_word_hints_at_is_not_found(low: str) -> None:
    for finder, find in FINDERS.items():
        if not any(map(finder.hinted, low.split())):
            assert not find(low), finder.__name__


@settings(deadline=None, max_examples=300)
@given(st.lists(PIECES, max_size=12).map(" ".join), st.sampled_from([str, str.upper, str.title]))
def test_one_look_at_a_text_tells_what_three_tell(low: str, spelled: Callable[[str], str]) -> None:
    text = spelled(low)
    alone = find_slots(text), language(text), emergency(text)
    assert told(text) == told(text, normalise(text)) == alone


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.hints.split()[0])
def test_every_sign_of_danger_is_in_a_word_that_hints_at_it(signal: Signal) -> None:
    @settings(deadline=None, max_examples=100, database=None)
    @given(st.from_regex(signal.words, alphabet=st.sampled_from(LETTERS + " ")))
    def look(plain: str) -> None:
        match = signal.words.search(plain)
        assert match
        words = match[0].split()
        assert any(holds(word, signal.hints.split()) for word in words)
        assert any(map(dangers.hinted, words))

    look()


@settings(deadline=None, max_examples=300)
@given(st.from_regex(FIGURES, alphabet=st.sampled_from(LETTERS + " ")))
def test_every_figure_of_speech_is_in_a_word_that_hints_at_it(plain: str) -> None:
    match = FIGURES.search(plain)
    assert match
    assert any(holds(word, FIGURE_HINTS) for word in match[0].split())


def test_what_is_remembered_of_words_has_a_bound():
    asked: list[str] = []
    size = Remembered(lambda word: asked.append(word) or len(word), most=2)
    assert [size[word] for word in ("air", "air", "got", "air")] == [3, 3, 3, 3]
    assert asked == ["air", "got"]
    assert size["kali"] == 4
    assert size["a" * 4000] == 4000
    assert set(size) == {"kali"}
