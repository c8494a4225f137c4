"""What the console does, for programs: JSON below /api/v1. The contract is OpenAPI 3.1.

    operation.py   what an operation is, and how a request becomes a call of it
    problem.py     errors (RFC 9457)
    contract.py    the operations as OpenAPI 3.1: GET /api/v1/openapi.json
    shapes.py      what all that is sent and answered has in common
    filters.py     the queue's filter, as a query, as a body, as a view keeps it
    changing.py    what operations that change a complaint share; refusing.py what acts refuse
    reference.py, complaints.py, ...   the operations on one kind of thing, and its shapes

What a page does and what a program asks for is one act, in the room that it belongs to.
docs/console.md says which operation does what which form does; a test holds it to that.

Who asks shows a token of an account (`kanal token add`, or the page /console/me): it may do what
both its scopes and the account's role allow, and sees what the account sees.
"""

from __future__ import annotations

import json
from functools import cache

from aiohttp import web

from console.api import (
    answering,
    around,
    city,
    complaints,
    contract,
    corrections,
    dossier,
    mine,
    models,
    operation,
    photos,
    queue,
    reference,
    staff,
    talks,
    together,
    trail,
    views,
)
from console.api.operation import Operation
from console.desk import Desk
from console.teach.trainer import Trainer

BASE = "/api/v1"


def operations() -> tuple[Operation, ...]:
    """All that can be asked."""
    rooms = (
        reference, mine, queue, views, dossier, around, complaints, photos, corrections, together,
        talks, answering, models, city, staff, trail,
    )  # fmt: skip
    return tuple(one for room in rooms for one in room.OPERATIONS)


def routes(desk: Desk, trainer: Trainer) -> list[web.RouteDef]:
    """A route an operation, the contract itself, and a problem for every other path."""
    every = operations()

    @cache  # drawn when it is first asked for
    def drawn() -> str:
        title = f"Kanal Warga, {desk.city}"
        return json.dumps(contract.document(every, title=title, base=BASE))

    async def told(_: web.Request) -> web.Response:
        return web.json_response(text=drawn())

    return [
        web.get(f"{BASE}/openapi.json", told),
        *(operation.route(desk, trainer, one, BASE) for one in every),
        web.route("*", f"{BASE}/{{rest:.*}}", operation.elsewhere(every, BASE)),
    ]
