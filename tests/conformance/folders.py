"""The channel folders, as the suite sees them: settings, fixtures, adapters."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pydantic import TypeAdapter

import channels
from channels.adapter import Channel, Raw, Received, WirePart
from channels.message import OutboundMessage

ROOM = Path(channels.__file__).parent
REPOSITORY = Path(__file__).parents[2]
ACCOUNT = "test"
RECEIVED_AT = datetime(2026, 1, 2, tzinfo=UTC)  # of every fixture

RECEIVED = TypeAdapter(Received)
PARTS = TypeAdapter(list[WirePart])
OUTBOUND = TypeAdapter(OutboundMessage)


@dataclass(frozen=True)
class Folder:
    """One channel: a folder below channels/ that has an adapter."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def fixtures(self) -> Path:
        return self.path / "fixtures"

    def module(self) -> ModuleType:
        return importlib.import_module(f"channels.{self.name}.adapter")

    def sources(self) -> list[Path]:
        return sorted(self.path.rglob("*.py"))


@dataclass(frozen=True)
class Setting:
    """One way to configure a channel: `fixtures/settings.json`, `settings.<variant>.json`.

    The file holds what config.yml would say, and under `environ` the variables that it names.
    """

    folder: Folder
    path: Path | None

    def __str__(self) -> str:
        return f"{self.folder.name}-{self.path.stem}" if self.path else self.folder.name

    def adapter(self, monkeypatch: pytest.MonkeyPatch) -> Channel:
        written = json.loads(self.path.read_text()) if self.path else {}
        for variable, value in written.pop("environ", {}).items():
            monkeypatch.setenv(variable, value)
        module = self.folder.module()
        adapter: Channel = module.Adapter(
            account=ACCOUNT, settings=module.Settings.model_validate(written)
        )
        return adapter


@dataclass(frozen=True)
class Pair:
    """A fixture: what goes in, and the file that says what must come out."""

    folder: Folder
    given: Path
    expected: Path

    def __str__(self) -> str:
        return f"{self.folder.name}-{self.given.name.partition('.')[0]}"

    def raw(self) -> Raw:
        return raw_of(self.folder, self.given)


def folders() -> list[Folder]:
    """All of them; the template that `make channel` copies is one."""
    return [Folder(file.parent) for file in sorted(ROOM.glob("*/adapter.py"))]


def settings() -> list[Setting]:
    return [setting for folder in folders() for setting in settings_of(folder)]


def settings_of(folder: Folder) -> list[Setting]:
    """The variants of a folder, `settings.json` first; the defaults when it has none."""
    files = sorted(folder.fixtures.glob("settings*.json"), key=lambda file: len(file.name))
    return [Setting(folder, file) for file in files] or [Setting(folder, None)]


def inbound_pairs() -> list[Pair]:
    return [
        Pair(folder, file, folder.fixtures / f"{file.name.partition('.')[0]}.messages.json")
        for folder in folders()
        for file in sorted(folder.fixtures.glob("*.in.*"))
    ]


def outbound_pairs() -> list[Pair]:
    return [
        Pair(folder, file, folder.fixtures / f"{file.name.partition('.')[0]}.request.json")
        for folder in folders()
        for file in sorted(folder.fixtures.glob("*.out.json"))
    ]


def raw_of(folder: Folder, file: Path, body: bytes | None = None) -> Raw:
    """A delivery of the fixture's bytes, or of `body` in the fixture's envelope."""
    envelope = folder.fixtures / f"{file.name.partition('.')[0]}.envelope.json"
    return Raw(
        body=file.read_bytes() if body is None else body,
        received_at=RECEIVED_AT,
        envelope=json.loads(envelope.read_text()) if envelope.exists() else {},
    )


def leaves(value: Any) -> Iterator[str]:
    """Every string in a request's body."""
    match value:
        case str():
            yield value
        case dict():
            for inner in value.values():
                yield from leaves(inner)
        case list() | tuple():
            for inner in value:
                yield from leaves(inner)
