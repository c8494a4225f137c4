"""The city in figures: how much, of what, where, how long citizens wait, what stands out just now.

look.py      every figure, asked of the store
counting.py  the days as they are kept, those that changed counted again
spikes.py    what is far above its usual
map.py       kelurahan, shaded
shown.py     figures as charts and tables
page.py      the page, and the alarms that the queue shows too
files.py     figures and reports as CSV and JSON
sheets.py    rows as a file that no spreadsheet takes for formulas
"""

from __future__ import annotations

from aiohttp import web

from console.desk import Desk
from console.door import guarded
from console.overview import files, page
from console.rights import Right


def routes(desk: Desk) -> list[web.RouteDef]:
    """The overview, its alarms alone, and its files."""
    return [
        web.get("/console/overview", guarded(desk, page.shown(desk))),
        web.get("/console/overview/alarms", guarded(desk, page.alarms_alone(desk))),
        web.get(r"/console/overview/figures.{kind:csv|json}", guarded(desk, files.figures(desk))),
        web.get(
            r"/console/overview/reports.{kind:csv|json}",
            guarded(desk, files.reports(desk), Right.ACT),
        ),
    ]
