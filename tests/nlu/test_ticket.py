"""Ticket numbers survive the phone: a wrong character and a swap of neighbours are noticed."""

from __future__ import annotations

from random import Random

import pytest

from nlu.ticket import ALPHABET, find, is_valid, make

NUMBERS = [make(Random(seed)) for seed in range(50)]


def test_numbers_are_valid_and_differ() -> None:
    assert all(is_valid(number) for number in NUMBERS)
    assert len(set(NUMBERS)) == len(NUMBERS)


@pytest.mark.parametrize("number", NUMBERS[:10])
def test_every_single_wrong_character_is_noticed(number: str) -> None:
    for at in (*range(4, 8), *range(9, 13)):
        for other in ALPHABET.replace(number[at], ""):
            assert not is_valid(number[:at] + other + number[at + 1 :])


@pytest.mark.parametrize("number", NUMBERS[:10])
def test_every_swap_of_neighbours_is_noticed(number: str) -> None:
    code = number[4:8] + number[9:]
    for at in range(7):
        swapped = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
        assert is_valid(f"JKT-{swapped[:4]}-{swapped[4:]}") == (swapped == code)


@pytest.mark.parametrize("said", ["{0}", "jkt {1} {2}", "nomor JKT{1}{2}.", "JKT:{1}-{2}?"])
def test_it_is_found_however_it_is_written(said: str) -> None:
    number = NUMBERS[0]
    text = said.format(number, number[4:8].lower(), number[9:])
    ((found, start, end),) = find(text)
    assert found == number
    assert text[start:end].upper().startswith("JKT")


@pytest.mark.parametrize(
    "text", ["", "JKT-1234-5678", "JKTABCD", "rumah nomor 12", "JKT-0000-0000"]
)
def test_what_is_no_number_is_left_alone(text: str) -> None:
    assert find(text) == []
