"""Finds what is wrong with the flows before a citizen does: `kanal flows check`.

Each finding is a line with file, key and remedy. Reading a flow already refuses unknown words and
missing phrases; here is what only shows when flow, categories and phrases are seen together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from dialogs.flow import EXTRAS, Flow, FlowError, flow
from dialogs.phrasebook import LOCALES, PhraseError, phrases, placeholders
from dialogs.rule import FILE_COMPLAINT
from nlu.categories import Category, categories

Phrases = Mapping[str, Mapping[str, Mapping[str, str]]]
"""locale -> key -> variants"""

_CATEGORIES = "nlu/categories.yml"


def problems() -> list[str]:
    """All that is wrong with the shipped flow; [] when nothing is."""
    try:
        said = {locale: phrases(locale) for locale in LOCALES}
        found = flow(FILE_COMPLAINT)
    except (FlowError, PhraseError) as error:
        return [str(error)]
    return [
        *languages(said),
        *steps(found, f"dialogs/flows/{FILE_COMPLAINT}.yml", categories().values()),
        *of_categories(found, categories().values(), said),
    ]


def languages(said: Phrases) -> Iterator[str]:
    """Phrases that one language has and another lacks, or that differ in shape."""
    every = dict.fromkeys(key for own in said.values() for key in own)
    for key in every:
        shapes = {locale: _shape(own[key]) for locale, own in said.items() if key in own}
        for locale in said:
            if locale not in shapes:
                yield f"dialogs/phrases/{locale}.yml: phrase `{key}` is missing; add it"
        if len(set(shapes.values())) > 1:
            names = " and ".join(f"{locale}.yml" for locale in shapes)
            yield f"dialogs/phrases/{names}: `{key}` differs in variants or placeholders"


def _shape(variants: Mapping[str, str]) -> frozenset[tuple[str, frozenset[str]]]:
    return frozenset((name, placeholders(text)) for name, text in variants.items())


def steps(found: Flow, source: str, rows: Iterable[Category]) -> Iterator[str]:
    """Questions that can never be put, or never be answered."""
    slots = Counter(one.slot for one in (*found.ask, *found.extras.values()))
    for slot in (slot for slot, times in slots.items() if times > 1):
        yield f"{source}: `{slot}` stands there twice; the second is never asked"
    asked = {slot for row in rows for slot in row.ask}
    has_place = any(one.slot == EXTRAS for one in found.ask)
    if asked and not has_place:
        yield f"{source}: `- {{slot: {EXTRAS}}}` is missing; no category's own question is asked"
    for slot in found.extras:
        if slot not in asked:
            yield (
                f"{source}: extras: nothing leads to `{slot}`; name it in a category's `ask` in "
                f"{_CATEGORIES}, or take it out"
            )
    for one in (*found.ask, *found.extras.values()):
        if one.slot != EXTRAS and not one.accept:
            yield f"{source}: `{one.slot}` accepts no answer; add `accept`"
        if one.choices and "choice" not in one.accept:
            yield f"{source}: `{one.slot}` has choices and does not accept `choice`; add it"
    if found.most_questions < 1:
        yield f"{source}: most_questions: {found.most_questions}; nothing is ever asked"


def of_categories(found: Flow, rows: Iterable[Category], said: Phrases) -> Iterator[str]:
    """Categories that ask for what no row declares, or say what no language has."""
    for row in rows:
        for slot in row.ask:
            if slot not in found.extras:
                yield (
                    f"{_CATEGORIES}: {row.slug}.ask: `{slot}` has no row under `extras` in "
                    f"dialogs/flows/{found.name}.yml; add one"
                )
        wanted = [f"agency_{one}" for one in row.agency] + ([row.hint] if row.hint else [])
        for locale, own in said.items():
            for key in wanted:
                if key not in own:
                    yield f"dialogs/phrases/{locale}.yml: phrase `{key}` is missing; add it"
            if not row.name.get(locale):
                yield f"{_CATEGORIES}: {row.slug}.name: no `{locale}`; add it"
