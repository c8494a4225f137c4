"""Secrets out of what is kept: every spelling of every secret that this process knows."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import quote

from pydantic import BaseModel

HIDDEN = "[secret]"
LONGEST = 600  # characters of one value; a photo in base64 says nothing to a reader
_SHORTEST = 4  # characters; a shorter value would blank out half of every text


class Redactor:
    """Hides known secrets in a text."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._spellings: list[str] = []
        self.learn(secrets)

    def learn(self, secrets: Iterable[str]) -> None:
        """Hide these too. What was a secret once stays hidden."""
        known = {spelling for secret in secrets for spelling in _spellings(secret)}
        self._spellings = sorted({*self._spellings, *known}, key=len, reverse=True)

    def text(self, text: str) -> str:
        """The text without secrets."""
        for spelling in self._spellings:
            text = text.replace(spelling, HIDDEN)
        return text

    def request(self, method: str, body: Mapping[str, Any], link: str = "") -> str:
        """A wire part as one line of JSON, secrets hidden, then long values cut.

        `link` is a secret of this one message: whoever holds it may use it.
        """
        own = Redactor([link])
        hidden = _each(body, lambda text: _cut(self.text(own.text(text))))
        return self.text(json.dumps({"method": method, **hidden}, ensure_ascii=False))


def secrets_of(settings: BaseModel) -> list[str]:
    """The values of the environment variables that a channel's settings name."""
    named = [
        str(getattr(settings, name))
        for name in type(settings).model_fields
        if name.endswith("_env")
    ]
    return [os.environ[variable] for variable in named if os.environ.get(variable)]


def _spellings(secret: str) -> set[str]:
    if len(secret) < _SHORTEST:
        return set()
    raw = secret.encode()
    # Within a longer text base64 looks different by where the secret begins; at its start is how
    # an Authorization header holds it.
    return {secret, quote(secret, safe=""), base64.b64encode(raw).decode().rstrip("=")}


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}... ({len(text)} characters)"


def _each(value: Any, change: Callable[[str], str]) -> Any:
    """Change every text in a value."""
    match value:
        case str():
            return change(value)
        case Mapping():
            return {str(key): _each(inner, change) for key, inner in value.items()}
        case list() | tuple():
            return [_each(inner, change) for inner in value]
        case _:
            return value
