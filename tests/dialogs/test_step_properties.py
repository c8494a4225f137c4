"""Whatever a citizen does: answered, nothing lost, nothing asked or filed too often."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any
from unittest.mock import patch

from hypothesis import given, note, settings
from hypothesis import strategies as st

from dialogs import abuse, asking, cards, codec, codes, words
from dialogs.conversation import (
    Abilities,
    Card,
    Code,
    Conversation,
    Draft,
    Known,
    Nearby,
    News,
    Offer,
    Photo,
    Spot,
    Status,
    Ticket,
    Turn,
)
from dialogs.effects import (
    Ask,
    Effect,
    Erase,
    FileComplaint,
    JoinComplaint,
    Say,
    UpdateComplaint,
)
from dialogs.flow import flow
from dialogs.render import compose
from dialogs.rule import is_report
from dialogs.step import step
from nlu import ticket
from nlu.understanding import Entity
from tests.dialogs.turns import NOON, place, understood

ANSWERS = [
    "sudah",
    "belum",
    "belum beres, masih bau",
    "ya",
    "tidak",
    "lewati",
    "batal",
    "1",
    "2",
    "3",
    "4",
    "9",
    "ubah",
    "gak tahu",
    "Kirim",
]
TALK = ["halo", "makasih", "laporan saya", "petugas", "bantuan", "STOP", "MULAI", "hapus data saya",
        "tes", "JKT-AAAA-AAAA", "???", "", "HUBUNGKAN", "PUTUSKAN", "anonim", "2A2A-3B3B", "ikut",
        "beda", "goblok semua", "PROMO pinjaman cepat cair"]  # fmt: skip
FREE = ["Jl. Kemang Raya no 5", "depan pasar", "bukan di Kemang, di Cipete", "salah, bukan itu",
        "air got meluap sampai jalan", "sudah tiga hari begini", "eh maksudnya di Bangka",
        "di Cipete Utara juga ada"]  # fmt: skip
INTENTS = ["report", "report", "report", "other", "status", "greet", "thanks", "help", "affirm",
           "deny", "skip", "cancel", "human", "stop", "repeat", "dispute"]  # fmt: skip
CATEGORIES = ["banjir", "macet", "parkir_liar", "lampu_jalan", "kebakaran", "bukan_aduan",
              "tidak_jelas", "joki_3in1"]  # fmt: skip
TIMERS = ["reminder", "expire", "hand_back", "news:7", "news:7", "taken:8", "said:9", "back:10"]
PLACES = [place("Bangka"), place("Cipete"), place("Kemang", confidence=0.5)]

understandings = st.builds(
    lambda intent, category, other, **more: understood(
        intent, category, categories=(category, other) if other else (category,), **more
    ),
    intent=st.sampled_from(INTENTS),
    category=st.sampled_from(CATEGORIES),
    other=st.none() | st.sampled_from(["sampah", "macet"]),
    confidence=st.sampled_from([0.1, 0.3, 0.6, 0.9]),
    intent_confidence=st.sampled_from([0.3, 0.8, 0.95]),
    place=st.none() | st.sampled_from(PLACES),
    places=st.just(()) | st.just(tuple(PLACES)),
    entities=st.just(())
    | st.just((Entity(entity="depth_cm", value=[30, 50], start=0, end=3),))
    | st.just((Entity(entity="location", value="Cipete", start=0, end=0),)),
    language=st.sampled_from(["id", "id", "en"]),
    emergency=st.sampled_from([False, False, False, True]),
)
turns = st.fixed_dictionaries(
    {
        "text": st.sampled_from([*ANSWERS, *TALK, *FREE, *FREE, *FREE]),
        "also": st.lists(st.sampled_from(FREE), max_size=2),  # gathered into the same turn
        "messages": st.sampled_from([1, 1, 1, 7]),
        "understanding": understandings,
        "pin": st.sampled_from(["", "", "", "in", "out"]),
        "photos": st.sampled_from([(), (), (), ("kept",), ("kept", "pending"), ("refused",)]),
        "nearby": st.sampled_from([(), (), ("banjir",), ("macet", "parkir_liar", "banjir")]),
        "code": st.none()
        | st.builds(
            Code,
            id=st.sampled_from([0, 7]),
            purpose=st.sampled_from(["link", "proof", "erase"]),
            own=st.booleans(),
        ),
        "press": st.sampled_from(["", "", "", "", "offered", "stale", "fixed", "not fixed"]),
        "card": st.booleans(),
        "edited": st.sampled_from([False] * 8 + [True]),
        "timer": st.sampled_from([""] * 12 + [*TIMERS, "unheard_of"]),
        "reply": st.sampled_from([False] * 5 + [True]),
        "minutes": st.sampled_from([0, 0, 1, 1, 1, 1, 40, 120, 1500]),
    }
)
abilities = st.builds(
    Abilities,
    media=st.booleans(),
    location=st.booleans(),
    buttons=st.sampled_from([0, 3, 100]),
    public=st.sampled_from([False, False, False, True]),
    forgeable=st.booleans(),
    short=st.sampled_from([False, False, True]),
)

TAKEN_AT = Spot(lat=-6.1, lon=106.7, source="exif", place=PLACES[0])


class Ledger:
    """Keeps account of all that was told, and of where it is."""

    def __init__(self, able: Abilities) -> None:
        self.able = able
        self.conversation = Conversation()
        self.at = NOON
        self.random = Random(2)
        self.told: set[str] = set()
        self.photos: set[str] = set()
        self.dropped: set[str] = set()
        self.filed: list[FileComplaint] = []
        self.joined: list[JoinComplaint] = []
        self.nearby: tuple[Nearby, ...] = ()
        self.code: Code | None = None
        self.updates: list[UpdateComplaint] = []
        self.asked: Counter[str] = Counter()
        self.spent = 0
        self.done: set[str] = set()  # tickets that are said to be done
        self.count = 0

    def turn(self, made: dict[str, Any]) -> Turn:
        self.count += 1
        self.at += timedelta(minutes=made["minutes"])
        self.nearby = tuple(self._near(kind) for kind in made["nearby"])
        self.code = made["code"]
        if made["timer"]:
            return self._timer(made["timer"])
        by_card = self.conversation.card.id if made["card"] and self.conversation.card else ""
        if made["press"]:
            return self._turn(choice=self._pressed(made["press"]), understanding=understood())
        text = made["text"]
        if text in FREE:
            text = f"{text} ({self.count})"  # every text is told from the others
            text = "\n".join([text, *(f"{one} ({self.count})" for one in made["also"])])
        spot = Spot(lat=-6.2, lon=106.8, source="pin", place=PLACES[0]) if made["pin"] else None
        return self._turn(
            text=text,
            understanding=made["understanding"],
            spot=spot,
            outside_city=made["pin"] == "out",
            by_card=by_card,
            edited=made["edited"],
            reply=made["reply"],
            messages=made["messages"] + len(made["also"]),
            photos=tuple(
                Photo(
                    media_id=f"p{self.count}.{at}",
                    state=state,
                    reason="media_damaged" if state == "refused" else "",
                    spot=TAKEN_AT if state == "kept" else None,
                )
                for at, state in enumerate(made["photos"])
            ),
        )

    def _timer(self, name: str) -> Turn:
        """News is that the last complaint is done."""
        if name.startswith("news") and self.filed:
            self.done.add(self.filed[-1].ticket)
            ticket = self._mine()[0]
            news = News(ticket=ticket, status=Status.DONE, note="beres", photos=("x",))
            return self._turn(timer=name, news=news)
        return self._turn(timer=name, person="Selamat siang")

    def _pressed(self, how: str) -> str:
        offered = self.conversation.offered
        if how in {"fixed", "not fixed"} and self.filed:
            return f"closing:{self.filed[-1].ticket}:{'yes' if how == 'fixed' else 'no'}"
        return offered[-1] if how == "offered" and offered else "confirm:old"

    def _turn(self, *, reply: bool = False, **more: Any) -> Turn:
        plain = {"text": "", "understanding": understood(), "at": self.at}
        number = ticket.make(self.random)
        return Turn(
            **{**plain, **more},
            ticket_number=number,
            abilities=self.able,
            code="9Z9Z-8Y8Y",
            known=Known(
                tickets=self._mine(),
                replied=self.filed[-1].ticket if reply and self.filed else "",
                nearby=self.nearby,
                code=self.code,
                linked=True,
            ),
            offer=self._offer(),
        )

    def _mine(self) -> tuple[Ticket, ...]:
        return tuple(
            Ticket(
                number=one.ticket,
                category=one.draft.category or "tidak_jelas",
                status=Status.DONE if one.ticket in self.done else Status.OPEN,
                area="",
                filed_at=one.draft.begun_at or NOON,
                updated_at=self.at,
            )
            for one in reversed([*self.filed, *self.joined])
        )

    def _offer(self) -> Offer | None:
        if self.able.location:
            return None
        new = Card(id=str(self.count), expires_at=self.at + timedelta(hours=24))
        card = cards.live(self.conversation, self.at, "") or new
        return Offer(card=card, url=f"https://lapor.example/c/{card.id}")

    def _near(self, kind: str) -> Nearby:
        """Somebody else's, where every pin of these talks is."""
        one = Ticket(
            number=ticket.make(self.random),
            category=kind,
            status=Status.OPEN,
            area="",
            filed_at=self.at - timedelta(hours=1),
            updated_at=self.at,
            mine=False,
        )
        return Nearby(ticket=one, lat=-6.2, lon=106.8, people=2, words="(rahasia)")

    def take(self, turn: Turn) -> tuple[Conversation, tuple[Effect, ...]]:
        before = self.conversation
        self._told(turn)
        after, effects = step(before, turn)
        self.filed += [one for one in effects if isinstance(one, FileComplaint)]
        updates = [one for one in effects if isinstance(one, UpdateComplaint)]
        self.updates += updates
        self.done -= {one.ticket for one in updates if one.moves_to}
        self.joined += [one for one in effects if isinstance(one, JoinComplaint)]
        if any(isinstance(one, Erase) for one in effects):
            self.dropped |= self.told | self.photos  # as he wished
        said = {one.phrase for one in effects if isinstance(one, Say)}
        cancelled = "cancelled" in said
        command = words.meaning("commands", turn.text) or codes.find(turn.text)
        command = command or "erase_not" in said
        if command or (turn.text and said & {"not_a_complaint", "muted"}):
            self.dropped |= {one.media_id for one in turn.photos}  # beside STOP, in an advert
        if cancelled and before.draft:
            self.dropped |= {*before.draft.texts, *before.draft.photos}
            self.dropped |= {turn.text, *(one.media_id for one in turn.photos)}
        self.conversation = after
        return before, effects

    def _told(self, turn: Turn) -> None:
        bare = words.meaning("answers", turn.text) or words.meaning("commands", turn.text)
        bare = bare or words.meaning("intents", turn.text) or turn.text not in self._unique(turn)
        if turn.text and not bare and is_report(turn.understanding):
            self.told.add(turn.text)
        self.photos |= {one.media_id for one in turn.photos if one.state != "refused"}

    @staticmethod
    def _unique(turn: Turn) -> set[str]:
        return {turn.text} if "(" in turn.text else set()

    def kept(self) -> tuple[str, set[str]]:
        drafts = [one.draft for one in (*self.filed, *self.joined)]
        drafts += [*self.conversation.queue, self.conversation.draft or Draft()]
        texts = [text for draft in drafts for text in draft.texts]
        texts += [one.text for one in self.updates]
        ids = {one for draft in drafts for one in draft.photos}
        ids |= {one for update in self.updates for one in update.photos}
        return "\n".join(texts), ids


