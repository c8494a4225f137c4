"""Makes a complaint of a draft, and says so."""

from __future__ import annotations

from dataclasses import replace

from dialogs.conversation import Conversation, Draft, Turn
from dialogs.effects import Effect, FileComplaint, HandOver, Say
from dialogs.nearby import resembles
from dialogs.phrasebook import has, say
from dialogs.rule import UNCLEAR, Decision, category_of, reply


def file(
    conversation: Conversation, turn: Turn, *said: Effect, complete: bool, reason: str = ""
) -> Decision:
    """File the draft under the turn's number and say so. `asking.finish` goes on from there."""
    draft = settled(conversation.draft or Draft())
    effects = (
        *said,
        FileComplaint(
            ticket=turn.ticket_number,
            draft=draft,
            complete=complete,
            resembles=resembles(draft, turn),
        ),
        *(
            HandOver(reason=one, ticket=turn.ticket_number)
            for one in dict.fromkeys(filter(None, (reason, *reasons(draft))))
        ),
        *_told(conversation.locale, draft, turn, complete=complete),
        *page(turn, turn.ticket_number),
    )
    return reply(closed(conversation), *effects)


def settled(draft: Draft) -> Draft:
    """A draft with a category, if only the one that says that it is unclear."""
    return draft if draft.category else replace(draft, category=UNCLEAR)


def reasons(draft: Draft) -> tuple[str, ...]:
    """Why a person must look at this complaint, beside the agency."""
    unclear = ("unsure",) if draft.category == UNCLEAR else ()
    return (*unclear, *(kind for kind in ("dispute", "repeat") if kind in draft.slots))


def _told(locale: str, draft: Draft, turn: Turn, *, complete: bool) -> tuple[Effect, ...]:
    row = category_of(draft.category)
    slots = {"ticket": turn.ticket_number, "agency": _acting(locale, draft, turn)}
    hint = (Say(phrase=row.hint),) if row and row.hint and has(locale, row.hint) else ()
    return (*hint, Say(phrase="filed" if complete else "filed_incomplete", slots=slots))


def page(turn: Turn, ticket: str) -> tuple[Effect, ...]:
    """Where the complaint can be followed by whoever has its number."""
    if not turn.pages:
        return ()
    return (Say(phrase="ticket_page", slots={"link": f"{turn.pages}/t/{ticket}"}),)


def _acting(locale: str, draft: Draft, turn: Turn) -> str:
    """Who acts, by the city's rules where the turn knows them."""
    if turn.acting is None:
        return agency(draft.category, locale)
    place = draft.spot.place if draft.spot else None
    return turn.acting(draft.category or UNCLEAR, place, locale)


def agency(slug: str | None, locale: str) -> str:
    """The name of the agency that leads for a category."""
    row = category_of(slug) or category_of(UNCLEAR)
    return say(locale, f"agency_{row.agency[0]}", {}) if row else ""


def closed(conversation: Conversation) -> Conversation:
    """The conversation with nothing under way; what waits in the queue stays there."""
    return replace(
        conversation,
        flow=None, waiting_for=None, asked={}, draft=None, places=(), about="", offered=(),
        anonymous=False,
    )  # fmt: skip
