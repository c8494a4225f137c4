"""The frozen types of the other rooms, to JSON text and back."""

from __future__ import annotations

from collections.abc import Hashable
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter

Type = TypeVar("Type")


@cache
def _adapter(kind: Hashable) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def dump(value: Any) -> str:
    """Write a frozen dataclass as JSON text."""
    return _adapter(type(value)).dump_json(value).decode()


def load(kind: type[Type], text: str) -> Type:
    """Read what `dump` wrote. Raises: ValueError."""
    return _adapter(kind).validate_json(text)  # type: ignore[no-any-return]
