"""What counts as an answer: one small reader for each word that a flow may write under `accept`.

A reader takes the conversation, the turn and the answer, and gives the conversation with the slot
filled, or None when this is no answer of its kind.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from dialogs import drafting, spots
from dialogs.answers import Answer
from dialogs.conversation import Conversation, Draft, Turn
from dialogs.flow import Question
from dialogs.rule import UNCLEAR, is_complaint, is_sure
from dialogs.words import number, plain
from nlu.categories import categories

Reader = Callable[[Conversation, Turn, Answer, Question], Conversation | None]
_MOST_CM = 1000


def fill(
    conversation: Conversation, turn: Turn, answer: Answer, question: Question
) -> Conversation | None:
    """Fill the slot by the first reader that can."""
    for name in question.accept:
        filled = READERS[name](conversation, turn, answer, question)
        if filled is not None:
            return filled
    return None


def _draft(conversation: Conversation) -> Draft:
    return conversation.draft or Draft()


def words(
    conversation: Conversation, turn: Turn, answer: Answer, question: Question
) -> Conversation | None:
    """The text itself: the report, or, for a category's own question, its answer as written."""
    if answer.kind != "words":
        return None
    if question.slot == "text":
        return drafting.with_report(conversation, _draft(conversation), turn)
    draft = drafting.with_details(_draft(conversation), turn)
    return replace(
        conversation, draft=replace(draft, slots={question.slot: turn.text, **draft.slots})
    )


def details(
    conversation: Conversation, turn: Turn, answer: Answer, question: Question
) -> Conversation | None:
    """Any other words are a detail of the report: kept, and the question is not put again."""
    if answer.kind != "words":
        return None
    draft = drafting.with_details(_draft(conversation), turn)
    if question.slot not in draft.slots:
        draft = replace(draft, skipped=(*draft.skipped, question.slot))
    return replace(conversation, draft=draft)


def category(
    conversation: Conversation, turn: Turn, answer: Answer, _question: Question
) -> Conversation | None:
    """A category that was offered, or words that make one plain; "none" leaves it to a person."""
    draft = _draft(conversation)
    if answer.kind == "option" and is_complaint(answer.value):
        return replace(conversation, draft=drafting.with_category(draft, turn, answer.value))
    if answer.kind in {"option", "no", "skip"}:
        return replace(conversation, draft=drafting.with_category(draft, turn, UNCLEAR))
    if answer.kind == "yes" and draft.candidates:
        best = draft.candidates[0].category
        return replace(conversation, draft=drafting.with_category(draft, turn, best))
    if answer.kind != "words":
        return None
    draft = drafting.with_details(draft, turn)
    named = _named(draft, turn, conversation.locale)
    if named is None and is_sure(turn.understanding):
        named = turn.understanding.category
    slug = named or UNCLEAR
    return replace(conversation, draft=drafting.with_category(draft, turn, slug))


def _named(draft: Draft, turn: Turn, locale: str) -> str | None:
    named = dict.fromkeys((*(one.category for one in draft.candidates), *categories()))
    told = (one for one in named if is_complaint(one))
    return next((one for one in told if drafting.names_topic(turn.text, one, locale)), None)


def photo_position(
    conversation: Conversation, _turn: Turn, answer: Answer, _question: Question
) -> Conversation | None:
    """The position that a photo carried, once the citizen says that it is the place."""
    draft = _draft(conversation)
    if (answer.kind == "yes" or answer.value == "exif") and draft.exif:
        return replace(conversation, draft=replace(draft, spot=draft.exif))
    return None


def address(
    conversation: Conversation, turn: Turn, answer: Answer, _question: Question
) -> Conversation | None:
    """A pin, or words that are an address; the words are kept as written."""
    if answer.kind not in {"words", "nothing", "unread"}:
        return None
    spot, maybe = spots.in_address(turn)
    kept = replace(conversation, draft=drafting.with_details(_draft(conversation), turn))
    if spot is None:
        return None
    return drafting.with_place(kept, turn, (spot, maybe))


def place(
    conversation: Conversation, turn: Turn, answer: Answer, _question: Question
) -> Conversation | None:
    """One of the places that a name may mean, by number or name, or another one in words."""
    draft, found = _draft(conversation), _chosen(conversation, turn, answer)
    if found is not None:
        spot = spots.chosen(draft.spot, conversation.places[found])
        kept = drafting.with_details(draft, turn) if answer.kind == "words" else draft
        return replace(conversation, draft=replace(kept, spot=spot), places=())
    if answer.kind in {"no", "skip", "option"}:
        return replace(conversation, places=())
    if answer.kind != "words":
        return None
    settled = replace(conversation, places=())
    return drafting.with_place(
        replace(settled, draft=drafting.with_details(draft, turn)), turn, spots.in_correction(turn)
    )


def _chosen(conversation: Conversation, turn: Turn, answer: Answer) -> int | None:
    places = conversation.places
    if answer.kind == "option" and answer.value.isdigit() and int(answer.value) < len(places):
        return int(answer.value)
    if answer.kind == "yes" and len(places) == 1:
        return 0
    if answer.kind != "words":
        return None
    told = plain(turn.text)
    hits = [at for at, one in enumerate(places) if _is_named(one.kelurahan, one.kecamatan, told)]
    same = [at for at, one in enumerate(places) if one == turn.understanding.place]
    return next(iter(hits if len(hits) == 1 else same), None)


def _is_named(kelurahan: str | None, kecamatan: str | None, told: str) -> bool:
    return any(name and plain(name) in told for name in (kelurahan, kecamatan))


def photo(
    conversation: Conversation, turn: Turn, _answer: Answer, _question: Question
) -> Conversation | None:
    """A photo; words with it are a detail."""
    if all(one.state == "refused" for one in turn.photos):
        return None
    return replace(conversation, draft=drafting.with_details(_draft(conversation), turn))


def choice(
    conversation: Conversation, _turn: Turn, answer: Answer, question: Question
) -> Conversation | None:
    """A fixed choice of a category's own question."""
    if answer.kind != "option" or not answer.value.isdigit():
        return None
    at = int(answer.value)
    if at >= len(question.choices):
        return None
    value = question.choices[at].value
    return _with_slot(conversation, question, list(value) if isinstance(value, list) else value)


def centimetres(
    conversation: Conversation, turn: Turn, answer: Answer, question: Question
) -> Conversation | None:
    """A bare figure where a depth was asked for."""
    told = number(turn.text) if answer.kind == "words" else None
    if told is None or not 0 < told <= _MOST_CM:
        return None
    kept = replace(conversation, draft=drafting.with_details(_draft(conversation), turn))
    return _with_slot(kept, question, [told, told])


def _with_slot(conversation: Conversation, question: Question, value: object) -> Conversation:
    draft = _draft(conversation)
    return replace(conversation, draft=replace(draft, slots={**draft.slots, question.slot: value}))


READERS: dict[str, Reader] = {
    "words": words,
    "details": details,
    "category": category,
    "photo_position": photo_position,
    "address": address,
    "place": place,
    "photo": photo,
    "choice": choice,
    "centimetres": centimetres,
}
