"""Why an act was not done, as a page and the API say it: a status and the key of a sentence."""

from __future__ import annotations

from dataclasses import dataclass

from console.answer.acts import OnlyByMergeError, UnknownChoiceError
from console.answer.talks import ClosedError, NothingSaidError
from store.joining import NoTicketError, SameError
from store.media import PhotoRefusedError
from store.revisions import Change, ConflictError
from store.workflow import IllegalMoveError

_KEYS: dict[type[Exception], str] = {
    ClosedError: "closed",
    IllegalMoveError: "status",
    OnlyByMergeError: "only_by_merge",
    SameError: "same",
    NoTicketError: "no_ticket",
}
_PHOTOS = frozenset({"media_too_large", "media_not_a_photo", "media_damaged"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """What went wrong. Nothing was changed."""

    status: int  # HTTP
    key: str  # of t.answer.problems
    changes: tuple[Change, ...] = ()  # what a colleague did meanwhile


def of(error: Exception) -> Problem | None:
    """The problem that an act's error stands for; None for one that is ours."""
    if isinstance(error, ConflictError):
        return Problem(status=409, key="changed", changes=error.changes)
    key = _key(error)
    return Problem(status=422, key=key) if key else None


def _key(error: Exception) -> str:
    match error:
        case NothingSaidError():
            return "too_long" if error.chars else "empty"
        case PhotoRefusedError():
            return error.phrase if error.phrase in _PHOTOS else "media_not_a_photo"
        case UnknownChoiceError():
            return error.what
        case _:
            return next((key for kind, key in _KEYS.items() if isinstance(error, kind)), "")
