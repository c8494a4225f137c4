"""A great work in steps, each a form: how far it is, and what is left of it.

Nothing is kept on the server between two steps. A page with a script sends the next one by itself;
without a script there is a button. Who closes the page in between has done what he was shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from multidict import MultiDictProxy

from console.correct.acts import Reversal
from console.correct.typed import number, plain
from store.correcting import Mark, Outcome

Form = MultiDictProxy[Any]
_LISTED = 50  # tickets that were left alone, by name


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """Ticked reports on their way to one category."""

    SIZE: ClassVar[int] = 500  # of one transaction

    batch: int
    now: tuple[Mark, ...]  # of this step
    rest: tuple[str, ...]  # of later ones, as the form wrote them
    done: int = 0
    left: tuple[str, ...] = ()  # tickets that somebody had changed
    undoing: ClassVar[bool] = False

    @classmethod
    def read(cls, form: Form, fresh: Callable[[], int]) -> Step:
        """Read a form; the first one has no batch yet."""
        picks = [str(one) for one in form.getall("pick", [])]
        return cls(
            batch=number(form.get("batch")) or fresh(),
            now=tuple(_mark(one) for one in picks[: cls.SIZE]),
            rest=tuple(picks[cls.SIZE :]),
            done=number(form.get("done")),
            left=_left(form),
        )

    def after(self, outcome: Outcome) -> Step:
        """How far it is once this step was done."""
        left = (*self.left, *(one.ticket for one in outcome.conflicts), *outcome.unknown)
        return replace(self, now=(), done=self.done + len(outcome.done), left=left[:_LISTED])

    @property
    def more(self) -> bool:
        """Whether something is left to do."""
        return bool(self.rest)

    @property
    def total(self) -> int:
        """Of how many."""
        return self.done + len(self.left) + len(self.rest)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reversing:
    """A batch on its way back."""

    SIZE: ClassVar[int] = (
        100  # each is taken back by itself: on SQLite nobody else writes meanwhile
    )

    batch: int
    upto: int = 0  # the last word that was looked at
    done: int = 0
    total: int = 0
    left: tuple[str, ...] = ()
    more: bool = True
    undoing: ClassVar[bool] = True
    rest: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def read(cls, form: Form) -> Reversing:
        """Read a form."""
        return cls(
            batch=number(form.get("batch")),
            upto=number(form.get("upto")),
            done=number(form.get("done")),
            total=number(form.get("total")),
            left=_left(form),
        )

    def then(self, reversal: Reversal) -> Reversing:
        """How far it is once this step was done."""
        left = (*self.left, *reversal.left)[:_LISTED]
        done = self.done + len(reversal.undone)
        total = max(self.total, done + len(left))
        more = reversal.more
        return replace(self, upto=reversal.upto, done=done, total=total, left=left, more=more)


def _mark(pick: str) -> Mark:
    ticket, _, rev = plain(pick).partition(":")
    return Mark(ticket=ticket, rev=number(rev) if rev else None)


def _left(form: Form) -> tuple[str, ...]:
    return tuple(str(one) for one in form.getall("left", []))
