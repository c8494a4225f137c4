"""Numbers as they are spoken in Indonesian, up to ninety-nine: "tujuh", "nol lima", "dua belas"."""

from __future__ import annotations

DIGITS = {
    word: digit
    for digit, word in enumerate(
        ["satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan"], start=1
    )
}
#: What is one word.
WORDS = {"nol": 0, **DIGITS, "sepuluh": 10, "sebelas": 11}
#: Of these, as parts of a pattern.
DIGIT, WORD = ("|".join(words) for words in (DIGITS, WORDS))


def spoken(said: str) -> int:
    """Read a number: "05", "nol lima", "dua belas", "tiga puluh satu". Raises: KeyError."""
    if said.isdigit():
        return int(said)
    value = 0
    for word in said.split():
        if word == "belas":
            value += 10
        elif word == "puluh":
            value *= 10
        else:
            value += WORDS[word]
    return value
