"""Where the model stands that tests share: below build/, until corpus or code changes.

`python -m tests.trained` prints it; `.ci/run` has the set-up train it there, once for all.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def var() -> Path:
    """The folder, named by a digest of all that a model depends on; nothing need be there."""
    files = sorted(
        path for ending in ("*.py", "*.yml", "*.csv") for path in (ROOT / "nlu").rglob(ending)
    )
    seen = hashlib.sha256()
    for path in files:
        seen.update(path.read_bytes())
    return ROOT / "build" / "test-model" / seen.hexdigest()[:16]


if __name__ == "__main__":
    print(var())  # noqa: T201 (the answer)
