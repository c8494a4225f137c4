"""Only the gateway makes the word in a card's address."""

from __future__ import annotations

import secrets
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.card.seal import ID_LENGTH, is_id, opened, sealed
from tests.channels.card.conftest import KEY, OPEN

WORD = sealed(KEY, OPEN.id)


def test_a_sealed_word_opens() -> None:
    assert opened(KEY, WORD) == OPEN.id
    assert opened(KEY, WORD.upper()) == OPEN.id  # typed from an SMS


def test_the_word_is_the_same_after_a_restart() -> None:
    assert sealed(KEY, OPEN.id) == WORD
    assert "7k2p9x4mqd" + WORD[ID_LENGTH:] == WORD


def test_the_address_fits_an_sms_beside_the_question() -> None:
    assert len("https://lapor.kota.example.go.id/c/" + WORD) <= 60
    assert set(WORD) <= set(string.ascii_lowercase + string.digits)


def test_another_key_opens_nothing() -> None:
    assert opened(secrets.token_bytes(32), WORD) is None


@pytest.mark.parametrize("at", range(len(WORD)))
def test_no_letter_can_be_changed(at: int) -> None:
    other = "b" if WORD[at] != "b" else "c"
    assert opened(KEY, WORD[:at] + other + WORD[at + 1 :]) is None


@given(st.text(max_size=40))
def test_nothing_made_up_opens(word: str) -> None:
    assert opened(KEY, word) is None


@pytest.mark.parametrize(
    "text", ["", "7k2p9x4mq", "7k2p9x4mqdd", "../../etc", "7K2P9X4MQD", "é" * 10]
)
def test_what_is_no_id(text: str) -> None:
    assert not is_id(text)
