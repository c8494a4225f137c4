"""What is said on a channel of short texts fits one SMS, in the letters that an SMS has."""

from __future__ import annotations

import pytest

from dialogs.conversation import Abilities, Conversation
from dialogs.phrasebook import LOCALES, phrases, placeholders, say
from nlu.categories import categories
from tests.dialogs.gsm import ONE_SMS, septets
from tests.dialogs.turns import Talk, place, report, understood

SMS = Abilities(media=False, short=True)
LONG = {"status_list"}  # five reports are no single message
SLOTS = {  # about as long as they get
    "agency": "Dinas Pertamanan dan Hutan Kota",
    "area": " di Kebayoran Lama Selatan",
    "card": "https://lapor.example.go.id/c/4K7P2Q9XMN3R5T",
    "category": "Rambu, marka, dan lampu lalu lintas",
    "details": "Tinggi air: 80-105 cm",
    "label": "Rambu, marka, dan lampu lalu lintas",
    "options": "1 Kirim, 2 Ubah, 3 Batal",
    "place": "Jl. Bangka Raya no 5 dekat pasar (Kel. Bangka, Mampang Prapatan)",
    "site": "https://lapor.example.go.id",
    "status": "tidak dapat ditindaklanjuti",
    "ticket": "JKT-4K7P-2Q9X",
}


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("key", sorted(set(phrases("id")) - LONG))
def test_a_phrase_fits_one_sms(key: str, locale: str) -> None:
    slots = {
        one: SLOTS.get(one, "23/11/2026")
        for text in phrases(locale)[key].values()
        for one in placeholders(text)
        if one != "card"
    }
    assert septets(say(locale, key, slots, SMS)) <= ONE_SMS
    assert septets(say(locale, key, {**slots, "card": SLOTS["card"]}, SMS)) <= ONE_SMS


@pytest.mark.parametrize("locale", LOCALES)
def test_the_names_of_categories_are_letters_of_an_sms(locale: str) -> None:
    assert max(septets(row.name[locale]) for row in categories().values()) <= 40


def short(locale: str) -> Talk:
    talk = Talk(media=False, short=True)
    talk.conversation = Conversation(locale=locale)
    return talk


FAR = place("Cipete Selatan", kecamatan="Kebayoran Lama")


@pytest.mark.parametrize("locale", LOCALES)
def test_a_whole_report_goes_in_single_messages(locale: str) -> None:
    talk, site = short(locale), "https://lapor.example.go.id"
    said = [talk.say("halo", understood("greet", language=locale), site=site)]
    said += [talk.say("banjir", report("banjir", language=locale))]
    told = report("banjir", language=locale, place=FAR)
    said += [talk.say("Jl. Cipete Raya no 5 depan masjid", told)]
    said += [talk.say("2"), talk.say("1")]
    assert len(talk.filed) == 1
    assert site in said[0]
    assert {text: septets(text) for text in said if septets(text) > ONE_SMS} == {}


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("slug", ["kebakaran", "listrik", "banjir", "gangguan_ketertiban"])
def test_what_to_do_in_danger_goes_in_one_message(locale: str, slug: str) -> None:
    talk = short(locale)
    said = talk.say("tolong!", report(slug, emergency=True, language=locale))
    assert "112" in said
    assert "?" in said
    assert septets(said) <= ONE_SMS


@pytest.mark.parametrize("locale", LOCALES)
def test_a_choice_of_three_kinds_goes_in_one_message(locale: str) -> None:
    talk = short(locale)
    said = talk.say("air", report("saluran_air", confidence=0.4, language=locale))
    assert talk.conversation.waiting_for == "category"
    assert septets(said) <= ONE_SMS
