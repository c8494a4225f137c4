"""A YAML file read with its line numbers, so that a mistake in it can be named by its line."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode


class MarkedError(ValueError):
    """A file that the city writes is wrong; the message names file, line and remedy."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A part of the file, and where it stands."""

    file: str
    node: Node

    def wrong(self, what: str) -> MarkedError:
        """The error to raise; `what` says what is wrong, and the remedy."""
        return MarkedError(f"{self.file}, line {self.node.start_mark.line + 1}: {what}")

    def fields(self, *known: str, needs: Collection[str] = ()) -> dict[str, Entry]:
        """The keys of a mapping. Without `known` any key will do."""
        if not isinstance(self.node, MappingNode):
            raise self.wrong(f"write it as a mapping, with {', '.join(known) or 'key: value'}")
        found: dict[str, Entry] = {}
        for key, value in self.node.value:
            name, entry = str(key.value), Entry(self.file, value)
            if known and name not in known:
                raise Entry(self.file, key).wrong(f"`{name}` is no key here.{like(name, known)}")
            if name in found:
                raise Entry(self.file, key).wrong(f"`{name}` stands there twice; take one out")
            found[name] = entry
        for name in needs:
            if name not in found:
                raise self.wrong(f"`{name}` is missing; add it")
        return found

    def items(self) -> Iterator[Entry]:
        """The items of a list."""
        if not isinstance(self.node, SequenceNode):
            raise self.wrong("write it as a list, each item behind a dash")
        for one in self.node.value:
            yield Entry(self.file, one)

    def text(self) -> str:
        """A text that is not empty."""
        if not isinstance(self.node, ScalarNode) or not str(self.node.value).strip():
            raise self.wrong("write a text here")
        return str(self.node.value).strip()

    def texts(self) -> list[tuple[Entry, str]]:
        """One text, or a list of them; each with where it stands."""
        entries = list(self.items()) if isinstance(self.node, SequenceNode) else [self]
        return [(one, one.text()) for one in entries]


def read(text: str, file: str) -> Entry:
    """The whole file. Raises: MarkedError when it is empty or no YAML."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise MarkedError(f"{file}, line {line}: no YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise MarkedError(f"{file}: no YAML: {error}") from error
    if node is None:
        raise MarkedError(f"{file}: is empty; write something, or take the setting out")
    return Entry(file, node)


def like(name: str, known: Collection[str]) -> str:
    """What somebody may have meant: " Did you mean `x`?", or what there is."""
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        return f" Did you mean `{near[0]}`?"
    return f" There are: {', '.join(sorted(known))}." if len(known) <= _FEW else ""


_FEW = 12  # names that an error lists
