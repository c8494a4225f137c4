"""Reads the training examples: Rasa 3.1 training data, so that Rasa can learn from them too.

`corpus/intent/<intent>.yml` holds what is no report; `corpus/report/<category>.yml` holds reports,
whose intent is written `report+banjir`, or `report+banjir+macet` when one text holds two
complaints, the main one first. Entities are annotated inline: `[selutut](depth_cm)`.
`dangers/<subject>.yml` holds what tells of danger to life now (`danger`), and what only sounds
like it (`calm`): for the embedded engine alone, so Rasa does not read it.
Format: https://rasa.com/docs/rasa/training-data-format
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import yaml

from nlu.categories import categories
from nlu.understanding import Entity

INTENTS = (
    "report",
    "status",
    "greet",
    "help",
    "thanks",
    "affirm",
    "deny",
    "skip",
    "cancel",
    "dispute",
    "repeat",
    "human",
    "stop",
    "other",
)
DANGERS = ("danger", "calm")
ENTITIES = ("location", "depth_cm", "since", "ticket", "repeat")
_ANNOTATION = re.compile(r"\[([^\[\]]+)\]\(([^()]*)\)")


class CorpusError(ValueError):
    """The corpus cannot be read. The message names file, line and remedy."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """One training text with its meaning."""

    text: str  # annotation removed
    intent: str  # one of INTENTS, or of DANGERS
    categories: tuple[str, ...]  # the main one first; () when the intent is no report
    entities: tuple[Entity, ...]  # value is the surface
    source: str  # "macet.yml:12"


def read(folder: Path | None = None) -> list[Example]:
    """All examples below `folder` (default: the corpus that ships with the house), in file order.

    Raises CorpusError for anything that is not understood: a silent gap would teach wrongly.
    """
    if folder is None:
        with as_file(files("nlu") / "corpus") as shipped:
            return read(shipped)
    return _below(folder, INTENTS, "intent/ and report/")


def read_dangers(folder: Path | None = None) -> list[Example]:
    """All texts that tell of danger to life, or only sound like it; as `read` does."""
    if folder is None:
        with as_file(files("nlu") / "dangers") as shipped:
            return read_dangers(shipped)
    return _below(folder, DANGERS, "texts of danger")


def _below(folder: Path, intents: tuple[str, ...], what: str) -> list[Example]:
    paths = sorted(folder.rglob("*.yml"))
    if not paths:
        raise CorpusError(f"no *.yml under {folder}: name the folder that holds {what}")
    return [example for path in paths for example in read_file(path, intents)]


def read_file(path: Path, intents: tuple[str, ...] = INTENTS) -> list[Example]:
    """The examples of one file; errors as in `read`."""
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise CorpusError(
            f"{path}:{line}: not valid YAML ({error.problem}). Every example is one line under"
            f" `examples: |`, indented alike and beginning with `- `."
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CorpusError(
            f"{path}:1: not readable as UTF-8 YAML ({error}); save it anew"
        ) from error
    return [example for block in _blocks(path, root) for example in _examples(path, block, intents)]


def _blocks(path: Path, root: Any) -> Iterator[dict[str, Any]]:
    document = _mapping(root)
    version = document.get("version")
    if version is None or version.value != "3.1":
        raise CorpusError(f'{path}:1: the first line must be `version: "3.1"`')
    blocks = document.get("nlu")
    if not isinstance(blocks, yaml.SequenceNode):
        raise CorpusError(f"{path}:1: no list `nlu:` of blocks with `intent:` and `examples: |`")
    for node in blocks.value:
        block = _mapping(node)
        if "intent" in block:
            yield block


def _mapping(node: Any) -> dict[str, Any]:
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {str(key.value): value for key, value in node.value}


def _examples(path: Path, block: dict[str, Any], intents: tuple[str, ...]) -> Iterator[Example]:
    intent_at = block["intent"].start_mark.line + 1
    intent, slugs = _meaning(f"{path}:{intent_at}", str(block["intent"].value), intents)
    examples = block.get("examples")
    if not isinstance(examples, yaml.ScalarNode):
        raise CorpusError(f"{path}:{intent_at}: no `examples: |` under this intent")
    begin = examples.start_mark.line + 2  # the line after `examples: |`, counted from 1
    for at, raw in enumerate(str(examples.value).splitlines()):
        if not raw.strip():
            continue
        where = f"{path}:{begin + at}"
        if not raw.startswith("- ") or not raw[2:].strip():
            raise CorpusError(
                f"{where}: an example is one line that begins with `- `: {raw[:60]!r}"
            )
        text, entities = strip(raw[2:].strip(), where)
        yield Example(
            text=text,
            intent=intent,
            categories=slugs,
            entities=entities,
            source=f"{path.name}:{begin + at}",
        )


def _meaning(where: str, name: str, intents: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    intent, *slugs = name.split("+")
    if intent not in intents:
        raise CorpusError(f"{where}: unknown intent {intent!r}{nearest(intent, intents)}")
    for slug in slugs:
        if slug not in categories():
            raise CorpusError(
                f"{where}: unknown category {slug!r}{nearest(slug, tuple(categories()))};"
                f" a new one is a row in nlu/categories.yml"
            )
    if intent == "report" and not slugs:
        raise CorpusError(f"{where}: a report names its category: `report+banjir`")
    return intent, tuple(slugs)


def nearest(name: str, known: tuple[str, ...]) -> str:
    """What to say of an unknown name: the nearest that exists, or all of them."""
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    return f" (did you mean {near[0]!r}?)" if near else f" (known: {', '.join(known)})"


def strip(annotated: str, where: str = "") -> tuple[str, tuple[Entity, ...]]:
    """Take the annotation off a line: the text as a citizen wrote it, and the entities in it."""
    text, entities, end = "", [], 0
    for match in _ANNOTATION.finditer(annotated):
        text += annotated[end : match.start()]
        if match[2] not in ENTITIES:
            raise CorpusError(f"{where}: unknown entity {match[2]!r}{nearest(match[2], ENTITIES)}")
        entities.append(
            Entity(entity=match[2], value=match[1], start=len(text), end=len(text) + len(match[1]))
        )
        text += match[1]
        end = match.end()
    text += annotated[end:]
    if "](" in text:
        raise CorpusError(f"{where}: a broken annotation; write `[words](entity)`: {text[:60]!r}")
    return text, tuple(entities)
