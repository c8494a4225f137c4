"""Chooses what to ask next, and when enough has been asked. The flow file gives the order."""

from __future__ import annotations

from dataclasses import replace
from zlib import crc32

from dialogs import cards, joining, spots
from dialogs.conversation import Conversation, Draft, Turn
from dialogs.effects import Ask, Effect, Option, Say, Schedule
from dialogs.filing import closed, file
from dialogs.flow import Question
from dialogs.phrasebook import has, say
from dialogs.rule import FILE_COMPLAINT, Decision, category_of, filing_flow, reply
from nlu.categories import categories

CONFIRM = "confirm"
AT_THE_END = frozenset({CONFIRM, joining.JOIN})  # all is there: only a yes is waited for
_TWICE = 2


def advance(conversation: Conversation, turn: Turn, *said: Effect) -> Decision:
    """Ask for the next thing that is missing; when nothing is, ask to confirm.

    A question that was asked as often as it may be is given up: its slot counts as skipped.
    """
    conversation = replace(conversation, flow=FILE_COMPLAINT)
    for question in questions(conversation):
        if question.at or not is_open(question, conversation, turn):
            continue
        if may_ask(question, conversation):
            return _put(conversation, turn, _posed(question, conversation), *said)
        conversation = _given_up(conversation, question)
    return confirm(conversation, turn, *said)


def resume(conversation: Conversation, turn: Turn, *said: Effect) -> Decision:
    """After something else was answered: put the open question again, or only recall it."""
    if conversation.waiting_for is None:
        return advance(conversation, turn, *said)
    question = _open_question(conversation)
    if conversation.waiting_for in AT_THE_END and _confirmed_times(conversation, turn) < _TWICE:
        return confirm(conversation, turn, *said)
    if question is None or not may_ask(question, conversation):
        return reply(conversation, *said, Say(phrase="draft_waiting"), *timers())
    return _put(conversation, turn, _posed(question, conversation, anew=True), *said)


def _open_question(conversation: Conversation) -> Question | None:
    slot = conversation.waiting_for or ""
    return next((one for one in questions(conversation) if one.slot == slot), None)


def questions(conversation: Conversation) -> tuple[Question, ...]:
    """All that may be asked about this draft, in order."""
    draft = conversation.draft or Draft()
    row = category_of(draft.category)
    return filing_flow().questions(row.ask if row else ())


def is_open(question: Question, conversation: Conversation, turn: Turn) -> bool:
    """Whether this is still missing, and could be given on this channel."""
    draft = conversation.draft or Draft()
    if question.slot in draft.skipped:
        return False
    if question.skip_when == "channel_has_no_media" and not turn.abilities.media:
        return False
    missing = {
        "text": not draft.texts,
        "category": draft.category is None,
        "location": draft.spot is None,
        "place": bool(conversation.places),
        "area": spots.is_vague(draft.spot) and not conversation.places,
        "photo": not draft.photos,
    }
    return missing.get(question.slot, question.slot not in draft.slots)


def may_ask(question: Question, conversation: Conversation) -> bool:
    """Whether another question of this kind, and at all, is one that a tired citizen bears."""
    flow = filing_flow()
    spent = sum(conversation.asked.get(one.slot, 0) for one in (*flow.ask, *flow.extras.values()))
    often = conversation.asked.get(question.slot, 0)
    return often <= question.retries and spent < flow.most_questions


def is_complete(conversation: Conversation, turn: Turn) -> bool:
    """Whether all that a complaint needs is there: what the flow marks `else: incomplete`."""
    unskipped = replace(conversation, draft=replace(conversation.draft or Draft(), skipped=()))
    return not any(
        question.otherwise == "incomplete" and is_open(question, unskipped, turn)
        for question in questions(conversation)
    )


def _given_up(conversation: Conversation, question: Question) -> Conversation:
    draft = conversation.draft or Draft()
    places = () if question.slot == "place" else conversation.places
    skipped = (*draft.skipped, question.slot)
    return replace(conversation, draft=replace(draft, skipped=skipped), places=places)


def _posed(question: Question, conversation: Conversation, *, anew: bool = False) -> Ask:
    again = conversation.asked.get(question.slot, 0) > 0 and not anew
    phrase = question.again if again and question.again else question.phrase
    ask = Ask(slot=question.slot, phrase=phrase, options=_fixed(question))
    shape = _SHAPES.get(question.slot)
    return shape(ask, conversation) if shape else ask


