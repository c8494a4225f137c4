"""The keyword lists of keywords.yml, normalised and checked."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml

from nlu.categories import categories
from nlu.corpus import CorpusError
from nlu.normalise import normalise


@cache
def written() -> dict[str, tuple[str, ...]]:
    """The phrases by category as they stand in the file, in the table's order."""
    rows = yaml.safe_load((files("nlu") / "keywords.yml").read_text(encoding="utf-8"))
    if unknown := set(rows) - set(categories()):
        raise CorpusError(f"nlu/keywords.yml: unknown category {', '.join(sorted(unknown))}")
    return {slug: tuple(map(str, rows.get(slug, ()))) for slug in categories()}


@cache
def keywords() -> dict[str, tuple[str, ...]]:
    """Normalised phrases by category, in the table's order."""
    return {
        slug: tuple(dict.fromkeys(normalise(phrase) for phrase in phrases))
        for slug, phrases in written().items()
    }
