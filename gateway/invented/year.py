"""When it was told, and how far it has come since."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from dialogs.conversation import Status

DAYS = 365
_HOURS = (2, 1, 1, 1, 1, 3, 7, 10, 10, 9, 8, 7, 7, 7, 7, 7, 8, 9, 9, 8, 7, 6, 4, 3)
_RAIN = (1, 2, 3, 11, 12)  # months
_WET = frozenset({"banjir", "saluran_air", "pohon", "kesehatan_dbd"})
_DRY_KEEP = 0.35  # what is left of the reports of wet kinds in other months
_ENDS = ((Status.DONE, 0.82), (Status.REJECTED, 0.06), (Status.DUPLICATE, 0.04))
_OVER_AFTER = timedelta(days=21)  # then what is still open is the exception
_WAITING = ((Status.OPEN, 0.3), (Status.ASSIGNED, 0.25), (Status.IN_PROGRESS, 0.38),
            (Status.REOPENED, 0.07))  # fmt: skip
_OFFICE = timedelta(hours=6)  # until somebody assigns it, on average

Move = tuple[Status, datetime]


def moment(random: Random, category: str, now: datetime) -> datetime:
    """Draw when it was told: by day, by wet kinds in the rains."""
    while True:
        day = now - timedelta(days=random.uniform(0, DAYS))
        if category in _WET and day.month not in _RAIN and random.random() > _DRY_KEEP:
            continue
        (hour,) = random.choices(range(24), _HOURS)  # in Jakarta: UTC+7
        at = day.replace(hour=(hour - 7) % 24, minute=random.randrange(60))
        if at < now:
            return at.replace(second=random.randrange(60), microsecond=random.randrange(10**6))


def moves(random: Random, filed: datetime, now: datetime) -> list[Move]:
    """Draw the statuses that it has had since it was filed, as the table of moves allows."""
    end = _end(random, now - filed)
    way = {
        Status.OPEN: (),
        Status.ASSIGNED: (Status.ASSIGNED,),
        Status.IN_PROGRESS: (Status.ASSIGNED, Status.IN_PROGRESS),
        Status.DONE: (Status.ASSIGNED, Status.IN_PROGRESS, Status.DONE),
        Status.REOPENED: (Status.ASSIGNED, Status.IN_PROGRESS, Status.DONE, Status.REOPENED),
        Status.REJECTED: (Status.REJECTED,),
        Status.DUPLICATE: (Status.DUPLICATE,),
    }[end]
    found: list[Move] = []
    at = filed
    for number, status in enumerate(way):
        mean = _OFFICE if number == 0 else timedelta(days=2)
        at += min(random.expovariate(1) * mean, (now - at) / 2)
        found.append((status, at))
    return found


def _end(random: Random, age: timedelta) -> Status:
    settled = 0.925 if age > _OVER_AFTER else 0.75 * (age / _OVER_AFTER)
    chosen = _ENDS if random.random() < settled else _WAITING
    statuses, weights = zip(*chosen, strict=True)
    return random.choices(statuses, weights)[0]  # type: ignore[no-any-return]