def is_silence_meant(before: Conversation, turn: Turn, after: Conversation) -> bool:
    stop = words.meaning("commands", turn.text) == "stop" and before.stopped
    resting = after.pace.rests_until is not None
    return before.handed_over or turn.edited or bool(turn.timer) or stop or resting


def check(ledger: Ledger, before: Conversation, turn: Turn, effects: tuple[Effect, ...]) -> None:
    after = ledger.conversation
    said = [one.phrase for one in effects if isinstance(one, Say | Ask)]
    note(f"{before.waiting_for}: {turn.text or turn.choice or turn.timer!r} {turn.photos} {said}")
    for locale in ("id", "en"):
        reply = compose(locale, effects, ledger.able)
        assert reply.text or is_silence_meant(before, turn, after)
    assert codec.load(codec.dump(after)) == after

    texts, ids = ledger.kept()
    assert not [one for one in ledger.told - ledger.dropped if one not in texts]
    assert not ledger.photos - ledger.dropped - ids

    assert after.card is None or after.waiting_for in cards.OF_PLACES

    asks = [one for one in effects if isinstance(one, Ask)]
    filings = [one for one in effects if isinstance(one, FileComplaint | JoinComplaint)]
    assert "rahasia" not in compose("id", effects, ledger.able).text
    assert len(asks) <= 1
    assert len(filings) <= 1
    over = filings or any(
        isinstance(one, Say) and one.phrase in {"cancelled", "photo_added"} for one in effects
    )
    if over or after.draft is None:
        ledger.asked, ledger.spent = Counter(), 0
    declared = flow("file_complaint")
    of_flow = {one.slot for one in (*declared.ask, *declared.extras.values())}
    for ask in asks:
        if ask.slot == "erase":
            continue  # he calls for that one himself
        ledger.asked[f"{ask.slot} {ask.phrase} {dict(ask.slots)}"] += 1
        ledger.spent += ask.slot in of_flow
    assert not [one for one, times in ledger.asked.items() if times > 2]
    assert sum(times for one, times in ledger.asked.items() if one.startswith("join ")) <= 1
    assert ledger.spent <= declared.most_questions


