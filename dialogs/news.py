"""News of a complaint: told by itself when its status changes, with the officer's words and photos.

When it is said to be done, "is it fixed?" is asked in the same message, once.
"""

from __future__ import annotations

from dataclasses import replace

from dialogs import asking, closing
from dialogs.conversation import Conversation, News, Status, Turn
from dialogs.effects import Effect, Say, Show
from dialogs.filing import page
from dialogs.phrasebook import say
from dialogs.rule import Decision, category_of


def told(conversation: Conversation, turn: Turn) -> Decision:
    """The timer `news`. After STOP nothing is said; the ticket's page shows it all the same."""
    news = turn.news
    if news is None or conversation.stopped:
        return conversation, ()
    said = _said(conversation.locale, news, turn)
    if turn.abilities.public:
        return conversation, said[:1]  # strangers read along: the status and nothing else
    said = (*said, *page(turn, news.ticket.number))
    if news.status is not Status.DONE or news.ticket.status is not Status.DONE:
        return _between(conversation, turn, *said)
    if closing.may_ask(conversation):
        ask = closing.question(news.ticket.number)
        waiting = replace(
            conversation,
            waiting_for=ask.slot,
            about=news.ticket.number,
            offered=tuple(option.value for option in ask.options),
        )
        return waiting, (*said, ask)
    hint = Say(phrase="closing_later", slots={"ticket": news.ticket.number})
    return _between(conversation, turn, *said, hint)


def _said(locale: str, news: News, turn: Turn) -> tuple[Effect, ...]:
    said: list[Effect] = [_what(locale, news)]
    if news.note:
        said.append(Say(phrase="officer_says", slots={"note": news.note}))
    if news.photos and turn.abilities.photos_out:
        said.append(Show(photos=news.photos))
    elif news.published and turn.pages:
        said.append(Say(phrase="photo_on_page"))
    return tuple(said)


def _what(locale: str, news: News) -> Say:
    """What happened, in one sentence."""
    number = news.ticket.number
    if news.reason == "duplicate":
        return Say(phrase="merged", slots={"ticket": number, "into": news.other})
    if news.reason == "split":
        row = category_of(news.ticket.category)
        category = row.name[locale] if row else news.ticket.category
        slots = {"ticket": number, "other": news.other, "category": category}
        return Say(phrase="split", slots=slots)
    if news.reason == "no_complaint":
        return Say(phrase="no_complaint", slots={"ticket": number})
    status = say(locale, f"status_{news.status.value}", {})
    return Say(phrase="status_changed", slots={"ticket": number, "status": status})


def _between(conversation: Conversation, turn: Turn, *said: Effect) -> Decision:
    """Told in the middle of something else: the open question is put again behind it."""
    if conversation.draft is None or conversation.handed_over:
        return conversation, said
    return asking.resume(conversation, turn, *said)
