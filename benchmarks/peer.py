"""What receives: a Bot API of our own that takes every message and counts. A process of its own.

Not a proof of anything but speed; the adapter's proof is tests/peers/telegram.

    python -m benchmarks.peer PORT
"""

from __future__ import annotations

import sys

from aiohttp import web

_ME = b'{"ok":true,"result":{"id":1708,"is_bot":true,"first_name":"Kanal","username":"kanal_bot"}}'
_SENT = b'{"ok":true,"result":{"message_id":2,"date":1790000000,"chat":{"id":1,"type":"private"}}}'
_OK = b'{"ok":true,"result":true}'


def main() -> None:
    """Serve until killed; GET /count says how many messages came."""
    counted = {"sendMessage": 0}

    async def call(request: web.Request) -> web.Response:
        await request.read()
        method = request.match_info["method"]
        if method == "sendMessage":
            counted["sendMessage"] += 1
        body = {"sendMessage": _SENT, "getMe": _ME}.get(method, _OK)
        return web.Response(body=body, content_type="application/json")

    async def count(_: web.Request) -> web.Response:
        return web.json_response(counted)

    app = web.Application()
    app.add_routes([web.post("/bot{token}/{method}", call), web.get("/count", count)])
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)


if __name__ == "__main__":
    main()
