"""One message out of many effects, for buttons and for numbers."""

import pytest

from dialogs.conversation import Abilities
from dialogs.effects import Ask, HandOver, Option, Say
from dialogs.render import compose

YES = Option(value="place:yes", label="option_yes")
NO = Option(value="place:no", label="option_no")
SKIP = Option(value="photo:skip", label="option_skip")
LONG = Option(value="category:x", label="Saluran, kali, dan pompa di sini", literal=True)


def ask(*options: Option, location: bool = False) -> Ask:
    return Ask(slot="place", phrase="ask_change", options=options, location=location)


def test_joins_what_is_said_with_a_blank_line_between() -> None:
    effects = (Say(phrase="welcome"), HandOver(reason="unsure"), Say(phrase="corrected"))
    expected = "Sama-sama. Terima kasih sudah peduli!\n\nBaik, saya perbaiki."
    assert compose("id", effects, Abilities()).text == expected


@pytest.mark.parametrize(
    ("buttons", "options", "tail", "labels"),
    [
        (2, (YES, NO), "Apa yang perlu diubah?", ["Ya", "Bukan"]),
        (1, (YES, NO), "Balas 1 untuk Ya, 2 untuk Bukan.", []),  # one button too few
        (0, (LONG, NO), "Balas dengan angkanya:\n1 Saluran, kali, dan pompa di sini\n2 Bukan", []),
        (0, (SKIP,), "Apa yang perlu diubah?", []),  # the phrase itself says that it may be skipped
        (3, (SKIP,), "Apa yang perlu diubah?", ["Lewati"]),
    ],
)  # fmt: skip
def test_choices_are_buttons_or_numbers(
    buttons: int, options: tuple[Option, ...], tail: str, labels: list[str]
) -> None:
    reply = compose("id", (ask(*options),), Abilities(buttons=buttons))
    assert reply.text.endswith(tail)
    assert [label for _, label in reply.options] == labels


def test_a_pin_is_invited_only_where_there_are_pins() -> None:
    question = Ask(slot="location", phrase="ask_location", location=True)
    rich = compose("id", (question,), Abilities(location=True))
    plain = compose("id", (question,), Abilities(location=False))
    assert (rich.ask_location, "pin" in rich.text) == (True, True)
    assert (plain.ask_location, "pin" in plain.text) == (False, False)


def test_silence_is_an_empty_text() -> None:
    assert compose("id", (HandOver(reason="unsure"),), Abilities()).text == ""
