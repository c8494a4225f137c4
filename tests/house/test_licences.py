"""Every dependency's licence goes with ours (MIT)."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

pytestmark = pytest.mark.once

# Words that a permissive licence, or one that is permissive to whoever only uses it, goes by.
FINE = (
    "mit",
    "bsd",
    "apache",
    "isc",
    "python software foundation",
    "psf",
    "zlib",
    "hpnd",
    "unlicense",
    "public domain",
    "0bsd",
    "mpl",
    "mozilla",
    "cc0",
    "cnri",
)
# Libraries under the LGPL: imported unchanged, replaceable by the user, which it asks for.
LINKED = {"python-telegram-bot"}
# Their metadata names no licence, the file that comes with them does: New BSD.
IN_A_FILE = {"IMAPClient"}


def test_no_dependency_forbids_what_our_licence_allows() -> None:
    listed = subprocess.run(
        [sys.executable, "-m", "piplicenses", "--format=json", "--from=mixed"],
        check=True,
        capture_output=True,
        text=True,
    )
    bad = {
        row["Name"]: row["License"]
        for row in json.loads(listed.stdout)
        if row["Name"] not in LINKED | IN_A_FILE
        and not any(word in row["License"].lower() for word in FINE)
    }
    assert not bad
