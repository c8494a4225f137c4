"""A new report: a text, or only a photo, or only a pin, when nothing is under way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from dialogs import asking, drafting, words
from dialogs.conversation import Conversation, Draft, Ticket, Turn
from dialogs.effects import Ask, Effect, Option, Say
from dialogs.rule import FILE_COMPLAINT, Decision, filing_flow, is_complaint, is_report

JUST_NOW = timedelta(hours=1)


def report(conversation: Conversation, turn: Turn) -> Decision | None:
    """The rule: begins a draft with whatever a turn brings."""
    if not (is_report(turn.understanding) and turn.text) and not drafting.brings(turn):
        return None
    return begin(conversation, turn)


def begin(conversation: Conversation, turn: Turn, *said: Effect, **flags: object) -> Decision:
    """Begin a draft; `flags` become slots of it. A text with two complaints begins two."""
    draft = replace(drafting.begin(turn), slots=dict(flags))
    started = drafting.with_report(conversation, draft, turn)
    twins = _twins(turn, started.draft or draft)
    started = replace(started, queue=(*conversation.queue, *twins))
    notes = (*drafting.notes(turn), *said)
    if not turn.text:
        return _wordless(started, turn, *notes)
    if twins:
        notes = (*notes, Say(phrase="two_reports"))
    return asking.advance(started, turn, *notes)


def _twins(turn: Turn, first: Draft) -> tuple[Draft, ...]:
    """The other complaints of a text that holds several; the photos stay with the first."""
    slugs = turn.understanding.categories
    if first.category is None or not words.holds("joins", turn.text):
        return ()
    shares = {one.category: one.confidence for one in turn.understanding.candidates}
    least = filing_flow().twin_from
    others = (
        slug
        for slug in slugs
        if slug != first.category and is_complaint(slug) and shares.get(slug, 0.0) >= least
    )
    bare = replace(first, photos=(), exif=None, spot=None, slots={}, twin=True)
    return tuple(drafting.with_category(bare, turn, slug) for slug in others)


def _wordless(conversation: Conversation, turn: Turn, *said: Effect) -> Decision:
    """A photo or a pin without a word: thank for it and ask what it is about."""
    number = newest(turn)
    draft = conversation.draft or Draft()
    if draft.photos and number is not None:
        options = (
            Option(value=f"photo_for:{number}", label="option_photo_for"),
            Option(value="photo_for:new", label="option_photo_for_new"),
        )
        ask = Ask(
            slot="photo_for", phrase="ask_photo_for", slots={"ticket": number}, options=options
        )
        return asking.put(replace(conversation, flow=FILE_COMPLAINT), turn, ask, *said)
    got = Say(phrase="photo_received" if draft.photos else "pin_received")
    return asking.advance(conversation, turn, *said, got)


def recent(turn: Turn) -> tuple[Ticket, ...]:
    """This citizen's complaints of the last hour, the newest first."""
    mine = (one for one in turn.known.tickets if one.mine)
    return tuple(one for one in mine if turn.at - one.filed_at <= JUST_NOW)


def newest(turn: Turn) -> str | None:
    """The number of the newest of them."""
    return next((one.number for one in recent(turn)), None)