def _fixed(question: Question) -> tuple[Option, ...]:
    numbered = (
        Option(value=f"{question.slot}:{at}", label=choice.label)
        for at, choice in enumerate(question.choices)
    )
    fixed = (
        Option(value=f"{question.slot}:{name}", label=f"option_{name}") for name in question.options
    )
    return (*numbered, *fixed)


def _category(ask: Ask, conversation: Conversation) -> Ask:
    draft = conversation.draft or Draft()
    offered = tuple(
        Option(
            value=f"{ask.slot}:{one.category}",
            label=categories()[one.category].name[conversation.locale],
            literal=True,
        )
        for one in draft.candidates
        if one.category in categories()
    )
    if not offered:
        return replace(ask, phrase="ask_what")
    if len(offered) == 1 and ask.slot == "category":
        yes_no = tuple(
            Option(value=f"{ask.slot}:{name}", label=f"option_{name}") for name in ("yes", "no")
        )
        slots = {"category": offered[0].label}
        return replace(ask, phrase="ask_category_one", slots=slots, options=yes_no)
    none = Option(value=f"{ask.slot}:none", label="option_none")
    return replace(ask, options=(*offered, none))


def _location(ask: Ask, conversation: Conversation) -> Ask:
    exif = conversation.draft.exif if conversation.draft else None
    option = Option(value=f"{ask.slot}:exif", label="option_exif")
    return replace(ask, options=(option,) if exif else (), location=True)


def _place(ask: Ask, conversation: Conversation) -> Ask:
    locale, places = conversation.locale, conversation.places
    if len(places) == 1:
        fixed = tuple(
            Option(value=f"{ask.slot}:{name}", label=f"option_{name}") for name in ("yes", "no")
        )
        slots = {"place": spots.choice_label(places[0], locale)}
        return replace(ask, phrase="ask_place_one", slots=slots, options=fixed, location=True)
    offered = tuple(
        Option(value=f"{ask.slot}:{at}", label=spots.choice_label(place, locale), literal=True)
        for at, place in enumerate(places)
    )
    none = Option(value=f"{ask.slot}:none", label="option_none")
    spot = conversation.draft.spot if conversation.draft else None
    slots = {"place": spot.words if spot else places[0].name}
    return replace(ask, slots=slots, options=(*offered, none), location=True)


def _area(ask: Ask, conversation: Conversation) -> Ask:
    spot = conversation.draft.spot if conversation.draft else None
    return replace(ask, slots={"place": spots.label(spot, conversation.locale)}, location=True)


_SHAPES = {
    "category": _category, "location": _location, "place": _place, "area": _area,
    "new_category": _category, "new_location": _location,
}  # fmt: skip


def put_category(conversation: Conversation, turn: Turn, *said: Effect) -> Decision:
    """Ask for the category anew, because the citizen wants another one."""
    draft = conversation.draft or Draft()
    others = tuple(one for one in draft.candidates if one.category != draft.category)
    changed = replace(conversation, draft=replace(draft, candidates=others))
    ask = _category(Ask(slot="new_category", phrase="ask_new_category"), changed)
    return _put(changed, turn, ask, *said)


def put(conversation: Conversation, turn: Turn, ask: Ask, *said: Effect) -> Decision:
    """Ask a question that stands in no flow; it counts like the others."""
    shape = _SHAPES.get(ask.slot)
    return _put(conversation, turn, shape(ask, conversation) if shape else ask, *said)


def _put(conversation: Conversation, turn: Turn, ask: Ask, *said: Effect) -> Decision:
    conversation, ask = cards.offered(conversation, turn, ask)
    asked = {**conversation.asked, ask.slot: conversation.asked.get(ask.slot, 0) + 1}
    waiting = replace(
        conversation,
        waiting_for=ask.slot,
        asked=asked,
        offered=tuple(option.value for option in ask.options),
    )
    return reply(waiting, *said, ask, *timers())


def timers() -> tuple[Effect, ...]:
    """Wake up once to remind, and once to file what would else be lost."""
    flow = filing_flow()
    return (
        Schedule(timer="reminder", after=flow.remind_after),
        Schedule(timer="expire", after=flow.expire_after),
    )


