"""Roles, and what each may do."""

from __future__ import annotations

from enum import StrEnum


class Right(StrEnum):
    """One thing that an account may do."""

    LOOK = "look"
    ACT = "act"  # status, note, result photo
    CORRECT = "correct"  # say what a report is, merge, split, take back
    ANSWER = "answer"  # write to citizens, assign
    PEOPLE = "people"  # accounts and the audit log
    TEACH = "teach"  # promote a model, roll back


class Role(StrEnum):
    """What an account is. An officer sees his agency's complaints in his area alone."""

    VIEWER = "viewer"
    OFFICER = "officer"
    MODERATOR = "moderator"
    ADMIN = "admin"


RIGHTS = {
    Role.VIEWER: frozenset({Right.LOOK}),
    Role.OFFICER: frozenset({Right.LOOK, Right.ACT}),
    Role.MODERATOR: frozenset({Right.LOOK, Right.ACT, Right.CORRECT, Right.ANSWER}),
    Role.ADMIN: frozenset(Right),
}
