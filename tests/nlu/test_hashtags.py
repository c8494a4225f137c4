"""Hashtags: cut into the words that people wrote without a blank, or left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.engines.embedded import EmbeddedEngine
from nlu.hashtags import LONGEST, apart
from nlu.normalise import normalise

KNOWN = frozenset(
    ["jalan", "rusak", "parah", "banjir", "got", "mampet", "lampu", "mati", "merah", "lampumerah"]
)


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("jalanrusakparah", "jalan rusak parah"),
        ("gotmampet", "got mampet"),
        ("lampumerahmati", "lampumerah mati"),  # of all ways the one with the fewest words
        ("pulogadungbanjir", "pulogadung banjir"),
        ("banjirkiriman", "banjir kiriman"),
        ("banjir", "banjir"),
        ("ootd", "ootd"),
        ("gotik", "gotik"),  # too little of it is known
        ("rusak2", "rusak2"),
        ("", ""),
    ],
)
def test_a_tag_is_cut_where_known_words_stand(tag: str, words: str) -> None:
    assert apart(tag, KNOWN) == words


@given(st.text(max_size=60))
def test_no_letter_is_lost(tag: str) -> None:
    assert apart(tag, KNOWN).replace(" ", "") == tag.replace(" ", "")


def test_what_is_longer_than_a_tag_is_left_alone() -> None:
    long = "banjir" * (LONGEST // 6 + 1)
    assert apart(long, KNOWN) == long


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("#JalanRusak", "jalan rusak"),
        ("#jalanrusak", "jalan rusak"),
        ("#GOTMAMPET #lampumati", "got mampet lampu mati"),
        ("#airmati #jakartabanjir", "air mati jakarta banjir"),
        ("jalanrusak", "jalanrusak"),  # no tag: it may be anything
        ("# 1 #2019", "0 0"),
    ],
)
def test_they_are_read_as_words(text: str, plain: str) -> None:
    assert normalise(text) == plain


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("#trotoarhancur #pasarrebo", "trotoar"),
        ("#LAMPUMATI #ciracas", "lampu_jalan"),
        ("#sampahmenumpuk #kalideres", "sampah"),
        ("#gotmampet", "saluran_air"),
    ],
)
def test_a_complaint_may_be_nothing_but_tags(
    engine: EmbeddedEngine, text: str, category: str
) -> None:
    assert engine.read([text])[0].category == category
