"""The words that moved the model: exact, and told in the citizen's own letters."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlu.engine import Explaining
from nlu.engines.embedded import EmbeddedEngine, current
from nlu.engines.joint import OF_CATEGORIES
from nlu.engines.model import load
from nlu.engines.rasa import RasaEngine
from nlu.normalise import normalise
from tests.nlu.test_embedded import ODD


def test_what_words_add_is_the_whole_score(engine: EmbeddedEngine, labelled) -> None:
    model = load(current(engine._models))
    bias = model.score([""]).scores
    for row in labelled("categories")[:40]:
        plain = normalise(row["text"])
        scores = model.score([plain]).scores
        heads = (scores - bias)[0, OF_CATEGORIES]
        for category in (0, 3):
            pulls = model.pulls(plain.split(), category)
            assert sum(pulls) == pytest.approx(heads[category] - heads.mean(), abs=1e-3)


@pytest.mark.parametrize(
    ("text", "category", "word"),
    [
        ("Pak, tlg GOT nya mampet", "saluran_air", "GOT"),
        ("mcet bgt dari pagi di Jl. Kemang Raya!!", "macet", "mcet"),
        ("banyak SAMPAAAH numpuk, bau.", "sampah", "SAMPAAAH"),
        ("ada joki 3 in 1 depan halte", "joki_3in1", "joki"),
    ],
)
def test_the_word_stands_as_it_was_written(
    engine: EmbeddedEngine, text: str, category: str, word: str
) -> None:
    assert engine.read([text])[0].category == category
    moved = engine.explain(text, category)
    assert word in [one.word for one in moved[:2]]
    assert moved[0].share > 0
    assert all(text[one.start : one.end] == one.word for one in moved)
    assert sum(abs(one.share) for one in moved) == pytest.approx(1, abs=0.01)


def test_a_place_is_one_word_and_its_name_moves_little(engine: EmbeddedEngine) -> None:
    text = "banjir lagi di Kampung Rambutan sejak subuh"
    shares = {one.word: one.share for one in engine.explain(text, "banjir")}
    assert max(shares, key=lambda word: shares[word]) == "banjir"
    assert "Rambutan" not in shares
    assert abs(shares.get("Kampung Rambutan", 0)) < 0.1


def test_it_tells_what_speaks_against(engine: EmbeddedEngine) -> None:
    shares = {one.word: one.share for one in engine.explain("pohon di got", "pohon")}
    assert shares["pohon"] > 0 > shares["got"]


@pytest.mark.parametrize("text", ODD)
def test_odd_texts_are_explained_or_passed_over(engine: EmbeddedEngine, text: str) -> None:
    for one in engine.explain(text, "macet"):
        assert text[one.start : one.end] == one.word


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.text(max_size=120))
def test_no_text_raises(engine: EmbeddedEngine, text: str) -> None:
    moved = engine.explain(text, "banjir")
    assert all(0 <= one.start < one.end <= len(text) for one in moved)
    assert len({(one.start, one.end) for one in moved}) == len(moved)


def test_an_unknown_category_is_refused(engine: EmbeddedEngine) -> None:
    with pytest.raises(ValueError, match="kucing"):
        engine.explain("banjir", "kucing")


def test_only_an_engine_that_can_says_that_it_can(engine: EmbeddedEngine) -> None:
    assert isinstance(engine, Explaining)
    assert not issubclass(RasaEngine, Explaining)
