"""The baseline: an aiohttp handler that reads the body and answers 200, and nothing else.

python -m benchmarks.bare PORT
"""

from __future__ import annotations

import sys

from aiohttp import web

from benchmarks.updates import PATH


async def answer(request: web.Request) -> web.Response:
    """Take the delivery and forget it."""
    await request.read()
    return web.Response(text="{}", content_type="application/json")


def main() -> None:
    """Serve until killed."""
    app = web.Application()
    app.add_routes([web.post(PATH, answer)])
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)


if __name__ == "__main__":
    main()
