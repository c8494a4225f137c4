from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.engines.mask import without_places
from nlu.normalise import normalise
from nlu.places.resolve import resolve


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("sampah di Kelurahan Rawa Buaya", "sampah di kelurahan _place"),
        ("lubang di Jl. Pintu Air Raya", "lubang di _place"),
        ("Pasar Senen kotor", "pasar _place kotor"),
        ("banjir parah", "banjir parah"),
    ],
)
def test_names_go_and_kinds_stay(text: str, plain: str) -> None:
    assert normalise(without_places(text, resolve(text))) == plain


@settings(deadline=None)
@given(st.text(max_size=200))
def test_no_text_raises(text: str) -> None:
    assert isinstance(without_places(text, resolve(text)), str)
