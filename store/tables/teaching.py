"""Words of moderators on predictions, and what became of the models that learnt from them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index, text
from sqlmodel import Field

from store.tables.base import Row, moment, reference, row_id, written


class Correction(Row, table=True):
    """A moderator's word on a prediction. Appended, never changed: a later word is a later row."""

    __tablename__ = "correction"
    id: int = row_id()
    complaint_id: int | None = reference("complaint.id", nullable=True, index=True)
    inbox_id: int | None = reference(
        "inbox.id", nullable=True, index=True
    )  # one of the two at least
    actor: str = written()  # a moderator's account; "citizen" or "auto:<rule>" where none spoke
    at: datetime = moment()
    engine: str = written()  # the one that predicted
    before: str = written(default="{}")  # what stood before: store/corrections.py
    category: str | None = written(nullable=True, default=None)  # None: no word on the category
    categories: str = written(default="[]")  # all that fit, `category` first
    intent: str | None = written(nullable=True, default=None)
    spot: str | None = written(nullable=True, default=None)  # where it is, a dumped Spot
    language: str | None = written(nullable=True, default=None)  # id | en
    duplicate_of: int | None = reference(
        "complaint.id", nullable=True
    )  # tells of the same as this one
    split_into: int | None = reference("complaint.id", nullable=True)  # tells of this one as well
    undoes: int | None = reference(
        "correction.id", nullable=True, index=True
    )  # takes that word back
    batch: int | None = Field(
        sa_column=Column(BigInteger, nullable=True, index=True), default=None
    )  # of words that were said together


class Learning(Row, table=True):
    """What became of a candidate model, or a roll-back. Appended, never changed."""

    __tablename__ = "learning"
    id: int = row_id()
    at: datetime = moment()
    actor: str = written()
    outcome: str = written()  # kept (for a person to promote) | promoted | refused | rolled_back
    version: str = written()  # of the candidate, or of the model gone back to
    before: str = written()  # of the model that was current
    learned_to: int = Field(sa_column=Column(BigInteger, nullable=False), default=0)
    verdict: str = written(default="{}")  # the figures


class Training(Row, table=True):
    """A candidate model in the making: who asked for it, how far it is, how it ended."""

    __tablename__ = "training"
    id: int = row_id()
    at: datetime = moment()
    actor: str = written()
    state: str = written(default="running")  # running | done | failed
    step: str = written()  # what is being done now; of a failed one, why it failed
    share: float = 0.0  # of the work, 0 to 1
    until: datetime = moment()  # taken for dead when nothing was heard until then
    version: str = written()  # of the candidate that came of it; "" while there is none
    ended_at: datetime | None = moment(nullable=True)
    __table_args__ = (
        Index(
            "uq_training_running",  # one at a time, on however many machines
            "state",
            unique=True,
            postgresql_where=text("state = 'running'"),
            sqlite_where=text("state = 'running'"),
        ),
    )
