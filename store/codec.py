"""The frozen types of the other rooms, to JSON text and back."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import TypeAdapter

Type = TypeVar("Type")

_adapters: dict[Any, TypeAdapter[Any]] = {}  # building one costs milliseconds


def _adapter(kind: Any) -> TypeAdapter[Any]:
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


def dump(value: Any) -> str:
    """Write a frozen dataclass as JSON text."""
    return _adapter(type(value)).dump_json(value).decode()


def load(kind: type[Type], text: str) -> Type:
    """Read what `dump` wrote. Raises: ValueError."""
    return _adapter(kind).validate_json(text)  # type: ignore[no-any-return]
