"""Ticket numbers survive the phone: a wrong character and a swap of neighbours are noticed."""

from __future__ import annotations

from random import Random

import pytest

from nlu.engines.embedded import EmbeddedEngine
from nlu.normalise import normalise
from nlu.places.resolve import resolve
from nlu.slots import find_slots, language
from nlu.ticket import ALPHABET, blank, find, is_valid, make, replaced

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


WRITTEN = ("{0}", "{1}", "jkt {2}", "JKT{2}", "jkt_{2}", "#{0}.")


def written(number: str) -> list[str]:
    """A number as citizens write it, in capitals or not, with dashes or not."""
    plain = number[4:8] + number[9:]
    return [form.format(number, number.lower(), plain) for form in WRITTEN]


@pytest.mark.parametrize("number", NUMBERS)
def test_however_it_is_written_it_is_one_word(number: str) -> None:
    wrong = number[:-1] + ("2" if number[-1] != "2" else "3")
    assert {normalise(f"status {one}") for one in written(number)} == {"status _ticket"}
    assert normalise(wrong) == "_ticket" or not any(map(str.isdigit, wrong))


@pytest.mark.parametrize(
    "text",
    [
        "jkt dari pagi macet", "jkt 2017 lalu banjir", "JKT rt05 rw03", "di JKT kami 2 hari",
        "JKT 48 konser", "", "J K T", "projkt1234abc5",
    ],
)  # fmt: skip
def test_words_behind_the_citys_name_are_no_number(text: str) -> None:
    assert replaced(text, "#") == text == blank(text)


def test_a_number_is_looked_past_not_into(engine: EmbeddedEngine) -> None:
    """Its letters are no plate, no hospital and no English, whatever is drawn."""
    random = Random(20261125)
    numbers = ["JKT-H9RS-51JT", *(make(random) for _ in range(300))]
    for form in ("status {}", "bagaimana laporan {}?", "how is {}"):
        texts = [form.format(number) for number in numbers]
        for number, text, read in zip(numbers, texts, engine.read(texts), strict=True):
            said = {one.entity: one.value for one in read.entities}
            assert (text, read.intent) == (text, "status")
            assert (text, said) == (text, {"ticket": number})
            assert (read.place, read.places, read.outside, read.emergency) == (
                None,
                (),
                False,
                False,
            )
            assert read.language == ("en" if form.startswith("how") else "id")


def test_what_stands_around_a_number_is_found_where_it_is() -> None:
    text = "lapor JKT-H9RS-51JT: B 1234 XYZ parkir di Jl. Kemang Raya, air 20 cm"
    slots = {one.entity: text[one.start : one.end] for one in find_slots(text)}
    places = [text[one.start : one.end] for one in resolve(text).mentions]
    assert slots == {"ticket": "JKT-H9RS-51JT", "plate": "B 1234 XYZ", "depth_cm": "20 cm"}
    assert places == ["Jl. Kemang Raya"]
    assert language("JKT-ATIS-9THE JKT-OF4A-INON") == "id"
