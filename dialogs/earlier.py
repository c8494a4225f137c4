"""What concerns a complaint filed earlier: told again, disputed, or a photo sent after it."""

from __future__ import annotations

from dataclasses import replace

from dialogs import answers, asking, drafting, spots
from dialogs.conversation import Conversation, Draft, Status, Ticket, Turn
from dialogs.effects import HandOver, Say, UpdateComplaint
from dialogs.filing import closed
from dialogs.nearby import around
from dialogs.reporting import begin
from dialogs.rule import Decision, is_sure, reply
from dialogs.status import named_numbers

_KINDS = ("repeat", "dispute")
_SETTLED = frozenset({Status.DONE, Status.REJECTED})
_CAPTION = 6  # words


def again(conversation: Conversation, turn: Turn) -> Decision | None:
    """The rule: a repeat or dispute joins its complaint, else is filed anew and flagged.

    Told again of what is said to be done opens it again, when it is the citizen's own.
    """
    kind = turn.understanding.intent
    if kind not in _KINDS or not turn.text:
        return None
    ticket = find(turn)
    if ticket is None:
        return begin(conversation, turn, Say(phrase=f"{kind}_anew"), **{kind: _count(turn)})
    opens = ticket.mine and ticket.status in _SETTLED
    update = replace(note(turn, ticket.number, kind), moves_to=Status.REOPENED if opens else None)
    phrase = "reopened" if opens else f"{kind}_attached"
    return reply(
        conversation,
        *drafting.notes(turn),
        update,
        HandOver(reason=kind, ticket=ticket.number),
        Say(phrase=phrase, slots={"ticket": ticket.number}),
    )


def _count(turn: Turn) -> object:
    told = (one.value for one in turn.understanding.entities if one.entity == "repeat")
    return next(told, True)


def find(turn: Turn) -> Ticket | None:
    """The complaint that a text names or answers, else the newest of its kind.

    The citizen's own come first, then those of the place.
    """
    named = named_numbers(turn) or [turn.known.replied]
    if named[0]:
        return next((one for one in turn.known.tickets if one.number == named[0]), None)
    mine = [one for one in turn.known.tickets if one.mine]
    if not is_sure(turn.understanding):
        return mine[0] if mine else None
    kind = turn.understanding.category
    own = next((one for one in mine if one.category == kind), None)
    there = around(Draft(category=kind, spot=spots.in_report(turn)[0]), turn)
    return own or (there.best.ticket if there else None)


def photo_of(conversation: Conversation, turn: Turn) -> Decision | None:
    """The rule: a photo with hardly more than a ticket number belongs to that complaint.

    So does one that answers a message about a complaint.
    """
    named = named_numbers(turn) or [turn.known.replied]
    known = next((one for one in turn.known.tickets if one.number in named), None)
    kept = any(one.state != "refused" for one in turn.photos)
    if known is None or not kept or len(turn.text.split()) > _CAPTION:
        return None
    said = Say(phrase="photo_added", slots={"ticket": known.number})
    return reply(
        conversation, *drafting.notes(turn), note(turn, known.number, "citizen_photo"), said
    )


def photo_for(conversation: Conversation, turn: Turn) -> Decision | None:
    """The rule: an answer to "is this photo for your last complaint, or for a new one?"."""
    if conversation.waiting_for != "photo_for" or conversation.draft is None:
        return None
    answer = answers.read(conversation, turn)
    draft = drafting.with_photos(conversation.draft, turn)
    kept = replace(conversation, draft=draft)
    ticket = _meant(conversation, answer)
    if ticket:
        update = UpdateComplaint(
            ticket=ticket,
            kind="citizen_photo",
            text="\n".join(draft.texts),
            photos=draft.photos,
            spot=draft.spot,
        )
        said = Say(phrase="photo_added", slots={"ticket": ticket})
        return asking.onward(closed(kept), Draft(), turn, *drafting.notes(turn), update, said)
    fresh = replace(kept, waiting_for="text")
    if answer.kind == "cancel":
        return asking.drop(kept, turn, Say(phrase="cancelled"))
    if answer.kind == "words":
        return (
            None
            if _is_aside(turn)
            else asking.advance(
                drafting.with_report(fresh, draft, turn), turn, *drafting.notes(turn)
            )
        )
    return asking.advance(
        drafting.with_place(fresh, turn, (turn.spot, ())), turn, *drafting.notes(turn)
    )


def _is_aside(turn: Turn) -> bool:
    return turn.understanding.intent in {"status", "human"} and not drafting.brings(turn)


def _meant(conversation: Conversation, answer: answers.Answer) -> str:
    first = conversation.offered[0].partition(":")[2] if conversation.offered else ""
    if answer.kind == "yes":
        return first
    return answer.value if answer.kind == "option" and answer.value != "new" else ""


def note(turn: Turn, ticket: str, kind: str) -> UpdateComplaint:
    """What a turn adds to a filed complaint; a place is told in words too."""
    ids = tuple(one.media_id for one in turn.photos if one.state != "refused")
    pin = turn.spot
    point = (
        f"{pin.lat:.5f},{pin.lon:.5f}"
        if pin and pin.lat is not None and pin.lon is not None
        else ""
    )
    words = " ".join(filter(None, (turn.text, point)))
    return UpdateComplaint(ticket=ticket, kind=kind, text=words, photos=ids, spot=pin)
