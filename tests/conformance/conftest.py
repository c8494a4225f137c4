"""What the suite runs on: a folder's own settings, and no network."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import NoReturn

import pytest

from channels.adapter import Channel
from tests.conformance.folders import Folder, folders, settings_of


@pytest.fixture
def adapter_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[Folder], Channel]:
    """Make a folder's adapter with `fixtures/settings.json`."""
    return lambda folder: settings_of(folder)[0].adapter(monkeypatch)


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        pytest.fail("a pure function opened a socket")

    for folder in folders():
        folder.module()  # libraries that are first imported now would see no socket
    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
