"""What happens where a peer is missing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.peers import peers

ROOT = Path(__file__).resolve().parents[2]


def test_a_missing_peer_is_not_run_and_names_its_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("KANAL_PEERS", raising=False)

    with pytest.raises(pytest.skip.Exception, match="apt-get install kannel"):
        peers.peer("kannel", available=False, install="apt-get install kannel")


def test_a_missing_peer_fails_where_peers_are_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KANAL_PEERS", "required")

    with pytest.raises(pytest.fail.Exception, match="apt-get install kannel"):
        peers.peer("kannel", available=False, install="apt-get install kannel")


def test_a_peer_that_is_here_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KANAL_PEERS", "required")

    ran = "no"
    peers.peer("kannel", available=True, install="apt-get install kannel")
    ran = "yes"

    assert ran == "yes"


@pytest.mark.parametrize("workers", ["0", "2"])
def test_each_missing_peer_is_listed_once_at_the_end(tmp_path: Path, workers: str) -> None:
    for number in range(3):
        (tmp_path / f"test_{number}.py").write_text(
            "import pytest\n"
            "from tests.peers.peers import peer\n"
            "@pytest.mark.parametrize('name', ['swaks', 'kannel'])\n"
            "def test_one(name):\n"
            "    peer(name, available=False, install=f'apt-get install {name}')\n"
        )

    environ = {name: value for name, value in os.environ.items() if name != "KANAL_PEERS"}
    command = [sys.executable, "-m", "pytest", "-q", "-n", workers, "-p", "tests.peers.conftest"]
    done = subprocess.run(
        [*command, "-c", os.devnull, str(tmp_path)],
        capture_output=True, text=True, check=True, cwd=ROOT, env=environ,
    )  # fmt: skip

    title, kannel, swaks = done.stdout.splitlines()[-4:-1]
    assert "peers that are not here" in title
    assert (kannel, swaks) == ("kannel: apt-get install kannel", "swaks: apt-get install swaks")
