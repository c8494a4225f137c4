"""What happens where a peer is missing."""

from __future__ import annotations

import pytest

from tests.peers import peers
from tests.peers.conftest import pytest_terminal_summary


@pytest.fixture(autouse=True)
def _own_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "MISSING", {})
    monkeypatch.setattr("tests.peers.conftest.MISSING", peers.MISSING)


def test_a_missing_peer_is_not_run_and_names_its_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("KANAL_PEERS", raising=False)

    with pytest.raises(pytest.skip.Exception, match="apt-get install kannel"):
        peers.peer("kannel", available=False, install="apt-get install kannel")

    assert peers.MISSING == {"kannel": "apt-get install kannel"}


def test_a_missing_peer_fails_where_peers_are_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KANAL_PEERS", "required")

    with pytest.raises(pytest.fail.Exception, match="apt-get install kannel"):
        peers.peer("kannel", available=False, install="apt-get install kannel")


def test_a_peer_that_is_here_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KANAL_PEERS", "required")

    peers.peer("kannel", available=True, install="apt-get install kannel")

    assert peers.MISSING == {}


class Lines:
    """Takes what a terminal would show."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def section(self, title: str) -> None:
        self.said.append(title)

    def write_line(self, line: str) -> None:
        self.said.append(line)


def test_each_missing_peer_is_listed_once_at_the_end() -> None:
    terminal = Lines()
    pytest_terminal_summary(terminal)  # type: ignore[arg-type]
    assert terminal.said == []

    peers.MISSING.update({"swaks": "apt-get install swaks", "kannel": "apt-get install kannel"})
    pytest_terminal_summary(terminal)  # type: ignore[arg-type]

    assert terminal.said == [
        "peers that are not here",
        "kannel: apt-get install kannel",
        "swaks: apt-get install swaks",
    ]
