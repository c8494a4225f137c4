"""What acts refuse, as problems: one table for every operation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from console.answer.talks import ClosedError, NothingSaidError
from console.api.problem import ProblemError
from console.report.acts import SealedError
from store.media import PhotoRefusedError
from store.revisions import ConflictError
from store.workflow import IllegalMoveError


@contextmanager
def refused() -> Iterator[None]:
    """Turn what an act raises into a problem. Raises: ProblemError."""
    try:
        yield
    except ConflictError as error:
        changes = [
            {"id": one.id, "at": one.at.isoformat(), "kind": one.kind, "actor": one.actor}
            for one in error.changes
        ]
        raise ProblemError(
            409,
            "conflict",
            "It has changed since",
            "Read it again; `errors` names what changed.",
            errors=changes,
        ) from error
    except IllegalMoveError as error:
        raise ProblemError(409, "status", "The table of statuses forbids it", str(error)) from error
    except ClosedError as error:
        raise ProblemError(409, "closed", "He cannot be written to", error.reason) from error
    except NothingSaidError as error:
        raise ProblemError(409, "text", "The text cannot be taken", str(error)) from error
    except PhotoRefusedError as error:
        raise ProblemError(409, "photo", "That photo cannot be kept", error.phrase) from error
    except SealedError as error:
        raise ProblemError(
            403, "sealed", "He wished to stay unknown", "It needs a role that answers citizens."
        ) from error
    except LookupError as error:
        raise ProblemError(404, "not-found", "There is nothing of that name") from error
    except ValueError as error:
        raise ProblemError(409, "refused", "It cannot be done", str(error)) from error
