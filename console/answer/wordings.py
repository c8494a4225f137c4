"""Sentences that a moderator may send as they are: the city's own, in both languages.

A wording is offered when all that it names is known: one with `{ticket}` not in a conversation
without a complaint.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from string import Formatter

from console.answer.marked import Entry, MarkedError, like, read

LOCALES = ("id", "en")
SLOTS = ("ticket", "category", "status", "agency", "area", "link", "city")
_SHIPPED = "console/answer/templates"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wording:
    """A sentence, filled or not."""

    key: str
    locale: str
    title: str
    text: str

    @property
    def id(self) -> str:
        """What a form calls it."""
        return f"{self.locale}:{self.key}"

    @property
    def slots(self) -> frozenset[str]:
        """What it names."""
        return frozenset(name for _, name, _, _ in Formatter().parse(self.text) if name)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wordings:
    """All of them, by language."""

    by_locale: Mapping[str, Mapping[str, Wording]]

    def offered(self, locale: str, known: Mapping[str, Mapping[str, str]]) -> Iterator[Wording]:
        """Filled, the citizen's language first; `known` holds what is known, by language."""
        first = locale if locale in self.by_locale else LOCALES[0]
        for language in dict.fromkeys((first, *LOCALES)):
            slots = {name: text for name, text in known[language].items() if text}
            for one in self.by_locale[language].values():
                if one.slots <= slots.keys():
                    yield Wording(
                        key=one.key, locale=language, title=one.title, text=one.text.format(**slots)
                    )


def load(folder: Path | None = None) -> Wordings:
    """The city's two files, or those that ship. Raises: MarkedError, with line and remedy."""
    found = {}
    for locale in LOCALES:
        name = f"{locale}.yml"
        if folder is None:
            shipped = files("console") / "answer" / "templates" / name
            text, source = shipped.read_text(encoding="utf-8"), f"{_SHIPPED}/{name}"
        else:
            text, source = _read(folder / name), name
        found[locale] = parse(text, source, locale)
    _alike(found, "" if folder else f"{_SHIPPED}/")
    return Wordings(by_locale=found)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MarkedError(
            f"{path}: cannot be read; put the file there, or take `console.templates` out of "
            "config.yml"
        ) from error


def parse(text: str, file: str, locale: str) -> dict[str, Wording]:
    """Read one file. Raises: MarkedError."""
    return {key: _wording(key, entry, locale) for key, entry in read(text, file).fields().items()}


def _wording(key: str, entry: Entry, locale: str) -> Wording:
    parts = entry.fields("title", "text", needs=("title", "text"))
    found = Wording(key=key, locale=locale, title=parts["title"].text(), text=parts["text"].text())
    try:
        strange = found.slots - set(SLOTS)
        found.text.format(**dict.fromkeys(SLOTS, ""), **dict.fromkeys(strange - {""}, ""))
    except (ValueError, IndexError, KeyError, AttributeError):
        raise parts["text"].wrong(
            "braces hold a name, as in {ticket}; write {{ or }} for a brace that is meant"
        ) from None
    if strange:
        name = min(strange)
        raise parts["text"].wrong(f"{{{name}}} is never filled.{like(name, SLOTS)}")
    return found


def _alike(found: Mapping[str, Mapping[str, Wording]], folder: str) -> None:
    """Both languages have the same keys."""
    for locale, own in found.items():
        for other, theirs in found.items():
            for key in theirs:
                if key not in own:
                    raise MarkedError(
                        f"{folder}{locale}.yml: `{key}` is missing; add it, or take it out of "
                        f"{other}.yml"
                    )
