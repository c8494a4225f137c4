"""Every sentence that a citizen reads: phrases/<locale>.yml, checked when it is read.

A phrase is a text, or a text with variants for what the channel can do:

    ask_location:
      say: "Di mana lokasinya? Tulis nama jalan dan patokannya."
      pin: "Di mana lokasinya? Kirim pin, atau tulis nama jalannya."

Variants, the first that fits is taken: `public` (strangers read along: short, nothing personal),
`card` (the question comes with the address of a page that answers it, `{card}`), `short` (the
channel's messages are an SMS long: 160 septets, with all that is said in a turn), `pin` (the
channel has native positions), `no_media` (no photo can come in). Placeholders are `{name}`. A
phrase may begin lines of its own; an empty placeholder leaves no empty line behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from string import Formatter

import yaml

from dialogs.conversation import Abilities

LOCALES = ("id", "en")
VARIANTS = ("say", "public", "card", "short", "pin", "no_media")
_ANY = Abilities()


class PhraseError(ValueError):
    """A phrase is missing or wrong. The message names file, key and remedy."""


@cache
def phrases(locale: str) -> Mapping[str, Mapping[str, str]]:
    """All phrases of a locale: key to variants. Raises PhraseError."""
    return read(
        (files("dialogs") / "phrases" / f"{locale}.yml").read_text(encoding="utf-8"), locale
    )


def read(text: str, locale: str) -> dict[str, dict[str, str]]:
    """Read a phrase file's text. Raises PhraseError, naming the key."""
    source = f"dialogs/phrases/{locale}.yml"
    found: dict[str, dict[str, str]] = {}
    for key, phrase in yaml.safe_load(text).items():
        variants = phrase if isinstance(phrase, dict) else {"say": phrase}
        unknown = [name for name in variants if name not in VARIANTS]
        if unknown or "say" not in variants:
            raise PhraseError(
                f"{source}: {key}: `say`, and beside it only {', '.join(VARIANTS[1:])}"
            )
        for name, words in variants.items():
            if not isinstance(words, str) or not words.strip():
                raise PhraseError(f"{source}: {key}.{name}: not a sentence; put it into quotes")
        found[key] = variants
    return found


def has(locale: str, key: str) -> bool:
    """Whether a phrase exists."""
    return key in phrases(locale)


def placeholders(text: str) -> frozenset[str]:
    """The names between braces."""
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name)


def say(locale: str, key: str, slots: Mapping[str, str], abilities: Abilities = _ANY) -> str:
    """One sentence with its placeholders filled, in the variant that the channel can bear.

    Raises: PhraseError for a key or slot that does not exist; tests visit every one of them.
    """
    variants = phrases(locale if locale in LOCALES else LOCALES[0]).get(key)
    if variants is None:
        raise PhraseError(f"dialogs/phrases/{locale}.yml: no phrase `{key}`; add it")
    words = _variant(variants, abilities, slots)
    missing = placeholders(words) - slots.keys()
    if missing:
        raise PhraseError(f"phrase `{key}` ({locale}) needs {', '.join(sorted(missing))}")
    filled = words.format(**slots)
    return "\n".join(line.rstrip() for line in filled.splitlines() if line.strip())


def _variant(variants: Mapping[str, str], abilities: Abilities, slots: Mapping[str, str]) -> str:
    fitting = {
        "public": abilities.public,
        "card": "card" in slots,
        "short": abilities.short,
        "pin": abilities.location,
        "no_media": not abilities.media,
    }
    chosen = next((name for name, fits in fitting.items() if fits and name in variants), "say")
    return variants[chosen]
