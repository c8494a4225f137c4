"""Somebody has told of it already: which one is offered, when, and what the answer means."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dialogs.conversation import Draft, Known, Nearby, Spot, Status, Ticket
from dialogs.effects import FileComplaint, JoinComplaint
from dialogs.nearby import around, likeness, resembles
from tests.dialogs.turns import NOON, Talk, place, report, understood

HERE = Spot(lat=-6.2, lon=106.8, source="pin")
METRE = 1 / 111_200  # degrees of latitude


def nearby(number: str = "A", metres: float = 0, **more) -> Nearby:
    ticket = Ticket(
        number=f"JKT-{number}",
        category=more.pop("category", "banjir"),
        status=Status.OPEN,
        area="",
        filed_at=NOON - more.pop("age", timedelta(hours=1)),
        updated_at=NOON,
        mine=more.pop("mine", False),
    )
    return Nearby(ticket=ticket, lat=-6.2 + metres * METRE, lon=106.8, people=1, **more)


def found(*around_here: Nearby, spot: Spot = HERE, texts: tuple[str, ...] = ()) -> str:
    talk = Talk()
    talk.at = NOON
    draft = Draft(texts=texts, category="banjir", spot=spot)
    return resembles(draft, turn(*around_here))


def turn(*around_here: Nearby):
    from dialogs.conversation import Turn

    return Turn(
        text="",
        understanding=understood(),
        at=NOON,
        ticket_number="JKT-0",
        known=Known(nearby=around_here),
    )


@pytest.mark.parametrize(
    ("one", "offered"),
    [
        (nearby(metres=299), "JKT-A"),
        (nearby(metres=301), ""),  # radius_m of banjir is 300
        (nearby(age=timedelta(hours=47)), "JKT-A"),
        (nearby(age=timedelta(hours=49)), ""),  # days of banjir is 2
        (nearby(category="macet"), ""),
        (nearby(mine=True), ""),
    ],
)
def test_near_recent_of_the_same_kind_and_not_mine(one: Nearby, offered: str) -> None:
    assert found(one) == offered


def test_the_nearest_then_the_likest_then_the_oldest() -> None:
    assert found(nearby("A", 250), nearby("B", 20)) == "JKT-B"
    alike = nearby("B", 90, words="banjir depan rumah")
    assert found(nearby("A", 20), alike, texts=("banjir di depan rumah",)) == "JKT-B"
    assert (
        found(nearby("A", age=timedelta(hours=1)), nearby("B", age=timedelta(hours=2))) == "JKT-B"
    )


@pytest.mark.parametrize(
    ("spot", "offered"),
    [
        (Spot(words="Kemang", lat=-6.2, lon=106.8, place=place("Kemang")), ""),  # within 800 m
        (
            Spot(words="Stasiun", lat=-6.2, lon=106.8, place=replace(place("Tebet"), radius_m=200)),
            "JKT-A",
        ),
        (Spot(words="depan pasar"), ""),
        (Spot(lat=-6.2, lon=106.8, source="exif"), "JKT-A"),
    ],
)
def test_a_place_that_is_not_exact_is_not_compared(spot: Spot, offered: str) -> None:
    assert found(nearby(), spot=spot) == offered


def test_all_who_told_are_counted() -> None:
    both = around(
        Draft(category="banjir", spot=HERE), turn(nearby("A"), replace(nearby("B", 9), people=12))
    )
    assert both is not None
    assert (both.complaints, both.people) == (2, 13)


@pytest.mark.parametrize(
    ("first", "second", "share"),
    [("a b", "a b", 0.0), ("banjir", "banjir besar", 0.5), ("", "", 0)],
)
def test_likeness_of_words(first: str, second: str, share: float) -> None:
    told = [frozenset(word for word in text.split() if len(word) > 3) for text in (first, second)]
    assert likeness(*told) == share


def offered(**abilities) -> Talk:
    talk = Talk(media=False, **abilities)
    talk.say("banjir", report("banjir"), spot=HERE, known=Known(nearby=(nearby(),)))
    talk.say("selutut", known=Known(nearby=(nearby(),)))
    assert talk.phrases == ["confirm_join"], talk.phrases
    return talk


@pytest.mark.parametrize("words", ["ya", "Ikut", "iya ikut pak", "gabung", "1", "join", "ok"])
def test_a_yes_joins(words: str) -> None:
    talk = offered()
    talk.say(words, understood("other"), known=Known(nearby=(nearby(),)))
    (joined,) = talk.of(JoinComplaint)
    assert joined.ticket == "JKT-A"
    assert joined.draft.texts == ("banjir", "selutut")
    assert talk.conversation.draft is None
    assert talk.of(FileComplaint) == []


@pytest.mark.parametrize(
    "words", ["tidak", "beda", "baru", "kirim baru", "2", "bukan", "no", "send"]
)
def test_a_no_files_at_once(words: str) -> None:
    talk = offered()
    talk.say(words, understood("other"), known=Known(nearby=(nearby(),)))
    (filed,) = talk.of(FileComplaint)
    assert (filed.complete, filed.resembles) == (True, "JKT-A")


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("No, this is a different one", FileComplaint),
        ("bukan pak, ini banjir yang lain", FileComplaint),
        ("ikut, airnya makin tinggi", JoinComplaint),
    ],
)
def test_what_is_said_beside_the_answer_is_kept(words: str, kind: type) -> None:
    talk = offered()
    talk.say(words, understood("other"))
    (done,) = talk.of(kind)
    assert done.draft.texts[-1] == words


@pytest.mark.parametrize("words", ["ubah", "3", "salah"])
def test_a_change_is_a_change(words: str) -> None:
    talk = offered()
    talk.say(words, understood("other"))
    assert talk.phrases == ["ask_change"]


def test_it_is_asked_once_for_a_report() -> None:
    talk = offered()
    known = Known(nearby=(nearby(),))
    talk.say("status laporan saya", understood("status"), known=known)
    assert talk.phrases == ["status_none", "confirm"]
    talk.say("airnya naik terus", understood("other"), known=known)
    assert talk.phrases == ["detail_added", "confirm"]
    talk.say("ya", understood("affirm"), known=known)
    assert [one.resembles for one in talk.of(FileComplaint)] == ["JKT-A"]
    talk.say("banjir juga di sini, selutut", report("banjir"), spot=HERE, known=known)
    talk.say("selutut", known=known)
    assert talk.phrases == ["confirm_join"]  # another report, another question


def test_where_strangers_read_nothing_is_asked() -> None:
    talk = Talk(public=True)
    talk.say("banjir", report("banjir"), spot=HERE, known=Known(nearby=(nearby(),)))
    assert talk.phrases == ["public_filed"]
    assert [one.resembles for one in talk.of(FileComplaint)] == ["JKT-A"]


def test_danger_is_filed_and_not_asked_about() -> None:
    talk = Talk()
    fire = report("kebakaran", emergency=True)
    known = Known(nearby=(nearby(category="kebakaran"),))
    talk.say("kebakaran!", fire, spot=HERE, known=known)
    assert [one.resembles for one in talk.of(FileComplaint)] == ["JKT-A"]


def test_a_draft_that_nobody_finished_is_filed_and_marked() -> None:
    talk = offered()
    talk.say(timer="expire", known=Known(nearby=(nearby(),)))
    assert [one.resembles for one in talk.of(FileComplaint)] == ["JKT-A"]


def test_the_age_is_told_in_whole_hours_and_days() -> None:
    for age, words in ((5, "baru saja"), (60 * 5, "5 jam lalu"), (60 * 30, "1 hari lalu")):
        talk = Talk(media=False)
        known = Known(nearby=(nearby(age=timedelta(minutes=age)),))
        talk.say("banjir", report("banjir"), spot=HERE, known=known)
        assert words in talk.say("selutut", known=known)
