"""Codes are exact; deleting and linking need more than a claim."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from dialogs import codes
from dialogs.conversation import Code, Known
from dialogs.effects import Erase, FileComplaint, Link, OfferCode
from tests.dialogs.turns import Talk, report, understood

CODE = "7K2M-4X9P"


def test_a_code_is_read_back_and_none_is_a_word() -> None:
    random = Random(7)
    drawn = [codes.make(random) for _ in range(2000)]
    assert all(codes.find(code) == code for code in drawn)
    assert len(set(drawn)) == len(drawn)
    assert not set("".join(drawn)) & set("01ILOSU")


@pytest.mark.parametrize(
    "text",
    [
        CODE,
        "7k2m4x9p",
        "7K2M 4X9P.",
        "HAPUS 7K2M-4X9P",
        "kode: 7k2m-4x9p",
        "Halo,\n7K2M-4X9P\n\nAni",
    ],
)
def test_ways_to_write_a_code(text: str) -> None:
    assert codes.find(text) == CODE


@pytest.mark.parametrize(
    "text",
    ["", "banjir di jalan", "JKT-7K2M-4X9P", "12345678", "B 1234 XYZ", "kodenya 7K2M-4X9P ya pak",
     "7K2M-4X9", "7K2M-4X9PP"],
)  # fmt: skip
def test_what_is_no_code(text: str) -> None:
    assert codes.find(text) is None


@pytest.mark.parametrize(
    ("purpose", "own", "forgeable", "phrase"),
    [
        ("link", False, False, "linked"),
        ("link", True, False, "code_elsewhere"),
        ("link", False, True, "link_prove"),
        ("proof", True, True, "linked"),
        ("proof", False, True, "code_wrong"),
        ("erase", True, True, "erased"),
        ("erase", False, False, "code_wrong"),
    ],
)
def test_what_a_code_does(purpose: str, own: bool, forgeable: bool, phrase: str) -> None:  # noqa: FBT001
    talk = Talk(forgeable=forgeable)
    known = Known(code=Code(id=3, purpose=purpose, own=own))
    talk.say(CODE, code="2A2A-2A2A", known=known)
    assert talk.phrases == [phrase]
    assert [one.code for one in talk.of(Link)] == ([3] if phrase == "linked" else [])
    assert [one.code for one in talk.of(Erase)] == ([3] if phrase == "erased" else [])
    proofs = [("proof", 3)] if phrase == "link_prove" else []
    assert [(one.purpose, one.proves) for one in talk.of(OfferCode)] == proofs


def test_after_five_misses_none_is_read_for_an_hour() -> None:
    talk = Talk()
    for _ in range(codes.MOST_MISSES):
        talk.say(CODE, known=Known(code=Code(id=0)))
        assert talk.phrases == ["code_wrong"]
    right = Known(code=Code(id=3, purpose="link"))
    talk.say(CODE, known=right)
    assert talk.phrases == ["code_wait"]
    talk.at += timedelta(hours=1)
    talk.say(CODE, known=right)
    assert talk.phrases == ["linked"]


@pytest.mark.parametrize("command", ["hapus data saya", "HUBUNGKAN", "PUTUSKAN", "anonim", CODE])
def test_where_strangers_read_nothing_personal_is_done(command: str) -> None:
    talk = Talk(public=True)
    known = Known(linked=True, code=Code(id=3, purpose="erase", own=True))
    talk.say(command, code=CODE, known=known)
    assert talk.phrases == ["public_hello"]
    assert not talk.of(Erase)
    assert not talk.of(OfferCode)


@pytest.mark.parametrize("answer", ["ya", "Hapus", "1", "yes"])
def test_deleting_is_asked_about_once_more(answer: str) -> None:
    talk = Talk(buttons=3)
    talk.say("jalan berlubang", report())
    talk.say("hapus data saya")
    assert talk.phrases == ["ask_erase"]
    talk.say(answer, understood("affirm"))
    assert talk.phrases == ["erased"]
    assert talk.of(Erase) == [Erase()]
    assert talk.conversation.draft is None


def test_any_other_word_closes_the_question() -> None:
    talk = Talk(media=False)
    talk.say("lampu mati di depan pasar", report("lampu_jalan"))
    talk.say("hapus data saya")
    talk.say("halo", understood("greet"))
    talk.say("ya", understood("affirm"))
    assert not talk.of(Erase)


def test_a_yes_after_ten_minutes_deletes_nothing() -> None:
    talk = Talk()
    talk.say("hapus data saya")
    talk.at += codes.LASTS
    talk.say("ya", understood("affirm"))
    assert talk.phrases == ["nothing_open"]
    assert talk.conversation.erasing is None


def test_a_button_of_an_old_question_deletes_nothing() -> None:
    talk = Talk(buttons=3)
    talk.say("hapus data saya")
    talk.say("jangan")
    assert talk.phrases == ["erase_not"]
    talk.say(choice="erase:yes")
    assert not talk.of(Erase)


@pytest.mark.parametrize("before", [True, False])
def test_anonymous_before_or_within_a_report(before: bool) -> None:  # noqa: FBT001
    talk = Talk(media=False)
    if before:
        talk.say("anonim")
        assert talk.phrases == ["anonymous_next"]
    talk.say("lampu mati di depan pasar", report("lampu_jalan"))
    if not before:
        talk.say("Anonim.")
        assert talk.phrases[0] == "anonymous_now"
    talk.say("lewati", understood("skip"))
    while not talk.filed:
        talk.say("ya" if talk.conversation.waiting_for == "confirm" else "Jl. Kemang no 5")
    assert talk.filed[0].draft.anonymous
    talk.say("jalan berlubang", report())
    assert talk.conversation.draft is not None
    assert not talk.conversation.draft.anonymous  # one report, not for ever


@pytest.mark.parametrize(
    "words", ["lapor anonim: jalan rusak", "jalan rusak. rahasiakan nama saya"]
)
def test_anonymous_in_the_words_of_the_report(words: str) -> None:
    talk = Talk()
    talk.say(words, report())
    assert talk.conversation.draft is not None
    assert talk.conversation.draft.anonymous
    assert not any(isinstance(one, FileComplaint) for one in talk.effects)
