"""Texts at the border."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.adapter import Caps
from channels.text import cut, tidy, whole

fuzz = settings(max_examples=200, deadline=None, derandomize=True, database=None)
any_text = st.text(alphabet=st.characters(codec=None), max_size=300)
spaced = st.lists(st.sampled_from(["banjir", "😀", "é", " ", "\n", "\n\n", "a" * 30])).map("".join)
UNITS = {
    "characters": len,
    "utf16": lambda text: len(text.encode("utf-16-le")) // 2,
    "bytes": lambda text: len(text.encode()),
}


@pytest.mark.parametrize(
    ("written", "tidied"),
    [
        ("  banjir \r\n di sini\r", "banjir \n di sini"),
        ("se\u0301betis", "s\u00e9betis"),  # NFC
        ("a\x00b\x1b[31m\x85", "ab[31m"),
        ("\ud83d\ude4f", "🙏"),  # a pair that came as two halves
        ("\ud83d", "\ufffd"),  # half a pair
        ("\u202edi gang\u202c\u200b", "\u202edi gang\u202c\u200b"),  # strange, and the citizen's
        ("kolom\tdua", "kolom\tdua"),
        (" \n\t ", ""),
    ],
)
def test_tidy(written: str, tidied: str) -> None:
    assert tidy(written) == tidied


@fuzz
@given(text=any_text)
def test_tidy_text_can_be_stored_and_stays_as_it_is(text: str) -> None:
    once = tidy(text)

    once.encode()
    assert "\x00" not in once
    assert once == unicodedata.normalize("NFC", once).strip()
    assert tidy(once) == once


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", []),
        (" \n ", []),
        ("pendek", ["pendek"]),
        ("aaa bbb ccc ddd", ["aaa bbb", "ccc ddd"]),
        ("satu dua\n\ntiga", ["satu dua", "tiga"]),  # a paragraph before a word
        ("satu dua\ntiga empat", ["satu dua", "tiga empat"]),  # a line before a word
        ("abcdefghijklm", ["abcdefghij", "klm"]),  # no border: in the word
        ("abcdefghij klm", ["abcdefghij", "klm"]),  # the border right behind the limit
    ],
)
def test_cut_at_ten_characters(text: str, pieces: list[str]) -> None:
    assert cut(text, Caps(text_limit=10)) == pieces


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("limit", [4, 7, 10, 50])
@fuzz
@given(text=spaced)
def test_pieces_fit_and_lose_no_word(unit: str, limit: int, text: str) -> None:
    pieces = cut(text, Caps(text_limit=limit, text_unit=unit))  # type: ignore[arg-type]

    assert all(UNITS[unit](piece) <= limit for piece in pieces)
    assert all(piece.strip() for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_a_hundred_kilobytes_are_cut_in_no_time() -> None:
    pieces = cut("banjir di mana-mana 😀 " * 5_000, Caps(text_limit=160, text_unit="utf16"))

    assert len(pieces) > 600


@fuzz
@given(text=any_text)
def test_cut_never_halves_a_pair(text: str) -> None:
    for piece in cut(text, Caps(text_limit=3, text_unit="utf16")):
        assert piece == whole(piece)
        piece.encode()
