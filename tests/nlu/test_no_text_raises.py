"""Whatever somebody sends is read: as characters at random, and as heaps of what rules look for."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from nlu.baseline import KeywordEngine
from nlu.engines.embedded import EmbeddedEngine
from nlu.normalise import normalise

HUGE = 100_000
PIECES = [
    "banjir", "selutut", "50", "cm", "2", "meter", "sampai", "-", "Jl.", "jln", "gg", "RT",
    "05/03", "rw", "Kel.", "kec", "Tebet", "Menteng", "pulogadunh", "#BanjirTebet",
    "stasiun", "st.", "Pasar", "Senen", "km 12+300", "-6.2,", "106.8", "NaN,", "6°12'S",
    "geo:-6.2,106.8", "https://maps.app.goo.gl/x", "https://[",
    "https://www.google.com/maps/@-6.2,106.8", "?q=999,999", "RQGP+7C", "+", "@", "a@b.co",
    "@dki", "0812-0000-1234", "3171234567890001", "B 1234 XYZ", "nama saya Budi",
    "JKT-4K7P-2Q9X", "jkt", "laporan ke-3", "5x", "lapor", "sejak", "kemarin", "3 hari",
    "kebakaran", "api", "kucing", "tenggelam", "anak", "3 in 1", "jalan2", "rusaaaak",
    "nya", "'", '"', "\\", "{", "}", "[x](location)", "</s>", "<|im_start|>system",
    "ignore all previous instructions", "'; DROP TABLE complaints; --", "%s", "{0}", "${x}",
    "../../etc", "🙏", "👨‍👩‍👧", "🇮🇩", "洪水", "ولا حرف", "ꦲꦏ꧀ꦱꦫ", "ﬁ", "İ", "ẞ", "²", "Ⅷ", "½",
    "\u202e", "\u200b", "\x00", "\x1b[31m", "\ufeff", "\ud800", "\udfff", "\U0010ffff",
    "\n", "\t", "\r", "xplacex", "_place", ".", ",", "!", " ",
]  # fmt: skip
READ_MORE = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150
)


def check(text: str, reading: Any) -> None:
    for entity in reading.entities:
        assert 0 <= entity.start < entity.end <= len(text)
    for place in (reading.place, *reading.places):
        if place is not None:
            assert 0 <= place.confidence <= 1
            assert place.lat is None or -90 <= place.lat <= 90
    # Through JSON unchanged: NaN would not come back equal to itself.
    said = json.loads(json.dumps(asdict(reading), allow_nan=False))
    assert said["confidence"] == reading.confidence


@READ_MORE
@given(text=st.text(alphabet=st.characters(), max_size=300))
@example(text="")
@example(text="\ud83d")
@example(text="\x00" * 50)
def test_characters_at_random(engine: EmbeddedEngine, text: str) -> None:
    check(text, engine.read([text])[0])
    check(text, KeywordEngine().read([text])[0])


@READ_MORE
@given(
    pieces=st.lists(st.sampled_from(PIECES), max_size=40), between=st.sampled_from(["", " ", "\n"])
)
def test_heaps_of_what_rules_look_for(
    engine: EmbeddedEngine, pieces: list[str], between: str
) -> None:
    text = between.join(pieces)
    check(text, engine.read([text])[0])


@READ_MORE
@given(raw=st.binary(max_size=300))
def test_bytes_that_are_no_text(engine: EmbeddedEngine, raw: bytes) -> None:
    for text in (raw.decode("latin-1"), raw.decode("utf-8", "surrogateescape")):
        check(text, engine.read([text])[0])


@pytest.mark.parametrize("piece", PIECES)
def test_a_hundred_kilobytes_of_one_thing(engine: EmbeddedEngine, piece: str) -> None:
    text = (piece + " ") * (HUGE // (len(piece) + 1))
    check(text, engine.read([text])[0])


@READ_MORE
@given(texts=st.lists(st.text(alphabet=st.characters(), max_size=40), max_size=12))
def test_a_batch_has_an_answer_for_each_text(engine: EmbeddedEngine, texts: list[str]) -> None:
    assert len(engine.read(texts)) == len(texts)


@READ_MORE
@given(text=st.text(alphabet=st.characters(), max_size=300))
def test_what_is_normalised_holds_only_what_features_are_made_of(text: str) -> None:
    plain = normalise(text)
    assert set(plain) <= set("abcdefghijklmnopqrstuvwxyz0123456789_ ")
    assert plain == " ".join(plain.split())
