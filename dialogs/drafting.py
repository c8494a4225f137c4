"""Puts what a turn brings into the draft, in any order and whatever was asked."""

from __future__ import annotations

from dataclasses import replace

from dialogs import spots, words
from dialogs.conversation import Conversation, Draft, Turn
from dialogs.effects import Effect, Say
from dialogs.rule import UNCLEAR, category_of, filing_flow, is_complaint, is_sure
from nlu.understanding import Candidate

_KEPT_ENTITIES = ("depth_cm", "since", "repeat")
_MOST_CHOICES = 3


def begin(turn: Turn) -> Draft:
    """An empty draft."""
    return Draft(begun_at=turn.at)


def with_report(conversation: Conversation, draft: Draft, turn: Turn) -> Conversation:
    """Take a whole turn into the draft: words, kind, place, details, photos."""
    draft = with_topic(with_details(draft, turn), turn)
    draft = replace(draft, anonymous=draft.anonymous or conversation.anonymous)
    return with_place(replace(conversation, draft=draft), turn, spots.in_report(turn))


def with_details(draft: Draft, turn: Turn) -> Draft:
    """Take words as written, what stands in them beside kind and place, and photos."""
    wanted = set(_KEPT_ENTITIES) | set(_extras(draft))
    told = {
        one.entity: list(one.value) if isinstance(one.value, tuple) else one.value
        for one in turn.understanding.entities
        if one.entity in wanted
    }
    return with_photos(
        replace(
            draft,
            texts=(*draft.texts, turn.text) if turn.text else draft.texts,
            slots={**draft.slots, **told},
            anonymous=draft.anonymous or words.mentions("anonymous", turn.text),
        ),
        turn,
    )


def _extras(draft: Draft) -> tuple[str, ...]:
    row = category_of(draft.category)
    return row.ask if row else ()


def with_photos(draft: Draft, turn: Turn) -> Draft:
    """Take the photos that are kept, or still on their way, and offer the position of one."""
    kept = [one for one in turn.photos if one.state != "refused"]
    ids = tuple(one.media_id for one in kept if one.media_id not in draft.photos)
    exif = draft.exif or next((one.spot for one in kept if one.spot), None)
    return replace(draft, photos=(*draft.photos, *ids), exif=exif)


def with_topic(draft: Draft, turn: Turn) -> Draft:
    """Settle the category, or keep what it may be; one that is settled stays."""
    if draft.category is not None or not turn.text:
        return draft
    said = turn.understanding
    if is_sure(said):
        return with_category(draft, turn, said.category or UNCLEAR)
    found = plausible(said.candidates)
    candidates = found or draft.candidates
    return replace(draft, candidates=candidates, confidence=said.confidence, engine=said.engine)


def with_category(draft: Draft, turn: Turn, slug: str) -> Draft:
    """Settle on a category, with what the engine thought of it."""
    said = turn.understanding
    known = {one.category: one.confidence for one in (*draft.candidates, *said.candidates)}
    return replace(
        draft,
        category=slug,
        confidence=known.get(slug, said.confidence),
        candidates=plausible(said.candidates) or draft.candidates,
        engine=said.engine or draft.engine,
    )


def plausible(candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """The categories worth offering, best first."""
    least = filing_flow().plausible_from
    found = (one for one in candidates if is_complaint(one.category) and one.confidence >= least)
    return tuple(found)[:_MOST_CHOICES]


def with_place(conversation: Conversation, turn: Turn, found: spots.Found) -> Conversation:
    """Join a place to the draft's; ambiguity is kept beside it, to be asked about."""
    draft = conversation.draft or begin(turn)
    spot, maybe = found
    if spot is None:
        return replace(conversation, draft=draft)
    settled = draft.spot is not None and not spots.is_vague(draft.spot)
    return replace(
        conversation,
        draft=replace(draft, spot=spots.joined(draft.spot, spot)),
        places=() if settled or not spots.is_weak(spot) else maybe,
    )


def replace_place(conversation: Conversation, turn: Turn, found: spots.Found) -> Conversation:
    """Put another place where one was."""
    draft = conversation.draft or begin(turn)
    spot, maybe = found
    cleared = tuple(slot for slot in draft.skipped if slot not in {"location", "place", "area"})
    return replace(
        conversation,
        draft=replace(draft, spot=spot, skipped=cleared),
        places=maybe if spots.is_weak(spot) else (),
    )


def notes(turn: Turn) -> tuple[Effect, ...]:
    """What must be said whatever a turn answers: a refused photo, a place outside the city."""
    refused = dict.fromkeys(one.reason for one in turn.photos if one.state == "refused")
    said = [Say(phrase=reason or "media_unavailable") for reason in refused]
    if turn.outside_city:
        said.append(_outside(turn))
    return tuple(said)


def _outside(turn: Turn) -> Say:
    """Told kindly, and who is responsible; a pin does not say whose it is."""
    name = "" if turn.spot else turn.understanding.outside_name
    return Say(phrase="outside_named", slots={"area": name}) if name else Say(phrase="outside_city")


def brings(turn: Turn) -> bool:
    """Whether the turn holds a photo or a place beside its text."""
    return bool(turn.spot) or any(one.state != "refused" for one in turn.photos)


def names_topic(text: str, slug: str, locale: str) -> bool:
    """Whether the text is a category's name, as it was offered."""
    row = category_of(slug)
    return row is not None and words.plain(text) == words.plain(row.name.get(locale, slug))
