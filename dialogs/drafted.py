"""A turn while a draft is open: an answer, a correction, a detail, another complaint, a digression.

Nothing that the citizen writes or sends is dropped: what is no answer joins the draft as a detail.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from dialogs import accept, answers, asking, drafting, spots, words
from dialogs.answers import Answer
from dialogs.conversation import Conversation, Draft, Turn
from dialogs.effects import Ask, Effect, Option, Say
from dialogs.flow import Question
from dialogs.joining import JOIN
from dialogs.rule import Decision, filing_flow, is_report, is_sure, reply
from dialogs.smalltalk import digression

Handler = Callable[[Conversation, Turn, Answer], Decision]
_OTHER_FROM = 0.8  # how sure a text must be about another thing to be another complaint
_LEAST_WORDS = 3
_ANSWER = 8  # words of what is still an answer


def answered(conversation: Conversation, turn: Turn) -> Decision | None:
    """The rule: decides every turn while a draft waits for something."""
    if conversation.draft is None or conversation.waiting_for not in HANDLERS:
        return _adrift(conversation, turn) if conversation.draft else None
    answer = answers.read(conversation, turn)
    if answer.kind == "cancel":
        return asking.drop(conversation, turn, Say(phrase="cancelled"))
    brings, conversation = drafting.brings(turn), _with_rest(conversation, turn)
    if answer.kind in {"stale", "unread"} and not brings:
        return asking.resume(conversation, turn, Say(phrase="choose_again"))
    if answer.kind == "nothing" and _only_recalls(conversation, turn):
        got = (Say(phrase="photo_received"),) if brings else ()
        said = (*drafting.notes(turn), *got) or (Say(phrase="empty_message"),)
        return asking.resume(conversation, turn, *said)
    if answer.kind == "words" and not brings:
        decided = _aside(conversation, turn)
        if decided:
            return decided
    return HANDLERS[conversation.waiting_for or ""](conversation, turn, answer)


def _only_recalls(conversation: Conversation, turn: Turn) -> bool:
    """A turn without a word that answers nothing: a sticker, or a photo while a place is asked.

    A photo in place of a category's own question (a number plate) may well show the answer.
    """
    own = conversation.waiting_for in filing_flow().extras
    if conversation.waiting_for in asking.AT_THE_END:
        return not drafting.brings(turn)
    if turn.spot or own or conversation.waiting_for in {"photo", "text"}:
        return not (turn.photos or turn.spot)
    return True


def _adrift(conversation: Conversation, turn: Turn) -> Decision:
    """A draft that waits for nothing this version knows: take the turn in and ask on."""
    said = None if drafting.brings(turn) else digression(conversation, turn)
    if said is not None:
        after, effects = said
        return (
            reply(after, *effects) if after.handed_over else asking.advance(after, turn, *effects)
        )
    taken = drafting.with_report(conversation, conversation.draft or Draft(), turn)
    return asking.advance(taken, turn, *drafting.notes(turn))


def _aside(conversation: Conversation, turn: Turn) -> Decision | None:
    """What is said beside the question: small talk, a correction, another complaint."""
    said = digression(conversation, turn)
    if said is not None:
        after, effects = said
        return reply(after, *effects) if after.handed_over else asking.resume(after, turn, *effects)
    if _is_correction(turn, conversation):
        return correct(conversation, turn)
    return queue(conversation, turn) if _is_another(conversation, turn) else None


def _is_another(conversation: Conversation, turn: Turn) -> bool:
    draft, said = conversation.draft or Draft(), turn.understanding
    known = {draft.category} if draft.category else {one.category for one in draft.candidates}
    return (
        bool(draft.texts)
        and conversation.waiting_for not in {"category", "text", "new_text", "new_category"}
        and said.intent == "report"
        and is_sure(said)
        and said.confidence >= _OTHER_FROM
        and said.category not in known
        and len(turn.text.split()) >= _LEAST_WORDS
        and not words.begins("address_starts", turn.text)
    )


def queue(conversation: Conversation, turn: Turn) -> Decision:
    """Keep another complaint for afterwards and go on with this one."""
    apart = drafting.with_report(replace(conversation, places=()), drafting.begin(turn), turn)
    waiting = (*conversation.queue, apart.draft or Draft())
    return asking.resume(replace(conversation, queue=waiting), turn, Say(phrase="queued"))


def _is_correction(turn: Turn, conversation: Conversation) -> bool:
    corrects = words.begins("corrections", turn.text) and conversation.waiting_for != "text"
    at_the_end = conversation.waiting_for in asking.AT_THE_END
    moved = at_the_end and words.begins("address_starts", turn.text)
    named = bool(spots.in_correction(turn)[0])
    return (corrects and (named or _other_topic(conversation, turn))) or (moved and named)


def _other_topic(conversation: Conversation, turn: Turn) -> bool:
    draft, said = conversation.draft or Draft(), turn.understanding
    return is_sure(said) and said.category != draft.category


def correct(conversation: Conversation, turn: Turn) -> Decision:
    """Put right what the text says is wrong, and say so."""
    return asking.advance(_corrected(conversation, turn), turn, Say(phrase="corrected"))


def _corrected(conversation: Conversation, turn: Turn) -> Conversation:
    """The place where the text names one, else the category; its words are kept in any case."""
    draft = drafting.with_details(conversation.draft or Draft(), turn)
    found = spots.in_correction(turn)
    if found[0] is None and _other_topic(conversation, turn):
        draft = drafting.with_category(draft, turn, turn.understanding.category or "")
    changed = replace(conversation, draft=draft)
    return changed if found[0] is None else drafting.replace_place(changed, turn, found)


def question(conversation: Conversation, turn: Turn, answer: Answer) -> Decision:
    """An answer to a question of the flow."""
    asked = filing_flow().question(conversation.waiting_for or "")
    if asked is None:
        return _adrift(conversation, turn)
    notes = drafting.notes(turn)
    filled = accept.fill(conversation, turn, answer, asked)
    if filled is not None:
        return asking.advance(filled, turn, *notes)
    if _declines(asked, answer):
        return _declined(conversation, turn, asked, *notes)
    return _unfilled(conversation, turn, answer, *notes)


def _with_rest(conversation: Conversation, turn: Turn) -> Conversation:
    """Photos and a pin that came along with the answer."""
    draft = drafting.with_photos(conversation.draft or Draft(), turn)
    kept = replace(conversation, draft=draft)
    return drafting.with_place(kept, turn, spots.in_report(turn)) if turn.spot else kept


def _declines(asked: Question, answer: Answer) -> bool:
    return answer.kind == "skip" or (answer.kind == "no" and asked.slot != "text")


def _declined(conversation: Conversation, turn: Turn, asked: Question, *notes: Effect) -> Decision:
    """Not given: fine, but for what a complaint needs, where the reason is told once."""
    if asked.otherwise == "incomplete" and asking.may_ask(asked, conversation):
        return asking.advance(conversation, turn, *notes)
    draft = conversation.draft or Draft()
    skipped = replace(draft, skipped=(*draft.skipped, asked.slot))
    return asking.advance(replace(conversation, draft=skipped), turn, *notes)


def _unfilled(conversation: Conversation, turn: Turn, answer: Answer, *notes: Effect) -> Decision:
    """No answer to this question: kept as a detail, or as whatever else it brings."""
    draft = conversation.draft or Draft()
    if answer.kind in {"words", "nothing"}:
        kept = drafting.with_report(conversation, draft, turn)
        added: tuple[Effect, ...] = (Say(phrase="detail_added"),) if turn.text else ()
        beside = conversation.waiting_for not in {"place", "area"}
        if turn.spot and beside and not (turn.outside_city or turn.text):
            added = (Say(phrase="pin_received"),)
        return asking.advance(kept, turn, *notes, *added)
    return asking.advance(conversation, turn, *notes)


def confirmation(conversation: Conversation, turn: Turn, answer: Answer) -> Decision:
    """An answer to "is this right?"."""
    if answer.kind == "yes":
        complete = asking.is_complete(conversation, turn)
        return asking.finish(conversation, turn, complete=complete)
    if answer.value in _CHANGES:
        return changed(conversation, turn, answer)
    if answer.kind in {"no", "option"}:
        return change(conversation, turn)
    if answer.kind == "skip":
        draft = conversation.draft or Draft()
        passed = (one.slot for one in asking.questions(conversation) if one.at)
        draft = replace(draft, skipped=tuple(dict.fromkeys((*draft.skipped, *passed))))
        return asking.confirm(replace(conversation, draft=draft), turn)
    return _unfilled(conversation, turn, answer, *drafting.notes(turn))


def join(conversation: Conversation, turn: Turn, answer: Answer) -> Decision:
    """An answer to "join that report?"; a no files a new one. What more is said is a detail."""
    kind = answer.kind
    if kind == "words" and len(turn.text.split()) <= _ANSWER:
        said = (name for name in ("yes", "no") if words.begins(f"join_{name}", turn.text))
        kind = next(said, kind)
        if kind != "words":
            draft = drafting.with_details(conversation.draft or Draft(), turn)
            conversation = replace(conversation, draft=draft)
    if kind == "yes":
        return asking.join(conversation, turn)
    if kind == "no":
        complete = asking.is_complete(conversation, turn)
        return asking.finish(conversation, turn, complete=complete)
    return confirmation(conversation, turn, answer)


_CHANGES = ("category", "location", "text")


def change(conversation: Conversation, turn: Turn, *said: Effect) -> Decision:
    """Ask what is wrong; who has asked that twice is helped by a person."""
    if conversation.asked.get("change", 0) > 1:
        return asking.finish(conversation, turn, *said, complete=False, reason="misunderstood")
    options = tuple(
        Option(value=f"change:{name}", label=f"option_change_{name}") for name in _CHANGES
    )
    ask = Ask(slot="change", phrase="ask_change", options=options)
    return asking.put(conversation, turn, ask, *said)


def changed(conversation: Conversation, turn: Turn, answer: Answer) -> Decision:
    """An answer to "what is wrong?": one of the choices, or the right thing at once."""
    if answer.kind == "option" and conversation.asked.get(f"new_{answer.value}", 0) <= 1:
        return _CHANGE[answer.value](conversation, turn)
    if answer.kind in {"option", "no"}:
        return asking.finish(conversation, turn, complete=False, reason="misunderstood")
    if answer.kind != "words":
        return asking.advance(conversation, turn, *drafting.notes(turn))
    right = _corrected(conversation, turn)
    if drafting.brings(turn) or _differs(conversation, right):
        return asking.advance(right, turn, Say(phrase="corrected"))
    return change(right, turn, Say(phrase="detail_added"))


def _differs(before: Conversation, after: Conversation) -> bool:
    """Whether more than words has come to the draft: else nothing was put right."""
    first, second = (replace(one.draft or Draft(), texts=()) for one in (before, after))
    return first != second or before.places != after.places


def _ask_new(slot: str) -> Callable[[Conversation, Turn], Decision]:
    def put(conversation: Conversation, turn: Turn) -> Decision:
        return asking.put(conversation, turn, Ask(slot=slot, phrase=f"ask_{slot}"))

    return put


_CHANGE: dict[str, Callable[[Conversation, Turn], Decision]] = {
    "category": asking.put_category,
    "location": _ask_new("new_location"),
    "text": _ask_new("new_text"),
}


def new_location(conversation: Conversation, turn: Turn, answer: Answer) -> Decision:
    """The right place, in place of the wrong one."""
    draft, notes = conversation.draft or Draft(), drafting.notes(turn)
    if answer.value == "exif" and draft.exif:
        return asking.advance(replace(conversation, draft=replace(draft, spot=draft.exif)), turn)
    found = spots.in_address(turn) if answer.kind in {"words", "nothing"} else (None, ())
    kept = (
        replace(conversation, draft=drafting.with_details(draft, turn))
        if found[0]
        else conversation
    )
    if found[0] is None:
        return asking.advance(conversation, turn, *notes)
    return asking.advance(drafting.replace_place(kept, turn, found), turn, *notes)


def new_category(conversation: Conversation, turn: Turn, answer: Answer) -> Decision:
    """The right kind, in place of the wrong one."""
    asked = filing_flow().question("category")
    filled = accept.category(conversation, turn, answer, asked) if asked else None
    return asking.advance(filled or conversation, turn, *drafting.notes(turn))


def new_text(conversation: Conversation, turn: Turn, answer: Answer) -> Decision:
    """Better words: they are read anew; those written before stay with the complaint."""
    draft, notes = conversation.draft or Draft(), drafting.notes(turn)
    if answer.kind != "words":
        return asking.advance(conversation, turn, *notes)
    if is_report(turn.understanding) and is_sure(turn.understanding):
        draft = replace(draft, category=None)
    kept = drafting.with_report(conversation, draft, turn)
    return asking.advance(kept, turn, *notes)


HANDLERS: dict[str, Handler] = {
    **{
        one.slot: question
        for one in (*filing_flow().ask, *filing_flow().extras.values())
        if one.slot != "extras"
    },
    asking.CONFIRM: confirmation,
    JOIN: join,
    "change": changed,
    "new_location": new_location,
    "new_category": new_category,
    "new_text": new_text,
}
