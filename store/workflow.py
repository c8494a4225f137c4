"""The status table of a complaint: which status may follow which."""

from __future__ import annotations

from dialogs.conversation import Status

NEXT: dict[Status, frozenset[Status]] = {
    Status.OPEN: frozenset(
        {Status.ASSIGNED, Status.IN_PROGRESS, Status.DONE, Status.REJECTED, Status.DUPLICATE}
    ),
    Status.ASSIGNED: frozenset(
        {Status.OPEN, Status.IN_PROGRESS, Status.DONE, Status.REJECTED, Status.DUPLICATE}
    ),
    Status.IN_PROGRESS: frozenset({Status.ASSIGNED, Status.DONE, Status.REJECTED}),
    Status.DONE: frozenset({Status.REOPENED}),  # the citizen says that it is not fixed
    Status.REJECTED: frozenset({Status.REOPENED}),
    Status.DUPLICATE: frozenset({Status.REOPENED}),
    Status.REOPENED: frozenset(
        {Status.ASSIGNED, Status.IN_PROGRESS, Status.DONE, Status.REJECTED, Status.DUPLICATE}
    ),
}

UNRESOLVED = frozenset({Status.OPEN, Status.ASSIGNED, Status.IN_PROGRESS, Status.REOPENED})


class IllegalMoveError(ValueError):
    """The status table has no such move."""

    def __init__(self, now: Status, wanted: Status) -> None:
        allowed = ", ".join(sorted(NEXT[now])) or "none"
        super().__init__(f"a complaint that is {now} cannot become {wanted}; allowed: {allowed}")


def check_move(now: Status, wanted: Status) -> None:
    """Raises: IllegalMoveError, naming the moves that are allowed."""
    if wanted not in NEXT[now]:
        raise IllegalMoveError(now, wanted)
