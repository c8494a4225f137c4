"""What the answering panel shows: whom it reaches, what may be done, what was said and noted.

The page of a report and that of a conversation include `answer/panel.html` with what `of_report` or
`of_talk` gives as `answer`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from channels.adapter import Caps, caps_of
from channels.message import OutboundMessage
from console.answer.agencies import Agency
from console.answer.preview import Preview, preview
from console.answer.talks import LONGEST, closed
from console.answer.wordings import LOCALES, Wording
from console.desk import Desk
from console.rights import Right
from console.visitor import Reader
from dialogs import codec
from dialogs.conversation import Conversation, Status
from dialogs.phrasebook import say
from dialogs.rule import category_of
from nlu.slots.personal import masked
from store import answering
from store.answering import Addressee, Note, Reply, Standing
from store.revisions import Change
from store.workflow import NEXT

_MOVING = frozenset({"waiting", "queued", "unknown", "parked"})  # soon something else
_CLIMBING = frozenset({"sent", "delivered"})  # a receipt may still come
_SOON_S, _LATER_S = 2, 15  # how often the replies are asked for again
_QUIET = timedelta(hours=1)  # after which a receipt is not waited for


@dataclass(frozen=True, kw_only=True, slots=True)
class Typed:
    """What somebody has typed: it comes back to him whatever happens."""

    text: str = ""
    note: str = ""  # with a status
    noted: str = ""  # for colleagues
    status: str = ""
    agency: str | None = None
    into: str = ""
    publish: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """What the citizen's channel carries, in the words of a page."""

    channel: str
    limit: int  # of one message, in `unit`
    unit: str
    public: bool
    receipts: bool
    until: datetime | None  # the reply window's end; None: there is none


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """All of it. What the visitor may not use is not there."""

    talk: int | None  # the conversation; None for whoever may not answer
    talk_revision: int = 0
    handed_over: bool = False
    closed: str = ""  # why the citizen cannot be written to (talks.closed)
    reach: Reach | None = None
    locale: str = "id"  # the citizen's
    wordings: tuple[Wording, ...] = ()
    replies: tuple[Reply, ...] = ()
    again_s: int = 0  # seconds after which the replies are asked for again; 0: never
    report: Standing | None = None
    agency: Agency | None = None
    agencies: tuple[Agency, ...] = ()
    moves: tuple[Status, ...] = ()
    notes: tuple[Note, ...] = ()
    may_note: bool = False
    typed: Typed = field(default_factory=Typed)
    preview: Preview | None = None
    problem: str = ""  # a key of t.answer.problems
    done: str = ""  # a key of t.answer.done
    changes: tuple[Change, ...] = ()  # what a colleague did meanwhile
    longest: int = LONGEST  # characters of a message or a note


async def of(desk: Desk, me: Reader, *, ticket: str, talk: int | None) -> Panel | None:
    """The panel of a report ("" for none), or of a conversation: that of somebody who joined it."""
    found = await of_report(desk, me, ticket) if ticket else None
    if talk is None or (ticket and (found is None or found.talk == talk)):
        return found
    return await of_talk(desk, me, talk)


async def of_report(desk: Desk, me: Reader, ticket: str, *, lifted: bool = False) -> Panel | None:
    """The panel of a report; None where there is none within the visitor's scope.

    Personal data in colleagues' words is masked, unless the veil was `lifted`.
    """
    async with desk.database.read() as connection:
        report = await answering.standing(connection, ticket, me.scope)
        if report is None:
            return None
        panel = await _of_talk(connection, desk, me, report.conversation_id, report)
        notes = await answering.notes_of_complaint(connection, report.id)
    moves = sorted(NEXT[report.status] - {Status.DUPLICATE}, key=[*Status].index)
    acts = me.may(Right.ACT)
    shown = replace(
        panel or Panel(talk=None),
        report=report,
        agency=desk.agencies.by_slug.get(report.agency or ""),
        agencies=desk.agencies.all if me.may(Right.ANSWER) else (),
        moves=tuple(moves) if acts else (),
        may_note=acts,
        notes=notes,
    )
    return shown if lifted else veiled(shown)


