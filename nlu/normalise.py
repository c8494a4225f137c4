"""Writes a text the way our lexicon writes: what a classifier reads, never what a citizen sees.

    >>> normalise("Tlg dong pak, JALAN2 dpn sklh rusaaak bgt!! 🙏 RT.05/RW 03")
    'tolong dong bapak jalan jalan depan sekolah rusak sangat rt 0 rw 0'

The answer holds only the characters a-z, 0-9, _ and single spaces, so that features can be counted
in bytes. Digits become 0: a number says nothing about the kind of complaint, but "3 in 1" does.
Whatever has the shape of a ticket number becomes one word: its letters say nothing either.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import yaml

from nlu import concepts, ticket
from nlu.hashtags import apart
from nlu.remembered import Remembered

PLACE_MARK = "xplacex"  # stands for a place's name (engines/mask.py); becomes the word _place
TICKET_MARK = " xticketx "  # stands for a ticket number; becomes the word _ticket
MAX_CHARS = 4000  # what is read of a text; the rest of 100 kB adds nothing but time

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_JUNK_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me"})
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_HASHTAG = re.compile(r"#(\w+)")
_TOKEN = re.compile(
    r"(?P<url>https?://\S+|www\.\S+)"
    r"|(?P<email>[\w.+-]+@[\w-]+\.[\w.]+)"
    r"|(?P<mention>@\w+)"
    r"|(?P<three>\b(?:3|three|tri)\s*-?\s*(?:in|n|inn)\s*-?\s*(?:1|one)\b)"
    r"|(?P<double>[a-z]+-[a-z]+)"
    r"|(?P<neighbours>\br\.\s?[tw]\b)"
    r"|(?P<clitic>[a-z]{2,}2(?:nya|an)\b)"
    r"|(?P<word>[a-z]+'?[a-z]*2?(?![a-z0-9])|[a-z]+|[0-9]+(?:[.,][0-9]+)*)"
)
# The same for what stands between blanks without @, -, links, "3 in 1", "R.T." and "anak2nya", as
# most does: only words are left to find, and none of them goes on behind a blank.
_WORDS = re.compile(r"[a-z]+'?[a-z]*2?(?![a-z0-9])|[a-z]+|[0-9]+(?:[.,][0-9]+)*")
_NO_WORDS = re.compile(r"[@\-]|://|www\.|\b(?:3|three|tri)(?=[in]|$)|\br\.|2nya|2an")
_ELONGATED = re.compile(r"([a-z])\1{2,}")
_NYA = re.compile(r"([a-z]{3,})nya")
_LAH = re.compile(r"([a-z]{3,}kan|[a-z]{4,}i)lah")  # bersihkanlah, perbaikilah; never masalah
_NAMES = {"url": "_url", "email": "_email", "mention": "_mention", "three": "three_in_one"}
_PREFIXES = ("ber", "ter", "se", "me", "di", "ke")


@cache
def _rows() -> dict[str, Any]:
    rows: dict[str, Any] = yaml.safe_load(
        (files("nlu") / "lexicon.yml").read_text(encoding="utf-8")
    )
    return rows


@cache
def _lexicon() -> tuple[dict[str, str], frozenset[str], dict[str, set[str]]]:
    """Our spelling by variant; words that only seem to end in "nya"; names, by their first word."""
    rows = _rows()
    words = {variant: word for word, variants in rows["words"].items() for variant in variants}
    names: dict[str, set[str]] = {}
    for name in rows["names"].split(","):
        first, _, second = name.strip().partition(" ")
        names.setdefault(first, set()).add(second)
    return words, frozenset(rows["whole"]), names


def clean(text: str) -> str:
    """Drop what is not meant to be read: NUL, zero-width, bidi marks, lone surrogates, accents.

    Letters in disguise (full width, mathematical bold) become plain ones. At most MAX_CHARS.
    """
    text = text[:MAX_CHARS]
    if text.isascii():
        return text if text.isprintable() else _CONTROL.sub("", text)
    folded = unicodedata.normalize("NFKD", text)
    return "".join(
        c for c in folded if c in "\n\t" or unicodedata.category(c) not in _JUNK_CATEGORIES
    )[:MAX_CHARS]


def normalise(text: str) -> str:
    """The text as tokens of a-z, 0-9 and _, joined by single spaces; "" when nothing is left."""
    text = ticket.replaced(clean(text), TICKET_MARK)
    if "#" in text:
        text = _HASHTAG.sub(_of_hashtag, text)
    low = text.lower()
    chunks = [*map(_chunks.__getitem__, low.split())]
    if None not in chunks:
        return _without_names(" ".join([*filter(None, chunks)]))
    tokens: list[str] = []
    for match in _TOKEN.finditer(low):
        kind = match.lastgroup
        if kind == "word":
            tokens.append(_word(match[0]))
        elif kind == "double":
            left, right = match[0].split("-")
            tokens.append(f"{_word(left)} {_word(right)}")
        elif kind == "neighbours":
            tokens.append(f"r{match[0][-1]}")  # R.T. and R.W. are RT and RW
        elif kind == "clitic":
            base, end = match[0].split("2")
            tokens.append(f"{_doubled(base)} {end}")
        elif kind:
            tokens.append(_NAMES[kind])
    return _without_names(" ".join(tokens))


def _of_hashtag(tag: re.Match[str]) -> str:
    """The words of a tag, as its capital letters part them or as our lists do."""
    words = _CAMEL.sub(" ", tag[1])
    return words if " " in words else _tags[words.lower()]


@cache
def _known_words() -> frozenset[str]:
    """What a hashtag may be made of."""
    words, _, _ = _lexicon()
    return frozenset({*concepts.known(), *words, *words.values(), *_rows()["in_tags"].split()})


_tags = Remembered(lambda tag: apart(tag, _known_words()))


def _chunk(low: str) -> str | None:
    """What stands between two blanks, in our spelling; None: `_TOKEN` must read the text."""
    return None if _NO_WORDS.search(low) else " ".join(map(_word, _WORDS.findall(low)))


_chunks = Remembered(_chunk)


def _without_names(plain: str) -> str:
    words = plain.split(" ")
    _, _, names = _lexicon()
    if names.keys().isdisjoint(words):
        return plain
    for at in range(len(words) - 1):
        if words[at] in names and words[at + 1] in names[words[at]]:
            words[at : at + 2] = ["_place", ""]
    return " ".join(word for word in words if word)


@lru_cache(maxsize=20_000)
def _word(token: str) -> str:
    """One token in our spelling; may become several words."""
    if token[0].isdigit():
        return "0"
    words, whole, _ = _lexicon()
    token = token.replace("'", "")
    if token in words:
        return words[token]
    if token.endswith("2"):
        return _doubled(token[:-1])
    short = _ELONGATED.sub(r"\1", token)
    if short != token:
        return _word(short)
    match = _NYA.fullmatch(token)
    if match and token not in whole:
        return f"{words.get(match[1], match[1])} nya"
    match = _LAH.fullmatch(token)
    return _word(match[1]) if match else token


def _doubled(base: str) -> str:
    """Reduplication written with a figure: jalan2 is jalan-jalan, berhari2 is berhari-hari."""
    for prefix in _PREFIXES:
        if base.startswith(prefix) and len(base) >= len(prefix) + 4:  # as in berhari2
            return f"{_word(base)} {_word(base[len(prefix) :])}"
    return f"{_word(base)} {_word(base)}" if base else "0"
