"""The word of a moderator on what the machine said: one key a report, or hundreds at once.

panel.py      what stands beside a report: candidates with their keys, what was said last
naming.py     a few typed letters become a category
acts.py       one transaction each: correct, duplicate, split, undo
forms.py      the forms that do it, and what they answer: the next report, or what changed
following.py  the next report of the queue that nobody has looked at
twins.py      complaints that tell of the same, perhaps
selecting.py  which reports: those of a filter, those that look alike
many.py       pages that correct many together: by filter, or because they look alike
steps.py      hundreds at a time, and how far it is
"""

from __future__ import annotations

from aiohttp import web

from console.correct import forms, many
from console.desk import Desk


def routes(desk: Desk) -> list[web.RouteDef]:
    """All that this room serves."""
    return [*forms.routes(desk), *many.routes(desk)]
