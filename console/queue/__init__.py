"""The queue: what waits for a person, the most urgent first.

asked.py    what an address asks for: filter, page
page.py     the list, its counts and choices, one row
events.py   what has changed, while somebody looks
acts.py     looked at; views that are kept
forms.py    the forms that do it
"""

from __future__ import annotations

from aiohttp import web

from console.desk import Desk
from console.door import guarded
from console.queue.events import Events
from console.queue.forms import Forms
from console.queue.page import Page
from console.rights import Right


def routes(desk: Desk) -> list[web.RouteDef]:
    """The list at /console/, and what belongs to it."""
    page, forms, events = Page(desk), Forms(desk), Events(desk)
    return [
        web.get("/console", page.home),
        web.get("/console/", guarded(desk, page.show)),
        web.get("/console/queue/rows/{ticket}", guarded(desk, page.row)),
        web.get("/console/events", guarded(desk, events.stream)),
        web.post("/console/queue/seen", guarded(desk, forms.seen, Right.CORRECT)),
        web.post("/console/queue/views", guarded(desk, forms.save_view)),
        web.post("/console/queue/views/{view}/delete", guarded(desk, forms.delete_view)),
    ]
