"""Our own X of the tests in a process of its own: `python -m benchmarks.x PORT MENTIONS`.

So many citizens have mentioned the account once each. It checks every signature, as in the tests,
and knows no limit.
"""

from __future__ import annotations

import sys

from aiohttp import web

from benchmarks.updates import TEXTS
from tests.peers.twitter.x_server import X


def main() -> None:
    """Serve until killed."""
    port, mentions = map(int, sys.argv[1:])
    x = X()
    x.budget.default_factory = lambda: 1_000_000_000
    for number in range(mentions):
        x.post(x.citizen(f"warga{number}"), f"@LaporKota {TEXTS[number % len(TEXTS)]} {number}")
    web.run_app(x.app, host="127.0.0.1", port=port, access_log=None, print=None)


if __name__ == "__main__":
    main()
