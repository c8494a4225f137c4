"""Lists, after a run, the peers whose tests were not run."""

from __future__ import annotations

import pytest

from tests.peers.peers import missing


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    found = missing(str(report.longrepr[-1]) for report in skipped)  # file, line, reason
    if not found:
        return
    terminalreporter.section("peers that are not here")
    for name, install in sorted(found.items()):
        terminalreporter.write_line(f"{name}: {install}")