@settings(max_examples=400, deadline=None)
@given(abilities, st.lists(turns, max_size=14))
def test_any_talk_is_answered_and_loses_nothing(
    able: Abilities, made: list[dict[str, Any]]
) -> None:
    ledger = Ledger(able)
    for one in made:
        turn = ledger.turn(one)
        before, effects = ledger.take(turn)
        check(ledger, before, turn, effects)
    numbers = [one.ticket for one in ledger.filed]
    assert len(numbers) == len(set(numbers))
    done = [*ledger.filed, *ledger.joined]
    photos = [one for filing in done for one in filing.draft.photos]
    assert len(photos) == len(set(photos))
    pairs = [
        (text, one.draft.category)
        for one in done
        for text in one.draft.texts
        if text in ledger.told
    ]
    assert len(pairs) == len(set(pairs))


@settings(max_examples=100, deadline=None)
@given(abilities, st.lists(turns, max_size=10))
def test_what_is_left_is_filed_in_the_end(able: Abilities, made: list[dict[str, Any]]) -> None:
    ledger = Ledger(able)
    for one in made:
        ledger.take(ledger.turn(one))
    for _ in range(30):
        ledger.take(ledger._turn(timer="expire"))
    assert ledger.conversation.draft is None
    assert not ledger.conversation.queue
    texts, ids = ledger.kept()
    assert not [one for one in ledger.told - ledger.dropped if one not in texts]
    assert not ledger.photos - ledger.dropped - ids


@settings(max_examples=200, deadline=None)
@given(abilities, st.lists(turns, max_size=14))
def test_whom_the_bot_rests_from_loses_nothing_either(
    able: Abilities, made: list[dict[str, Any]]
) -> None:
    day = timedelta(days=1)
    limit = abuse.Limit(most=2, within=day, rest=timedelta(minutes=90))
    strict = replace(abuse.limits(), flood=limit, answers=limit, same_text=limit, offences=limit)
    with patch.object(abuse, "limits", lambda: strict):
        ledger = Ledger(able)
        for one in made:
            turn = ledger.turn(one)
            before, effects = ledger.take(turn)
            check(ledger, before, turn, effects)
        for _ in range(30):
            ledger.take(ledger._turn(timer="expire"))
    texts, ids = ledger.kept()
    assert not [one for one in ledger.told - ledger.dropped if one not in texts]
    assert not ledger.photos - ledger.dropped - ids


def test_the_same_turn_decides_the_same() -> None:
    ledger = Ledger(Abilities())
    turn = ledger._turn(text="banjir di Bangka", understanding=understood("report", "banjir"))
    assert step(Conversation(), turn) == step(Conversation(), turn)
    assert asking.CONFIRM == "confirm"
