"""An environment of its own for Rasa, which needs Python 3.8 to 3.10: the gateway's cannot be it.

Standard library alone.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

ENVIRONMENT = Path(".venv-rasa")
LOCK = Path("requirements/rasa.txt")
_WANTED = "(3, 10)"
_PROBE = f"import sys; sys.exit(sys.version_info[:2] != {_WANTED})"
REMEDY = (
    "Rasa needs Python 3.10 and none was found: set PYTHON310=/path/to/python3.10, or install one"
    " (`pyenv install 3.10`, `uv python install 3.10`), then `make rasa` again."
)


class RasaMissingError(RuntimeError):
    """Rasa cannot be set up or run here. The message says the remedy."""


def python() -> str:
    """A Python 3.10: $PYTHON310, python3.10, pyenv's versions, uv's. Raises: RasaMissingError."""
    for candidate in _candidates():
        if _is_wanted(candidate):
            return candidate
    raise RasaMissingError(REMEDY)


def _candidates() -> Iterator[str]:
    if named := os.environ.get("PYTHON310"):
        yield named
    yield "python3.10"
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from map(str, sorted(pyenv.glob("versions/3.10*/bin/python"), reverse=True))
    if uv := shutil.which("uv"):
        found = subprocess.run(  # noqa: S603 (uv's own path)
            [uv, "python", "find", "3.10"], capture_output=True, text=True, check=False
        )
        if found.returncode == 0:
            yield found.stdout.strip()


def _is_wanted(candidate: str) -> bool:
    # A name is not enough: pyenv's shim of python3.10 is there for every version, and fails.
    try:
        tried = subprocess.run(  # noqa: S603 (the user's own Python)
            [candidate, "-c", _PROBE], capture_output=True, check=False
        )
    except OSError:
        return False
    return tried.returncode == 0


def make(folder: Path = ENVIRONMENT, lock: Path = LOCK) -> None:
    """Create the environment and install the lock into it; a second time mends what is missing.

    Raises: RasaMissingError.
    """
    if not lock.is_file():
        raise RasaMissingError(f"{lock} is not here: run it in the checkout, by `make rasa-env`")
    interpreter = folder / "bin" / "python"
    install = [str(interpreter), "-m", "pip", "install", "-qq", "--progress-bar", "on"]
    commands = [[*install, "--disable-pip-version-check", "--require-hashes", "-r", str(lock)]]
    if not interpreter.exists():
        commands.insert(0, [python(), "-m", "venv", str(folder)])
    for command in commands:
        if subprocess.run(command, check=False).returncode:  # noqa: S603 (as above)
            raise RasaMissingError(
                f"`{' '.join(command[:4])} …` failed, see above; a package index must be"
                f" reachable once. Remove {folder} to begin anew."
            )


def rasa_python(folder: Path = ENVIRONMENT) -> Path:
    """The Python that has Rasa. Raises: RasaMissingError."""
    interpreter = folder / "bin" / "python"
    if not (folder / "bin" / "rasa").exists():
        raise RasaMissingError(f"no Rasa in {folder}: run `make rasa-env` (Python 3.10, 2.7 GB)")
    return interpreter.absolute()
