"""The page of a report: all that is known of one complaint, and what is done there with it.

page.py        the report, a conversation without one, and personal data for whoever asks
beside.py      its conversation, its neighbours
veil.py        what of it is masked, for whom
reasons.py     the words that moved the machine
photos.py      photos: shown, made unreadable in parts (unreadable.py), published
words.py       words published, as a moderator lets them be read
place.py       where it is: looked up, shown, then saved
changing.py    what every act here shares: scope, revision, history, audit
"""

from __future__ import annotations

from aiohttp import web

from console.desk import Desk
from console.report import page, photos, place, words


def routes(desk: Desk) -> list[web.RouteDef]:
    """All that this room serves."""
    return [*page.routes(desk), *photos.routes(desk), *place.routes(desk), *words.routes(desk)]
