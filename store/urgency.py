"""What needs a person first: one figure a complaint, worked out by the database from its row.

5 to 1 need somebody, in this order; 0 is open and takes its turn; -1 is settled. Nobody sets it, so
nobody can forget to: the column `complaint.urgency` is generated from status, confidence and tasks.
"""

from __future__ import annotations

from enum import IntEnum


class Need(IntEnum):
    """Why a person must look, the most urgent the greatest."""

    EMERGENCY = 5
    PERSON = 4  # the citizen asked for one, or a conversation was handed over
    DISPUTE = 3  # told again, or said not to be settled
    UNSURE = 2  # the machine does not know what it is about
    DEAD = 1  # could not be read, answered or sent


OPEN, SETTLED = 0, -1
UNSURE_BELOW = 0.5  # confidence; an index of `prediction` holds the same figure
REFUSED_FROM = 0.9  # what is no complaint is told so from here on, and else not understood
# Of messages that became no complaint; in the words of the index.
UNSURE = (
    f"category IS NOT NULL AND (confidence < {UNSURE_BELOW} "
    f"OR (category = 'bukan_aduan' AND intent = 'other' AND confidence < {REFUSED_FROM}))"
)

REASONS = {
    "emergency": Need.EMERGENCY,
    "dispute": Need.DISPUTE,
    "repeat": Need.DISPUTE,
    "unsure": Need.UNSURE,
    "misunderstood": Need.UNSURE,
    "dead_letter": Need.DEAD,
}


def is_unsure(category: str | None, intent: str, confidence: float) -> bool:
    """What UNSURE says of a prediction."""
    below = REFUSED_FROM if (category, intent) == ("bukan_aduan", "other") else UNSURE_BELOW
    return category is not None and confidence < below


def need(reason: str) -> Need:
    """What a task's reason calls for; one that is not listed calls for a person."""
    return REASONS.get(reason, Need.PERSON)


URGENCY = (
    "CASE WHEN waits > 0 THEN waits "
    "WHEN status IN ('done', 'rejected', 'duplicate') THEN -1 "
    f"WHEN confidence < {UNSURE_BELOW} AND status IN ('open', 'reopened') AND NOT checked THEN 2 "
    "ELSE 0 END"
)
