"""Conversations: read, and answered on the citizen's channel."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from console.answer import talks
from console.api import shapes
from console.api.operation import Call, Operation
from console.api.problem import ProblemError
from console.api.refusing import refused
from console.rights import Right
from nlu.slots.personal import masked
from store import answering, handover
from store.answering import Addressee


class Words(shapes.Shape):
    """To a citizen, on his channel."""

    text: Annotated[str, Field(min_length=1, max_length=4000, pattern=shapes.SAID)]


class Line(shapes.Shape):
    """One line of a conversation; personal data masked."""

    at: datetime
    who: str
    what: str
    text: str
    state: str


class Talk(shapes.Shape):
    """A conversation, oldest line first."""

    id: shapes.Id
    items: list[Line]


class Said(shapes.Shape):
    """It goes out on the citizen's channel; the conversation is a person's now."""

    conversation: shapes.Id


_TALK = {"id": {"type": "string", "pattern": "^[0-9]{1,18}$"}}


async def _talk(call: Call) -> Addressee:
    """The conversation that the path names; officers read conversations at their reports alone."""
    found = None
    if call.scope.whole:
        async with call.desk.database.read() as connection:
            found = await answering.addressee(connection, call.whole("id"))
    if found is None:
        raise ProblemError(404, "not-found", "No conversation of that number")
    return found


async def talk(call: Call) -> Talk:
    """The last lines of a conversation."""
    found = await _talk(call)
    async with call.desk.database.read() as connection:
        lines = await handover.lines(connection, found.conversation_id)
    return Talk(
        id=str(found.conversation_id),
        items=[
            Line(at=one.at, who=one.who, what=one.what, text=masked(one.text), state=one.state)
            for one in lines
        ],
    )


async def say(call: Call) -> Said:
    """Write to the citizen as an officer."""
    found = await _talk(call)
    asked: Words = call.body
    with refused():
        await talks.say(
            call.desk.database,
            call.desk.ids,
            found.conversation_id,
            asked.text,
            actor=call.actor,
            now=call.desk.clock(),
            caps=call.desk.caps_of(found.channel, found.account),
        )
    call.desk.ring()
    return Said(conversation=str(found.conversation_id))


async def give_back(call: Call) -> Said:
    """Let the bot answer again."""
    found = await _talk(call)
    with refused():
        await talks.give_back(
            call.desk.database,
            call.desk.ids,
            found.conversation_id,
            actor=call.actor,
            now=call.desk.clock(),
        )
    call.desk.ring()
    return Said(conversation=str(found.conversation_id))


OPERATIONS = (
    Operation(
        method="GET",
        path="/talks/{id}",
        name="talk",
        summary="A conversation",
        right=Right.LOOK,
        act=talk,
        answers=Talk,
        tag="talks",
        problems=(404,),
        parameters=_TALK,
    ),
    Operation(
        method="POST",
        path="/talks/{id}/messages",
        name="say",
        summary="Write to the citizen on his channel",
        right=Right.ANSWER,
        act=say,
        body=Words,
        answers=Said,
        tag="talks",
        problems=(404, 409),
        parameters=_TALK,
    ),
    Operation(
        method="POST",
        path="/talks/{id}/return",
        name="give_back",
        summary="Let the bot answer again",
        right=Right.ANSWER,
        act=give_back,
        answers=Said,
        tag="talks",
        problems=(404, 409),
        parameters=_TALK,
    ),
)
