"""What the console does, for programs: JSON below /api/v1. The contract is OpenAPI 3.1.

    operation.py   what an operation is, and how a request becomes a call of it
    problem.py     errors (RFC 9457)
    contract.py    the operations as OpenAPI 3.1: GET /api/v1/openapi.json
    shapes.py      what all that is sent and answered has in common
    reference.py, complaints.py, ...   the operations on one kind of thing, and its shapes

Who asks shows a token of an account (`kanal token add`, or the page /console/me): it may do what
both its scopes and the account's role allow, and sees what the account sees.
"""

from __future__ import annotations

from aiohttp import web

from console.api import (
    city,
    complaints,
    contract,
    corrections,
    models,
    operation,
    reference,
    staff,
    talks,
)
from console.api.operation import Operation
from console.desk import Desk

BASE = "/api/v1"


def operations() -> tuple[Operation, ...]:
    """All that can be asked."""
    rooms = (reference, complaints, corrections, talks, models, city, staff)
    return tuple(one for room in rooms for one in room.OPERATIONS)


def routes(desk: Desk) -> list[web.RouteDef]:
    """A route an operation, the contract itself, and a problem for every other path."""
    every = operations()
    document = contract.document(every, title=f"Kanal Warga, {desk.city}", base=BASE)

    async def told(_: web.Request) -> web.Response:
        return web.json_response(document)

    return [
        web.get(f"{BASE}/openapi.json", told),
        *(operation.route(desk, one, BASE) for one in every),
        web.route("*", f"{BASE}/{{rest:.*}}", operation.elsewhere(every, BASE)),
    ]
