"""Bare words whose meaning needs no classifier: words.yml, read once."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_EDGES = re.compile(r"^[\s\"'.,!?;:()*~]+|[\s\"'.,!?;:()*~]+$")
_NO_WORD = re.compile(r"\W+")
_SPACES = re.compile(r"[\s,]+")
_NUMBER = re.compile(r"#?(\d{1,3})(?:st|nd|rd|th)?")


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = yaml.safe_load(
        (files("dialogs") / "words.yml").read_text(encoding="utf-8")
    )
    return table


@cache
def _meanings(group: str) -> dict[str, str]:
    return {plain(word): meaning for meaning, words in _table()[group].items() for word in words}


@cache
def _list(group: str) -> tuple[str, ...]:
    return tuple(sorted(_table()[group], key=len, reverse=True))


def plain(text: str) -> str:
    """Fold case, stretched letters, edge punctuation and spaces: "Yaaa!!" is "ya"."""
    folded = _STRETCHED.sub(r"\1", text.casefold())
    return _SPACES.sub(" ", _EDGES.sub("", folded))


def meaning(group: str, text: str) -> str | None:
    """What the whole text means in a group of words.yml: `commands`, `answers`, `intents`."""
    if len(text) > 60:  # noqa: PLR2004 (no bare word is that long)
        return None
    table, word = _meanings(group), plain(text)
    if word in table or group == "commands":
        return table.get(word)
    while (shorter := _without_particle(word)) != word:
        if shorter in table:
            return table[shorter]
        word = shorter
    return None


def _without_particle(word: str) -> str:
    head, _, last = word.rpartition(" ")
    return _EDGES.sub("", head) if head and last in _list("particles") else word


def number(text: str) -> int | None:
    """The number that the whole text is: "2", "nomor dua", "pilih 1"; else None."""
    parts = plain(text).split()
    while len(parts) > 1 and parts[0] in _list("number_words"):
        parts = parts[1:]
    while len(parts) > 1 and parts[-1] in _list("particles"):
        parts = parts[:-1]
    if len(parts) != 1:
        return None
    match = _NUMBER.fullmatch(parts[0])
    if match:
        return int(match[1])
    found = _table()["numbers"].get(parts[0])
    return int(found) if found is not None else None


def begins(group: str, text: str) -> bool:
    """Whether the text begins with a word of `corrections`, `address_starts`, `unknown`."""
    words = f"{plain(text)} ".replace(".", " ")
    return any(words.startswith(f"{word} ") for word in _list(group))


def holds(group: str, text: str) -> bool:
    """Whether a word of `roads`, `beside` or `joins` stands anywhere in the text."""
    words = f" {plain(text)} ".replace(".", " ")
    return any(f" {word} " in words for word in _list(group))


def mentions(group: str, text: str) -> bool:
    """The same whatever stands between the words: "lapor anonim: lampu mati"."""
    words = f" {_NO_WORD.sub(' ', text.casefold()).strip()} "
    return any(f" {word} " in words for word in _list(group))


def only(group: str, text: str) -> bool:
    """Whether nothing but words of a group stands in the text; without one, no word at all."""
    found = _NO_WORD.split(text.casefold().replace("_", " "))
    return {"", *(_list(group) if group else ())}.issuperset(found)


def after_turn(text: str) -> str:
    """What a correction puts in place: "bukan di Kemang, di Cipete" gives "di Cipete".

    Everything after the last turning word ("tapi", "yang benar"), else after the first comma, else
    the text without its opening correction.
    """
    for word in _list("turns"):
        _, found, rest = text.rpartition(f" {word} ")
        if found and rest.strip():
            return rest.strip()
    _, comma, rest = text.partition(",")
    if comma and rest.strip():
        return rest.strip()
    for word in _list("corrections"):
        if plain(text).startswith(f"{word} "):
            return text.strip()[len(word) :].strip()
    return text.strip()
