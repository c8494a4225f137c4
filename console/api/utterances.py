"""What was said in a conversation, line by line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pydantic import Field

from console.api import shapes
from store.transcript import Utterance


class Line(shapes.Shape):
    """One thing that was said or done."""

    id: shapes.Id
    at: datetime
    who: str = Field(description="citizen, bot, or an account")
    what: str = Field(description="said, taken, back, noted")
    text: str
    name: str = Field(description="the citizen's, as the channel shows it")
    choice: str
    edited: bool
    photos: list[shapes.Id] = Field(description="kept ones that the citizen sent")
    state: str = Field(description="of what we said: queued, sent, delivered, read, failed, dead")
    detail: str = Field(description="why it has not arrived")


def lines(said: Sequence[Utterance]) -> list[Line]:
    """A conversation as it is answered: veil it before."""
    return [
        Line(
            id=str(one.id),
            at=one.at,
            who=one.who,
            what=one.what,
            text=one.text,
            name=one.name,
            choice=one.choice,
            edited=one.edited,
            photos=[str(each.id) for each in one.attached if each.state == "kept"],
            state=one.state,
            detail=one.detail,
        )
        for one in said
    ]
