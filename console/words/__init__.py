"""Every word of the console's pages: `<locale>/<room>.yml`, the same keys in each language.

In a template `t.queue.title`; a placeholder is filled by `t.queue.found | fill(count=3)`.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from types import SimpleNamespace
from typing import Any

import yaml

LOCALES = ("id", "en")


@cache
def words(locale: str) -> SimpleNamespace:
    """All words of a language, one attribute a room."""
    folder = files("console.words") / (locale if locale in LOCALES else LOCALES[0])
    rooms = {
        file.name.removesuffix(".yml"): _branch(yaml.safe_load(file.read_text(encoding="utf-8")))
        for file in folder.iterdir()
        if file.name.endswith(".yml")
    }
    return SimpleNamespace(**rooms)


def _branch(value: Any) -> Any:
    """Nested mappings by attribute; what hangs below a key that is no name is left a mapping."""
    if not isinstance(value, dict):
        return value
    if all(str(key).isidentifier() for key in value):
        return SimpleNamespace(**{str(key): _branch(one) for key, one in value.items()})
    return value
