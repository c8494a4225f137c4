"""Conversations: read, and answered on the citizen's channel."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from pydantic import BaseModel, Field

from console.answer import panel, talks
from console.api import shapes
from console.api.answering import addressee, nothing
from console.api.operation import Call, Operation
from console.api.refusing import refused
from console.api.utterances import Line, lines
from console.report import acts, veil
from console.report.acts import By
from console.report.veil import Veil
from console.rights import Right
from store import dossier, transcript
from store.answering import Addressee


class TalkSeen(shapes.Shape):
    """The revision of the conversation that was looked at; a newer one is a conflict."""

    revision: shapes.Id | None = None


class Words(TalkSeen):
    """To a citizen on his channel, or to colleagues."""

    text: Annotated[str, Field(min_length=1, max_length=talks.LONGEST, pattern=shapes.SAID)]


class Talk(shapes.Shape):
    """A conversation, oldest line first; personal data masked until it is asked for."""

    id: shapes.Id
    channel: str
    address: str
    language: str
    handed_over: bool
    tickets: list[str] = Field(description="complaints that came of it, the newest first")
    items: list[Line]


class Said(shapes.Shape):
    """It is done; words go out on the citizen's channel, and the conversation is a person's."""

    conversation: shapes.Id


async def _read(call: Call) -> dossier.Talk:
    """The conversation that the path names; officers read conversations at their reports alone."""
    found = None
    if call.scope.whole:
        async with call.desk.database.read() as connection:
            found = await dossier.talk(connection, call.whole("id"))
    if found is None:
        raise nothing()
    return found


async def talk(call: Call) -> Talk:
    """A conversation; none of its lines where they would tell who wished to stay unknown."""
    found = await _read(call)
    return await _shown(call, found, veil.veil(call, anonymous=found.anonymous))


async def reveal(call: Call) -> Talk:
    """The same once with personal data; who asked stands in the audit log."""
    found = await _read(call)
    by = By(actor=call.actor, scope=call.scope)
    with refused():
        over = await acts.lift(
            call.desk, call, f"conversation {found.id}", anonymous=found.anonymous, by=by
        )
    return await _shown(call, found, over)


async def _shown(call: Call, found: dossier.Talk, over: Veil) -> Talk:
    async with call.desk.database.read() as connection:
        said = await transcript.utterances(connection, found.id)
    shown = veil.conversation(found, over)
    return Talk(
        id=str(shown.id),
        channel=shown.channel,
        address=shown.address,
        language=shown.locale,
        handed_over=shown.handed_over,
        tickets=[ticket for ticket, _, _ in shown.tickets],
        items=lines(veil.talk(said, over)),
    )


async def say(call: Call) -> Said:
    """Write to the citizen; whoever writes has taken the conversation."""
    to = await addressee(call)
    return await _done(call, to, talks.say, call.body.text, caps=panel.caps_for(call.desk, to))


async def take(call: Call) -> Said:
    """Let the bot fall silent for a person."""
    return await _done(call, await addressee(call), talks.take)


async def give_back(call: Call) -> Said:
    """Let the bot answer again."""
    return await _done(call, await addressee(call), talks.give_back)


async def note(call: Call) -> Said:
    """Write for colleagues: no citizen ever reads it."""
    return await _done(call, await addressee(call), talks.note, call.body.text)


Act = Callable[..., Awaitable[None]]


async def _done(call: Call, to: Addressee, act: Act, *words: str, **more: Any) -> Said:
    asked: TalkSeen = call.body or call.query
    with refused():
        await act(
            call.desk.database,
            call.desk.ids,
            to.conversation_id,
            *words,
            actor=call.actor,
            now=call.desk.clock(),
            revision=int(asked.revision) if asked.revision is not None else None,
            **more,
        )
    call.desk.ring()
    return Said(conversation=str(to.conversation_id))


def _operation(
    path: str,
    name: str,
    summary: str,
    act: Callable[[Call], Awaitable[BaseModel]],
    answers: type[BaseModel] = Said,
    **more: Any,
) -> Operation:
    wanted = {"method": "POST", "right": Right.ANSWER, "problems": (409,), **more}
    return Operation(
        path=f"/talks/{{id}}{path}",
        name=name,
        summary=summary,
        act=act,
        answers=answers,
        tag="talks",
        **wanted,
    )


OPERATIONS = (
    _operation("", "talk", "A conversation", talk, Talk, method="GET", right=Right.LOOK),
    _operation(
        "/reveal",
        "reveal_talk",
        "A conversation once with personal data; that it was asked for is kept",
        reveal,
        Talk,
        right=Right.ACT,
        problems=(),
    ),
    _operation("/messages", "say", "Write to the citizen on his channel", say, body=Words),
    _operation("/take", "take", "Let the bot fall silent for a person", take, query=TalkSeen),
    _operation("/return", "give_back", "Let the bot answer again", give_back, query=TalkSeen),
    _operation("/notes", "note_talk", "Keep a note on a conversation", note, body=Words),
)
