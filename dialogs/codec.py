"""A conversation as JSON and back, across versions.

A field that a newer version added takes its default, one that it dropped is left unread, and a
value that no longer fits (a place whose shape has changed) is left out rather than failing: a
conversation begun before an upgrade goes on after it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from dialogs.conversation import Conversation

Type = TypeVar("Type")
_MISFIT = object()


def dump(conversation: Conversation) -> str:
    """Write a conversation as JSON text."""
    return json.dumps(to_json(conversation), ensure_ascii=False, separators=(",", ":"))


def load(text: str) -> Conversation:
    """Read what any version's `dump` wrote. Raises: ValueError when it is no JSON object."""
    return from_json(Conversation, json.loads(text))


def to_json(value: Any) -> Any:
    """Frozen dataclasses to what `json` can write; fields at their default are left out."""
    if is_dataclass(value) and not isinstance(value, type):
        return {
            one.name: to_json(getattr(value, one.name))
            for one in fields(value)
            if not _at_default(one, getattr(value, one.name))
        }
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    if isinstance(value, dict):
        return {str(key): to_json(item) for key, item in value.items()}
    return value


def _at_default(one: Field[Any], value: Any) -> bool:
    if one.name == "version":
        return False
    if one.default_factory is not MISSING:
        return bool(value == one.default_factory())
    return one.default is not MISSING and value == one.default and type(value) is type(one.default)


def from_json(kind: type[Type], value: Any) -> Type:
    """Read a dataclass. Raises: ValueError when `value` is no object or lacks a needed field."""
    read = _dataclass(kind, value)
    if read is _MISFIT:
        raise ValueError(f"this is no {kind.__name__}")
    return read  # type: ignore[no-any-return]


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _dataclass(kind: Any, value: Any) -> Any:
    if not isinstance(value, dict):
        return _MISFIT
    hints, found = _hints(kind), {}
    for one in fields(kind):
        item = _value(hints[one.name], value[one.name]) if one.name in value else _MISFIT
        if item is not _MISFIT:
            found[one.name] = item
        elif one.default is MISSING and one.default_factory is MISSING:
            return _MISFIT
    return kind(**found)


def _value(hint: Any, value: Any) -> Any:
    if hint is Any:
        return value
    if is_dataclass(hint):
        return _dataclass(hint, value)
    if hint is datetime:
        return _moment(value)
    origin = get_origin(hint)
    if origin in READERS:
        return READERS[origin](get_args(hint), value)
    return _plain(hint, value)


def _plain(hint: type, value: Any) -> Any:
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    fits = isinstance(value, hint) and (hint is bool or not isinstance(value, bool))
    return value if fits else _MISFIT


def _moment(value: Any) -> Any:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return _MISFIT
    return moment if moment.tzinfo else _MISFIT


def _either(arguments: tuple[Any, ...], value: Any) -> Any:
    if value is None and NoneType in arguments:
        return None
    tried = (_value(one, value) for one in arguments if one is not NoneType)
    return next((item for item in tried if item is not _MISFIT), _MISFIT)


def _tuple(arguments: tuple[Any, ...], value: Any) -> Any:
    if not isinstance(value, list):
        return _MISFIT
    items = (_value(arguments[0], item) for item in value)
    return tuple(item for item in items if item is not _MISFIT)


def _dict(arguments: tuple[Any, ...], value: Any) -> Any:
    if not isinstance(value, dict):
        return _MISFIT
    items = {key: _value(arguments[1], item) for key, item in value.items()}
    return {key: item for key, item in items.items() if item is not _MISFIT}


READERS: dict[Any, Callable[[tuple[Any, ...], Any], Any]] = {
    Union: _either, UnionType: _either, tuple: _tuple, dict: _dict,
}  # fmt: skip