def veiled(shown: Panel) -> Panel:
    """The panel with colleagues' words masked: they may hold a citizen's name or number."""
    return replace(
        shown,
        replies=tuple(replace(one, text=masked(one.text)) for one in shown.replies),
        notes=tuple(replace(one, text=masked(one.text)) for one in shown.notes),
        changes=tuple(
            replace(one, body={**one.body, "text": masked(one.body["text"])})
            if one.body.get("text")
            else one
            for one in shown.changes
        ),
    )


async def of_talk(desk: Desk, me: Reader, talk: int, *, lifted: bool = False) -> Panel | None:
    """The panel of a conversation without a report; None where nothing is there for the visitor."""
    if not (me.scope.whole and me.may(Right.ANSWER)):
        return None
    async with desk.database.read() as connection:
        panel = await _of_talk(connection, desk, me, talk, None)
        notes = await answering.notes_of_talk(connection, talk)
    if panel is None:
        return None
    shown = replace(panel, notes=notes, may_note=True)
    return shown if lifted else veiled(shown)


async def _of_talk(
    connection: AsyncConnection, desk: Desk, me: Reader, talk: int, report: Standing | None
) -> Panel | None:
    if not me.may(Right.ANSWER):
        return None
    to = await answering.addressee(connection, talk)
    if to is None:
        return None
    now = desk.clock()
    caps = caps_for(desk, to)
    replies = await answering.replies(connection, talk)
    locale = _locale_of(to.state) if not to.erased else LOCALES[0]
    return Panel(
        talk=talk,
        talk_revision=to.revision,
        handed_over=to.handed_over,
        closed=closed(to, caps, now),
        reach=_reach(to, caps) if caps else None,
        locale=locale,
        wordings=tuple(desk.wordings.offered(locale, _known(desk, report))),
        replies=replies,
        again_s=again_s(replies, now),
        report=report,
    )


def caps_for(desk: Desk, to: Addressee) -> Caps | None:
    """What his address can carry; None where no channel serves him now."""
    channel = desk.channel_of(to.channel, to.account)
    return caps_of(channel, to.address) if channel else None


def _reach(to: Addressee, caps: Caps) -> Reach:
    window = caps.reply_window
    return Reach(
        channel=to.channel,
        limit=caps.text_limit,
        unit=caps.text_unit,
        public=caps.public,
        receipts=caps.receipts,
        until=to.heard_at + window if window and to.heard_at else None,
    )


def _known(desk: Desk, report: Standing | None) -> dict[str, Mapping[str, str]]:
    """What the city's sentences may name, in each language."""
    return {locale: _slots(desk, report, locale) for locale in LOCALES}


def _slots(desk: Desk, report: Standing | None, locale: str) -> dict[str, str]:
    if report is None:
        return {"city": desk.city}
    row = category_of(report.category)
    return {
        "city": desk.city,
        "ticket": report.ticket,
        "category": row.name[locale] if row else "",
        "status": say(locale, f"status_{report.status.value}", {}),
        "agency": desk.agencies.name(report.agency, locale),
        "area": report.area,
        "link": f"{desk.site}/t/{report.ticket}",
    }


def again_s(replies: tuple[Reply, ...], now: datetime) -> int:
    """In how many seconds the replies may stand elsewhere; 0 when nothing is waited for."""
    states = {one.state for one in replies if now - one.at < _QUIET}
    if states & _MOVING:
        return _SOON_S
    return _LATER_S if states & _CLIMBING else 0


async def preview_of(desk: Desk, talk: int, text: str) -> Preview | None:
    """What a citizen would read; None where no channel serves him."""
    async with desk.database.read() as connection:
        to = await answering.addressee(connection, talk)
    if to is None or to.erased:
        return None
    channel, caps = desk.channel_of(to.channel, to.account), caps_for(desk, to)
    if channel is None or caps is None:
        return None
    message = OutboundMessage(
        channel=to.channel,
        account=to.account,
        address=to.address,
        key="preview",
        text="",
        locale=_locale_of(to.state),
        thread=to.thread,
    )
    return preview(text[:LONGEST], message, caps, channel.render)


def _locale_of(state: str) -> str:
    """The language of a conversation, as its state tells it."""
    return codec.load(state).locale if state else Conversation().locale
