"""All that one must know to answer: what a channel carries, sentences at hand, notes, a preview."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from console.answer import panel, talks
from console.api import shapes
from console.api.operation import Call, Operation
from console.api.problem import ProblemError
from console.rights import Right
from store import answering
from store.answering import Addressee


class Draft(shapes.Shape):
    """What somebody is about to write."""

    text: Annotated[str, Field(max_length=talks.LONGEST, pattern=shapes.TEXT)]


class AnsweringAsked(shapes.Shape):
    """About which complaint one answers: its sentences are filled."""

    ticket: Annotated[str, Field(pattern=f"{shapes.TICKET}|^$")] = ""


class Wording(shapes.Shape):
    """A sentence at hand, filled."""

    key: str
    language: str
    title: str
    text: str


class Reply(shapes.Shape):
    """What a person wrote to the citizen, and how far it came."""

    id: shapes.Number
    at: datetime
    actor: str
    text: str
    channel: str
    state: str


class TalkNote(shapes.Shape):
    """For colleagues alone."""

    at: datetime
    actor: str
    text: str


class Answering(shapes.Shape):
    """All that one must know to answer."""

    id: shapes.Id
    revision: shapes.Id
    handed_over: bool
    closed: str = Field(
        description="why he cannot be written to: erased, stopped, off, window or unasked"
    )
    language: str
    channel: str | None
    limit: int | None = Field(description="of one message, in `unit`")
    unit: str | None
    public: bool | None = Field(description="strangers read along")
    until: datetime | None = Field(description="the end of the reply window")
    wordings: list[Wording]
    replies: list[Reply]
    notes: list[TalkNote]


class Preview(shapes.Shape):
    """A message as it would be sent."""

    parts: list[str]
    count: int
    unit: str
    left: int = Field(description="until another message is needed")
    dear: list[str] = Field(description="characters that halve an SMS")


async def answer(call: Call) -> Answering:
    """Whether he can be written to, what his channel carries, sentences at hand, notes."""
    asked: AnsweringAsked = call.query
    number = call.whole("id")
    found = await panel.of(call.desk, call, ticket=asked.ticket, talk=number)
    if found is None or found.talk is None:
        raise nothing()
    reach = found.reach
    return Answering(
        id=str(found.talk),
        revision=str(found.talk_revision),
        handed_over=found.handed_over,
        closed=found.closed,
        language=found.locale,
        channel=reach.channel if reach else None,
        limit=reach.limit if reach else None,
        unit=reach.unit if reach else None,
        public=reach.public if reach else None,
        until=reach.until if reach else None,
        wordings=[
            Wording(key=one.key, language=one.locale, title=one.title, text=one.text)
            for one in found.wordings
        ],
        replies=[Reply.made_of(one) for one in found.replies],
        notes=[TalkNote.made_of(one) for one in found.notes],
    )


async def preview(call: Call) -> Preview:
    """The words as the citizen would read them, part by part."""
    asked: Draft = call.body
    to = await addressee(call)
    found = await panel.preview_of(call.desk, to.conversation_id, asked.text)
    if found is None:
        raise ProblemError(409, "closed", "He cannot be written to", "off")
    return Preview(
        parts=list(found.parts),
        count=found.count,
        unit=found.unit,
        left=found.left,
        dear=list(found.dear),
    )


async def addressee(call: Call) -> Addressee:
    """Whom the path's conversation is held with. Raises: ProblemError."""
    found = None
    if call.scope.whole:
        async with call.desk.database.read() as connection:
            found = await answering.addressee(connection, call.whole("id"))
    if found is None:
        raise nothing()
    return found


def nothing() -> ProblemError:
    """There is none, or it may speak of more than an officer's agency."""
    return ProblemError(404, "not-found", "No conversation of that number")


OPERATIONS = (
    Operation(
        method="GET",
        path="/talks/{id}/answering",
        name="answering",
        summary="All that one must know to answer: what his channel carries, sentences at hand",
        right=Right.ANSWER,
        act=answer,
        query=AnsweringAsked,
        answers=Answering,
        tag="talks",
    ),
    Operation(
        method="POST",
        path="/talks/{id}/preview",
        name="preview",
        summary="A message as it would be sent",
        right=Right.ANSWER,
        act=preview,
        body=Draft,
        answers=Preview,
        tag="talks",
        problems=(409,),
    ),
)