def confirm(conversation: Conversation, turn: Turn, *said: Effect) -> Decision:
    """Repeat what will be filed and ask whether it is right, or whether it is known already.

    The same summary is not put a third time: the complaint is filed as it stands and a person
    looks at it.
    """
    flow = filing_flow()
    summary = _summary(conversation, turn)
    if (found := joining.offered(conversation, turn)) is not None:
        waiting, ask = joining.ask(conversation, turn, found, summary)
        return reply(waiting, *said, ask, *timers())
    key = _key(summary)
    often = conversation.asked.get(key, 0)
    if often >= _TWICE:
        return finish(conversation, turn, *said, complete=False, reason="misunderstood")
    options = tuple(
        Option(value=f"{CONFIRM}:{name}", label=f"option_{_LABELS.get(name, name)}")
        for name in flow.confirm.options
    )
    waiting = replace(
        conversation,
        waiting_for=CONFIRM,
        asked={**conversation.asked, key: often + 1},
        offered=tuple(option.value for option in options),
    )
    ask = Ask(slot=CONFIRM, phrase=flow.confirm.phrase, slots=summary, options=options)
    return reply(waiting, *said, ask, *timers())


def finish(
    conversation: Conversation, turn: Turn, *said: Effect, complete: bool, reason: str = ""
) -> Decision:
    """File the draft, then take the next one from the queue."""
    before = conversation.draft or Draft()
    after, effects = file(conversation, turn, *said, complete=complete, reason=reason)
    return onward(after, before, turn, *effects)


def join(conversation: Conversation, turn: Turn) -> Decision:
    """Let the draft join what was offered, then take the next one from the queue."""
    before = conversation.draft or Draft()
    after, effects = joining.join(conversation)
    return onward(after, before, turn, *effects)


def drop(conversation: Conversation, turn: Turn, *said: Effect) -> Decision:
    """Let go of the draft at the citizen's word, then take the next one from the queue."""
    return onward(closed(conversation), conversation.draft or Draft(), turn, *said)


def onward(conversation: Conversation, before: Draft, turn: Turn, *said: Effect) -> Decision:
    """Take the next draft from the queue, if one waits, and ask on."""
    if not conversation.queue:
        return reply(conversation, *said)
    draft, *rest = conversation.queue
    if draft.twin and draft.spot is None:
        draft = replace(draft, spot=before.spot)
    opened = replace(conversation, draft=draft, queue=tuple(rest))
    return advance(opened, turn, *said, Say(phrase="next_report"))


_LABELS = {"yes": "send"}  # at the end, "yes" is "Kirim"


def _confirmed_times(conversation: Conversation, turn: Turn) -> int:
    return conversation.asked.get(_key(_summary(conversation, turn)), 0)


def _key(summary: dict[str, str]) -> str:
    return f"{CONFIRM} {crc32(repr(summary).encode()):08x}"


def _summary(conversation: Conversation, turn: Turn) -> dict[str, str]:
    draft, locale = conversation.draft or Draft(), conversation.locale
    row = category_of(draft.category)
    return {
        "category": row.name[locale] if row else say(locale, "category_unknown", {}),
        "place": spots.label(draft.spot, locale),
        "details": details(draft, locale),
        "photos": _photos(conversation, turn),
    }


def _photos(conversation: Conversation, turn: Turn) -> str:
    draft, locale = conversation.draft or Draft(), conversation.locale
    if draft.photos:
        return say(locale, "photos_some", {"count": str(len(draft.photos))})
    invited = (one for one in questions(conversation) if one.slot == "photo" and one.at)
    phrase = next((one.phrase for one in invited if is_open(one, conversation, turn)), "")
    return say(locale, phrase or "photos_none", {}, turn.abilities)


def details(draft: Draft, locale: str) -> str:
    """A line for each answer to a category's own question."""
    lines = []
    for slot, value in draft.slots.items():
        phrase = f"detail_{slot}"
        if has(locale, phrase):
            parts = value if isinstance(value, list | tuple) else [value]
            shown = "-".join(dict.fromkeys(map(str, parts)))
            lines.append(say(locale, phrase, {"value": shown}))
    if draft.anonymous:
        lines.append(say(locale, "detail_anonymous", {}))
    return "\n".join(lines)
