"""Floods are slowed, adverts and insults muted, loops cut: and nothing that matters is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dialogs import abuse
from dialogs.conversation import Known, Pace, Status, Ticket
from dialogs.effects import HandOver, Schedule, UpdateComplaint
from dialogs.insults import insults
from tests.dialogs.turns import Talk, place, report, understood

ADVERT = understood("other", "bukan_aduan", confidence=0.95)
RUBBISH = report("sampah", place=place("Bangka"))
FIRE = report("kebakaran", emergency=True, place=place("Bangka"))
CHATTER = understood("other", "tidak_jelas")


def reasons(talk: Talk) -> list[str]:
    return [one.reason for one in talk.of(HandOver)]


def flooded() -> Talk:
    talk = Talk(buttons=3)
    talk.say("sampah menumpuk", RUBBISH, messages=abuse.limits().flood.most)
    assert talk.phrases == ["confirm"]
    talk.say("banyak sekali lalatnya", CHATTER, messages=2)
    assert talk.phrases == ["flood"]
    return talk


def test_a_flood_is_told_once_and_kept() -> None:
    talk = flooded()
    assert talk.of(Schedule)[-1] == Schedule(timer="rested", after=timedelta(minutes=5))
    assert not talk.say("dan bau", CHATTER)
    assert not talk.say("tolong", CHATTER)
    assert talk.conversation.draft.texts == (
        "sampah menumpuk", "banyak sekali lalatnya", "dan bau", "tolong",
    )  # fmt: skip


def test_what_came_in_a_flood_is_answered_together() -> None:
    talk = flooded()
    talk.say("dan bau", CHATTER)
    said = talk.say(timer="rested")
    assert "3 pesan" in said
    assert talk.phrases == ["rested", "confirm"]
    talk.say("ya")
    assert talk.filed[-1].draft.texts[-1] == "dan bau"


def test_who_writes_after_the_rest_is_answered_without_the_timer_too() -> None:
    talk = flooded()
    talk.at += timedelta(minutes=9)
    assert talk.say("lewati")


def test_danger_goes_through_a_flood() -> None:
    talk = flooded()
    talk.say("kebakaran!", FIRE)
    assert talk.phrases[0] == "emergency_kebakaran"
    assert talk.filed[-1].draft.category == "kebakaran"


def test_the_third_advert_mutes_and_a_person_sees_it() -> None:
    talk = Talk()
    for _ in range(2):
        talk.say("PROMO pinjaman cepat cair", ADVERT)
        assert talk.phrases == ["not_a_complaint"]
        assert not talk.filed
    talk.say("PROMO pinjaman cepat cair lagi", ADVERT)
    assert talk.phrases == ["muted"]
    assert reasons(talk) == ["abuse"]
    assert not talk.say("PROMO", ADVERT)
    assert not talk.of(HandOver)


def muted() -> Talk:
    talk = Talk()
    for at in range(3):
        talk.say(f"PROMO nomor {at}", ADVERT)
    return talk


def test_a_report_of_the_muted_is_kept_and_filed_in_the_end() -> None:
    talk = muted()
    assert not talk.say("sampah menumpuk", RUBBISH)
    talk.say(timer="expire")
    assert [one.draft.category for one in talk.filed] == ["sampah"]


@pytest.mark.parametrize("vague", [CHATTER, report("tidak_jelas", confidence=0.65)])
def test_an_insult_of_the_muted_is_no_report(vague) -> None:
    talk = muted()
    talk.say("tolol", vague)
    talk.say("sampah menumpuk", RUBBISH)
    talk.say("goblok semua", vague)
    talk.say(timer="expire")
    assert [one.draft.texts for one in talk.filed] == [("sampah menumpuk",)]


def test_the_muted_may_stop_call_for_a_person_and_cry_for_help() -> None:
    talk = muted()
    talk.say("kebakaran!", FIRE)
    assert talk.phrases[0] == "emergency_kebakaran"
    talk.say("STOP")
    assert talk.phrases == ["stopped"]
    talk.say("petugas")
    assert reasons(talk) == ["asked_for_human"]


def test_muting_ends() -> None:
    talk = muted()
    talk.at += timedelta(days=1)
    assert talk.say("halo")


@pytest.mark.parametrize(
    ("text", "understanding", "phrase"),
    [
        ("goblok", CHATTER, "insulted"),
        ("dasar tolol semua!", CHATTER, "insulted"),
        ("jalan rusak anjing", report("jalan_rusak"), "ask_location"),  # upset, but a report
        ("ada anjing liar galak berkeliaran dekat sekolah anak", CHATTER, "not_understood"),
    ],
)
def test_an_insult_is_few_words_that_report_nothing(text, understanding, phrase) -> None:
    talk = Talk()
    talk.say(text, understanding)
    assert talk.phrases == [phrase]


def test_an_insult_in_the_middle_leaves_the_report_as_it_was() -> None:
    talk = Talk()
    talk.say("sampah menumpuk", report("sampah"))
    talk.say("goblok", CHATTER)
    assert talk.phrases == ["insulted", "ask_location"]
    assert talk.conversation.draft.texts == ("sampah menumpuk",)


def test_the_same_text_again_and_again_is_not_answered() -> None:
    talk = Talk()
    thanks = understood("thanks")
    for number in range(3):
        assert talk.say(f"Terima kasih, tiket {number} kami terima", thanks)
    assert not talk.say("Terima kasih, tiket 4 kami terima", thanks)
    assert reasons(talk) == ["loop"]


def test_answers_have_an_end() -> None:
    talk = Talk()
    answered = 0
    for number in range(40):
        talk.at -= timedelta(seconds=30)
        answered += bool(talk.say("apa kabar" if number % 2 else "halo", understood("greet")))
    assert answered == abuse.limits().answers.most
    assert talk.conversation.pace.why == "loop"


def test_an_automated_cry_for_help_is_filed_but_not_answered() -> None:
    talk = Talk()
    for number in range(40):
        talk.at -= timedelta(seconds=30)
        talk.say("apa kabar" if number % 2 else "halo", understood("greet"))
    assert not talk.say("kebakaran!", FIRE)
    assert reasons(talk) == ["emergency"]
    filed = Ticket(
        number=talk.filed[-1].ticket,
        category="kebakaran",
        status=Status.OPEN,
        area="Bangka",
        filed_at=talk.at,
        updated_at=talk.at,
    )
    assert not talk.say("kebakaran!", FIRE, known=Known(tickets=(filed,)))
    assert not talk.of(HandOver)
    assert talk.of(UpdateComplaint)


def test_where_nobody_can_flood_nothing_is_counted() -> None:
    talk = Talk(guarded=False)
    assert all(talk.say("halo", understood("greet"), messages=9) for _ in range(40))
    assert talk.conversation.pace == Pace()


def test_every_word_of_the_list_is_plain() -> None:
    assert all(word == word.strip().lower() for word in insults().words)
