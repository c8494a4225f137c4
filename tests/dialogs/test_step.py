"""Single decisions of the step; whole conversations stand in tests/transcripts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from dialogs.conversation import Conversation, Known, Photo, Spot, Status, Ticket
from dialogs.effects import FileComplaint, HandOver, OptOut, Schedule, UpdateComplaint
from nlu.ticket import make
from nlu.understanding import Candidate, Entity, Understanding
from tests.dialogs.turns import NOON, Talk, place, report, understood

PIN = Spot(lat=-6.2, lon=106.8, source="pin", place=place("Bangka"))
ADVERT = understood("other", "bukan_aduan", confidence=0.9)
LEANT = understood(
    "other",
    "bukan_aduan",
    confidence=0.3,
    candidates=(
        Candidate(category="bukan_aduan", confidence=0.3),
        Candidate(category="banjir", confidence=0.5),
        Candidate(category="saluran_air", confidence=0.2),
    ),
)
MISSED = understood("other", "jalan_rusak", confidence=0.8)  # a report, but for the intent
KEPT = (Photo(media_id="7", state="kept"),)


def mine(**more: object) -> Known:
    plain = {
        "number": "JKT-ER1H-8SF2", "category": "lampu_jalan", "status": Status.OPEN,
        "area": "Bangka", "filed_at": NOON - timedelta(days=2), "updated_at": NOON,
    }  # fmt: skip
    return Known(tickets=(Ticket(**{**plain, **more}),))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "understanding", "phrases"),
    [
        ("halo", understood("report", "banjir"), ["hello"]),  # a bare word beats the classifier
        ("selamat datang semuanya", understood("greet"), ["hello"]),
        ("terima kasih banyak ya", understood("thanks"), ["welcome"]),
        ("gimana caranya lapor", understood("help"), ["help"]),
        ("ya", understood("report", "banjir"), ["nothing_open"]),
        ("jangan kirim pesan lagi", understood("stop"), ["how_to_stop"]),
        ("", understood(), ["empty_message"]),
        ("kata orang", understood("status", intent_confidence=0.1), ["not_understood"]),
        ("   ", understood(), ["empty_message"]),
        ("blablabla", understood(), ["not_understood"]),
        ("diskon 50% semua produk", ADVERT, ["not_a_complaint"]),
        ("bayar pajak dong", report("bukan_aduan"), ["not_a_complaint"]),
        ("jalan berlubang", report(), ["ask_location"]),
        ("jalan berlubang parah", MISSED, ["ask_location"]),
        ("ada masalah di sini", report("tidak_jelas", candidates=()), ["ask_what"]),
        ("ada yang aneh", report("macet", confidence=0.4), ["ask_category"]),
        ("air di depan rumah", LEANT, ["ask_category"]),  # nobody is turned away by a lean
        ("laporan saya gimana", understood("status"), ["status_none"]),
        ("STOP", understood("report", "banjir"), ["stopped"]),
        ("hapus data saya", understood("report", "banjir"), ["ask_erase"]),
    ],
)  # fmt: skip
def test_first_words(text: str, understanding: Understanding, phrases: list[str]) -> None:
    talk = Talk()
    talk.say(text, understanding)
    assert talk.phrases == phrases


@pytest.mark.parametrize("text", ["", "nih pak"])
def test_a_photo_with_hardly_a_word_is_no_advert(text: str) -> None:
    talk = Talk()
    talk.say(text, ADVERT, photos=KEPT)
    assert talk.conversation.draft is not None
    assert talk.conversation.draft.photos == ("7",)


def test_everything_at_once_is_one_confirmation() -> None:
    talk = Talk()
    talk.say("lubang di sini", report(), spot=PIN, photos=KEPT)
    assert talk.phrases == ["confirm"]
    talk.say("ya")
    (filed,) = talk.filed
    assert filed.complete
    assert filed.draft.texts == ("lubang di sini",)
    assert filed.draft.photos == ("7",)
    assert filed.draft.spot == PIN
    assert talk.phrases == ["filed"]


def test_a_second_yes_files_nothing() -> None:
    talk = Talk()
    talk.say("lubang di sini", report(), spot=PIN, photos=KEPT)
    talk.say("ya")
    talk.say("ya")
    assert len(talk.filed) == 1
    assert talk.phrases == ["nothing_open"]


def test_a_draft_that_waits_sets_both_timers() -> None:
    talk = Talk()
    talk.say("jalan berlubang", report())
    assert [one.timer for one in talk.of(Schedule)] == ["reminder", "expire"]


def test_an_address_is_kept_as_written_whatever_the_classifier_says() -> None:
    talk = Talk(media=False)
    talk.say("jalan berlubang", report())
    talk.say("Jl. Bangka Raya no 5", report("macet", confidence=0.7))
    assert talk.phrases == ["confirm"]
    assert talk.conversation.draft is not None
    assert talk.conversation.draft.spot == Spot(words="Jl. Bangka Raya no 5")
    assert talk.conversation.draft.texts == ("jalan berlubang", "Jl. Bangka Raya no 5")


def test_words_that_lead_nowhere_are_asked_about_once() -> None:
    talk = Talk(media=False)
    talk.say("jalan berlubang", report())
    talk.say("depan rumah saya")
    assert talk.phrases == ["ask_area"]
    talk.say("di Bangka", understood(place=place("Bangka")))
    assert talk.phrases == ["confirm"]
    assert talk.conversation.draft is not None
    spot = talk.conversation.draft.spot
    assert spot is not None
    assert (spot.words, spot.place) == ("depan rumah saya, di Bangka", place("Bangka"))


def test_a_place_that_is_not_certain_is_confirmed() -> None:
    talk = Talk(media=False)
    doubtful = place("Bangka", confidence=0.5)
    talk.say("jalan berlubang", report(place=doubtful))
    assert talk.phrases == ["ask_place_one"]
    talk.say("ya")
    assert talk.phrases == ["confirm"]
    assert talk.conversation.draft is not None
    assert talk.conversation.draft.spot is not None
    assert talk.conversation.draft.spot.place == doubtful


def test_at_most_three_questions_then_the_confirmation() -> None:
    talk = Talk()
    talk.say("ada yang aneh", report("parkir_liar", confidence=0.4))
    assert talk.phrases == ["ask_category"]
    talk.say("1")
    assert talk.phrases == ["ask_location"]
    talk.say("entah")
    assert talk.phrases == ["ask_location_again"]
    talk.say("ga tau alamatnya", understood("other", "bukan_aduan", confidence=1.0))
    assert talk.phrases == ["confirm"]  # the photo is not asked for any more
    talk.say("ya")
    assert not talk.filed[0].complete


@pytest.mark.parametrize(
    ("text", "understanding", "slots"),
    [
        ("2", understood(), {"depth_cm": [35, 55]}),  # the second choice
        ("60", understood(), {"depth_cm": [60, 60]}),  # no choice has that number
        (
            "selutut",
            understood(entities=(Entity(entity="depth_cm", value=[35, 55], start=0, end=7),)),
            {"depth_cm": [35, 55]},
        ),
        ("lewati", understood(), {}),
        ("airnya bau", understood(), {}),  # a detail of the report
    ],
)
def test_the_depth_of_a_flood(
    text: str, understanding: Understanding, slots: dict[str, object]
) -> None:
    talk = Talk(media=False)
    talk.say("banjir", report("banjir"), spot=PIN)
    assert talk.phrases == ["ask_depth_cm"]
    talk.say(text, understanding)
    assert talk.phrases == ["confirm"]
    assert talk.conversation.draft is not None
    assert talk.conversation.draft.slots == slots


def test_a_third_confirmation_of_the_same_files_it_and_calls_a_person() -> None:
    talk = Talk()
    talk.say("lubang", report(), spot=PIN, photos=KEPT)
    talk.say("hmm begitu ya")
    talk.say("terus gimana ya ini")
    assert talk.phrases == ["detail_added", "filed_incomplete"]
    assert talk.of(HandOver) == [HandOver(reason="misunderstood", ticket=talk.filed[0].ticket)]
    assert talk.filed[0].draft.texts == ("lubang", "hmm begitu ya", "terus gimana ya ini")


def test_danger_comes_first_and_is_filed_at_once() -> None:
    talk = Talk()
    talk.say("kebakaran!", report("kebakaran", emergency=True))
    assert talk.phrases == ["emergency_kebakaran", "emergency_filed", "ask_emergency_location"]
    assert talk.of(HandOver) == [HandOver(reason="emergency", ticket=talk.filed[0].ticket)]
    assert talk.filed[0].draft.emergency
    talk.say("", spot=PIN)
    (update,) = talk.of(UpdateComplaint)
    assert (update.ticket, update.spot) == (talk.filed[0].ticket, PIN)
    assert "-6.20000,106.80000" in update.text


def test_danger_is_answered_even_while_a_person_has_the_conversation() -> None:
    talk = Talk()
    talk.conversation = Conversation(handed_over=True)
    talk.say("halo?")
    assert talk.phrases == []
    talk.say("kebakaran!", report("kebakaran", emergency=True))
    assert talk.phrases[0] == "emergency_kebakaran"
    assert len(talk.filed) == 1


@pytest.mark.parametrize(
    ("understanding", "filed"),
    [
        (report("kebakaran", emergency=True), 0),  # the same fire
        (understood(emergency=True), 0),  # "api makin besar", of no clear kind
        (report("kebakaran", emergency=True, place=place("Cipete")), 1),  # another one
        (report("penyelamatan", emergency=True), 1),
    ],
)
def test_the_same_danger_is_not_filed_twice(understanding: Understanding, filed: int) -> None:
    talk = Talk()
    known = mine(category="kebakaran", filed_at=NOON - timedelta(minutes=5))
    talk.say("tolong!", understanding, known=known)
    assert len(talk.filed) == filed
    assert len(talk.of(UpdateComplaint)) == 1 - filed


@pytest.mark.parametrize(("kind", "reason"), [("repeat", "repeat"), ("dispute", "dispute")])
def test_told_again_joins_the_earlier_complaint(kind: str, reason: str) -> None:
    talk = Talk()
    talk.say("lampu masih mati", understood(kind, "lampu_jalan", confidence=0.9), known=mine())
    (update,) = talk.of(UpdateComplaint)
    assert (update.ticket, update.kind, update.text) == ("JKT-ER1H-8SF2", kind, "lampu masih mati")
    assert talk.of(HandOver) == [HandOver(reason=reason, ticket="JKT-ER1H-8SF2")]
    assert talk.of(FileComplaint) == []


def test_told_again_about_something_unknown_is_filed_anew_and_flagged() -> None:
    talk = Talk()
    count = Entity(entity="repeat", value=3, start=0, end=5)
    told = understood("repeat", "sampah", confidence=0.9, entities=(count,))
    talk.say("lapor 3 kali soal sampah", told, known=mine(), spot=PIN, photos=KEPT)
    assert talk.phrases == ["repeat_anew", "confirm"]
    talk.say("ya")
    assert talk.filed[0].draft.slots["repeat"] == 3
    assert talk.of(HandOver) == [HandOver(reason="repeat", ticket=talk.filed[0].ticket)]


def test_status_of_several_lists_five() -> None:
    talk = Talk()
    ticket = mine().tickets[0]
    reply = talk.say("laporan saya", known=Known(tickets=(ticket,) * 7))
    assert reply.count("JKT-ER1H-8SF2") == 5
    assert "2 laporan lain" in reply


def test_status_by_number_speaks_of_anybodys_complaint_without_personal_data() -> None:
    talk = Talk()
    reply = talk.say("JKT-ER1H-8SF2", known=mine(mine=False, status=Status.DONE))
    assert reply == (
        "JKT-ER1H-8SF2: Lampu jalan di Bangka. Status: selesai."
        " Dilaporkan 21/11/2026, terakhir diperbarui 23/11/2026."
    )


@pytest.mark.parametrize(
    "text",
    ["status {}", "Status {}?", "bagaimana laporan {}?", "how is {}", "cek tiket no. {} dong"],
)
def test_who_asks_for_a_number_is_told_whatever_the_engine_makes_of_it(text: str) -> None:
    talk = Talk()
    misread = understood("report", "kabel_tiang", confidence=0.9)
    for number in (make(Random(seed)) for seed in range(20)):
        ticket = replace(mine().tickets[0], number=number)
        assert number in talk.say(text.format(number), misread, known=Known(tickets=(ticket,)))
        assert talk.phrases == ["status_one"]
    talk.say(text.format("JKT-ER1H-8SF3"), misread, known=mine())
    assert talk.phrases == ["status_wrong_number"]


def test_a_draft_goes_on_after_a_number_is_asked_for() -> None:
    talk = Talk()
    talk.say("lampu jalan mati", understood("report", "lampu_jalan", confidence=0.9))
    waiting = talk.conversation.waiting_for
    talk.say("status JKT-ER1H-8SF2", understood("report", "sampah", confidence=0.9), known=mine())
    assert talk.phrases[0] == "status_one"
    assert len(talk.phrases) > 1
    assert talk.conversation.waiting_for == waiting


def test_stop_and_start() -> None:
    talk = Talk()
    talk.say("BERHENTI")
    assert talk.of(OptOut) == [OptOut(stopped=True)]
    talk.say("stop")
    assert talk.effects == ()
    talk.say("mulai")
    assert talk.of(OptOut) == [OptOut(stopped=False)]


@pytest.mark.parametrize(
    ("hint", "text", "language", "locale"),
    [
        ("", "ok", "en", "id"),  # one word is no evidence
        ("en", "", "id", "en"),
        ("en-GB", "ok", "en", "en"),
        ("en", "lampu jalan mati", "id", "id"),  # what he writes outweighs what his phone says
        ("", "street light broken", "en", "en"),
        ("fr", "ok", "id", "id"),
    ],
)
def test_language_of_the_first_turn(hint: str, text: str, language: str, locale: str) -> None:
    talk = Talk()
    talk.say(text, understood(language=language), locale_hint=hint)
    assert talk.conversation.locale == locale


def test_a_hint_counts_on_the_first_turn_only_and_an_address_changes_no_language() -> None:
    talk = Talk()
    talk.say("there is a pothole here", report(language="en"))
    talk.say("Jalan Kemang Raya nomor lima", understood(language="id"), locale_hint="id")
    assert talk.conversation.locale == "en"


def test_an_edit_of_what_is_known_already_is_met_with_silence() -> None:
    talk = Talk()
    talk.say("jalan berlubang", report())
    talk.say("jalan berlubang", report(), edited=True)
    assert talk.effects == ()
    talk.say("jalan berlubang dalam", report(), edited=True)
    assert talk.effects == ()
    assert talk.conversation.draft is not None
    assert talk.conversation.draft.texts == ("jalan berlubang", "jalan berlubang dalam")


def test_the_hand_back_ends_the_silence() -> None:
    talk = Talk()
    talk.say("petugas")
    assert talk.conversation.handed_over
    talk.say("halo")
    assert talk.effects == ()
    talk.say(timer="hand_back")
    talk.say("halo")
    assert talk.phrases == ["hello_again"]


@pytest.mark.parametrize(
    ("area", "category", "said", "phrase"),
    [
        ("Bangka", "lampu_jalan", report("lampu_jalan", place=place("Bangka")), "public_noted"),
        ("Bangka", "lampu_jalan", report("lampu_jalan", place=place("Cipulir")), "public_filed"),
        ("Bangka", "lampu_jalan", report("banjir"), "public_filed"),
        ("Bangka", "lampu_jalan", report("banjir", confidence=0.4), "public_noted"),
        ("Bangka", "tidak_jelas", report("banjir"), "public_noted"),  # now it is clear
        ("Mampang Prapatan", "banjir", report("banjir", place=place("Bangka")), "public_noted"),
        ("depan pasar", "banjir", report("banjir", place=place("Bangka")), "public_noted"),
    ],
)
def test_in_public_a_report_within_the_hour_goes_on_or_is_another(
    area: str, category: str, said: Understanding, phrase: str
) -> None:
    talk = Talk(public=True)
    talk.say("parah sekali", said, known=mine(area=area, category=category, filed_at=NOON))
    assert talk.phrases == [phrase]
