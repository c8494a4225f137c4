"""Bare words mean what the table says, however they are typed."""

import pytest

from dialogs import words


@pytest.mark.parametrize(
    ("group", "text", "meaning"),
    [
        ("answers", "ya", "yes"),
        ("answers", "YAAA!!", "yes"),
        ("answers", "iya pak", "yes"),
        ("answers", "ok kak, kirim", None),  # not in the table: the classifier's business
        ("answers", "👍", "yes"),
        ("answers", "gak", "no"),
        ("answers", "lewati aja deh", "skip"),
        ("answers", "Gak tau", "skip"),
        ("answers", "gajadi", "cancel"),
        ("answers", "ya ampun banjir lagi", None),
        ("commands", "Stop", "stop"),
        ("commands", "BERHENTI", "stop"),
        ("commands", "stop dong", None),  # a command is exact
        ("commands", "hapus data saya", "erase"),
        ("intents", "Selamat pagi", "greet"),
        ("intents", "laporan saya", "status"),
        ("intents", "pagi min", "greet"),
    ],
)
def test_meaning(group: str, text: str, meaning: str | None) -> None:
    assert words.meaning(group, text) == meaning


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1),
        ("2.", 2),
        ("nomor 3", 3),
        ("yang kedua", 2),
        ("dua", 2),
        ("pilih 1 aja", 1),
        ("no 12", 12),
        ("12 orang", None),
        ("jl 5", None),
        ("", None),
    ],
)
def test_number(text: str, number: int | None) -> None:
    assert words.number(text) == number


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("bukan di Kemang, di Cipete", "di Cipete"),
        ("salah, bukan Tebet tapi Menteng Dalam", "Menteng Dalam"),
        ("bukan Kemang yang benar Cipete", "Cipete"),
        ("not Kemang but Cipete", "Cipete"),
        ("maksud saya Cipete", "Cipete"),
        ("Cipete", "Cipete"),
    ],
)
def test_what_a_correction_puts_in_place(text: str, rest: str) -> None:
    assert words.after_turn(text) == rest


def test_no_word_has_two_meanings_in_a_group() -> None:
    for group in ("commands", "answers", "intents", "changes"):
        listed = [words.plain(one) for row in words._table()[group].values() for one in row]
        assert len(listed) == len(set(listed)), [one for one in listed if listed.count(one) > 1]
