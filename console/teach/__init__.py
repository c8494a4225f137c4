"""Teaching: what would teach most, a candidate beside the current model, promote and roll back.

asking.py      the most instructive reports
learning.py    corrections -> a judged candidate; the command alone imports it: it trains
runs.py        a training as every process sees it: begun, told of, ended
trainer.py     the button: the same command in a process of its own
promotion.py   a candidate becomes the current model, or an earlier one does again
seen.py        what the page shows
shown.py       models side by side, as drawings
page.py        the page, and its buttons
"""

from __future__ import annotations

from aiohttp import web

from console.desk import Desk
from console.door import guarded
from console.rights import Right
from console.teach import page
from console.teach.trainer import Trainer


def routes(desk: Desk, trainer: Trainer) -> list[web.RouteDef]:
    """The page for whoever corrects; its buttons for whoever may teach."""
    return [
        web.get("/console/teach", guarded(desk, page.page(desk), Right.CORRECT)),
        web.get("/console/teach/progress", guarded(desk, page.progress(desk), Right.CORRECT)),
        web.post("/console/teach/train", guarded(desk, page.train(desk, trainer), Right.TEACH)),
        web.post("/console/teach/promote", guarded(desk, page.promote(desk), Right.TEACH)),
        web.post("/console/teach/rollback", guarded(desk, page.roll_back(desk), Right.TEACH)),
    ]
