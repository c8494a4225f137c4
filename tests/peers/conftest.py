"""Lists, after a run, the peers whose tests were not run."""

from __future__ import annotations

import pytest

from tests.peers.peers import MISSING


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not MISSING:
        return
    terminalreporter.section("peers that are not here")
    for name, install in sorted(MISSING.items()):
        terminalreporter.write_line(f"{name}: {install}")
