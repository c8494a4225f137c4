from __future__ import annotations

import pytest

from nlu.places.links import Point, Query
from nlu.places.resolve import resolve


def place(text: str) -> tuple[str | None, str | None, str | None]:
    found = resolve(text).place
    assert found is not None, text
    return found.kelurahan, found.kecamatan, found.kota


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kel. Menteng", ("Menteng", "Menteng", "Jakarta Pusat")),
        ("kec. Menteng", (None, "Menteng", "Jakarta Pusat")),
        ("Cikini, Menteng", ("Cikini", "Menteng", "Jakarta Pusat")),
        ("Jatinegara, Cakung", ("Jatinegara", "Cakung", "Jakarta Timur")),
        ("kelurahan jatinegara", ("Jatinegara", "Cakung", "Jakarta Timur")),
        ("kecamatan jatinegara", (None, "Jatinegara", "Jakarta Timur")),
        ("Cipete, Cilandak", ("Cipete Selatan", "Cilandak", "Jakarta Selatan")),
        ("kelapa dua kebon jeruk", ("Kelapa Dua", "Kebon Jeruk", "Jakarta Barat")),
        ("jaksel banjir", (None, None, "Jakarta Selatan")),
        ("Jl. Kemang Raya, kel. Bangka", ("Bangka", "Mampang Prapatan", "Jakarta Selatan")),
        ("Cawang arah Grogol macet", ("Cawang", "Kramat Jati", "Jakarta Timur")),
    ],
)
def test_mentions_are_combined(text, expected):
    assert place(text) == expected


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("banjir di Jatinegara", ["Kelurahan Jatinegara", "Kecamatan Jatinegara"]),
        ("cipete gelap", ["Kelurahan Cipete Utara", "Kelurahan Cipete Selatan"]),
        ("sampah di Klender dan Rawamangun", ["Kelurahan Klender", "Kelurahan Rawamangun"]),
    ],
)
def test_ambiguous_names_are_asked_about(text, names):
    resolution = resolve(text)
    assert resolution.place is None
    assert sorted(one.name for one in resolution.candidates) == sorted(names)


@pytest.mark.parametrize("text", ["banjir di Menteng", "Menteng, Jakarta Pusat", "SDN 03 Menteng"])
def test_a_kelurahan_within_the_kecamatan_of_its_name_is_no_riddle(text):
    found = resolve(text)
    assert found.candidates == ()
    assert place(text) == (None, "Menteng", "Jakarta Pusat")
    assert found.place
    assert found.place.radius_m
    assert found.place.radius_m > 2000  # the whole kecamatan: nobody can be sent there


def test_a_road_through_a_named_area_is_in_its_kecamatan():
    assert place("Jl. Panjang, Kedoya") == (None, "Kebon Jeruk", "Jakarta Barat")


def test_a_misspelled_name_is_trusted_less():
    right, wrong = resolve("rawamangun").place, resolve("rwamangun").place
    assert right
    assert wrong
    assert (right.kelurahan, wrong.kelurahan) == ("Rawamangun", "Rawamangun")
    assert wrong.confidence < right.confidence


def test_a_landmark_has_a_point_and_says_how_its_kelurahan_was_found():
    found = resolve("depan Pasar Senen").place
    assert found
    assert (found.name, found.boundary) == ("Pasar Senen", "nearest centre")
    assert found.radius_m == 250
    assert found.lat == pytest.approx(-6.1765)


def test_a_kelurahan_that_is_named_is_believed():
    found = resolve("Pasar Palmerah kel. Gelora").place
    assert found
    assert (found.kelurahan, found.boundary) == ("Gelora", "named")


def test_a_long_road_alone_has_no_kelurahan():
    found = resolve("macet di Jl. Daan Mogot").place
    assert found
    assert (found.kelurahan, found.name) == (None, "Jalan Daan Mogot")
    assert found.radius_m
    assert found.radius_m > 5000


def test_a_long_road_in_a_named_kecamatan_is_looked_for_there():
    found = resolve("Jl. Daan Mogot, Kalideres, Jakarta Barat, kec. Kalideres").place
    assert found
    assert found.kecamatan == "Kalideres"
    assert found.lon
    assert found.lon < 106.72


def test_landmarks_far_apart_are_asked_about():
    resolution = resolve("antara Stasiun Tebet, Stasiun Tanah Abang")
    assert resolution.place is None
    assert {one.name for one in resolution.candidates} == {"Stasiun Tebet", "Stasiun Tanah Abang"}


@pytest.mark.parametrize("text", ["banjir di Bekasi", "Pekayon, Bekasi Selatan", "depok macet"])
def test_a_neighbouring_city_is_outside(text):
    resolution = resolve(text)
    assert resolution.outside
    assert resolution.place is None


def test_the_direction_of_a_neighbour_is_not_outside():
    resolution = resolve("Cawang arah Bekasi macet")
    assert resolution.outside is None
    assert resolution.place


@pytest.mark.parametrize(
    "text", ["banjir di Ciledug Raya", "Raya Bogor macet", "Bekasi Raya macet", "ciputat raya"]
)
def test_a_main_road_is_not_the_town_that_it_is_called_after(text):
    resolution = resolve(text)
    assert resolution.outside is None
    assert resolution.place
    assert resolution.place.name.startswith("Jalan ")


@pytest.mark.parametrize("text", ["kebun raya Bogor", "warga Bekasi Raya", "hari raya di Depok"])
def test_a_town_is_not_the_road_that_is_called_after_it(text):
    assert resolve(text).outside


@pytest.mark.parametrize("text", ["Kali Sunter meluap", "kali grogol penuh sampah"])
def test_a_river_is_no_more_in_the_area_of_its_name_than_elsewhere(text):
    found = resolve(text).place
    assert found
    assert (found.kelurahan, found.kecamatan, found.kota) == (None, None, None)


def test_a_short_road_is_in_the_area_of_its_name():
    assert place("Jl. Boulevard Raya Kelapa Gading") == (None, "Kelapa Gading", "Jakarta Utara")


def test_the_mall_of_a_quarter_is_the_mall():
    found = resolve("Pondok Indah Mall").place
    assert found
    assert (found.name, found.kelurahan) == ("Mall Pondok Indah", "Pondok Pinang")


def test_an_estate_and_its_kelurahan_agree():
    text = "Perum Taman Kota blok C5 kembangan utara"
    assert place(text) == ("Kembangan Utara", "Kembangan", "Jakarta Barat")


def test_an_answer_that_may_mean_three_kelurahan_is_asked_about():
    resolution = resolve("kuningan")
    assert resolution.place is None
    assert len(resolution.candidates) == 3


@pytest.mark.parametrize("text", ["", "terima kasih", "jalan rusak", "👍", " \n "])
def test_no_place(text):
    resolution = resolve(text)
    assert (resolution.mentions, resolution.place, resolution.candidates) == ((), None, ())


def test_a_point_beats_words():
    resolution = resolve("Kemang -6.1754, 106.8272")
    assert resolution.place
    assert resolution.place.kelurahan == "Gambir"


def test_a_point_beyond_the_bounds():
    resolution = resolve("rumah saya di -6.9175, 107.6191")
    assert resolution.place is None
    assert resolution.outside
    assert resolution.outside.lat == -6.9175


def test_a_short_link_is_handed_on_with_what_the_words_tell():
    resolution = resolve("kel. Klender https://maps.app.goo.gl/Ab12 banjir")
    assert resolution.short_link == "https://maps.app.goo.gl/Ab12"
    assert resolution.place
    assert resolution.place.kelurahan == "Klender"


def test_a_link_that_searches_for_words_is_read():
    resolution = resolve("https://www.google.com/maps/search/?api=1&query=Stasiun+Tebet")
    assert resolution.place
    assert resolution.place.name == "Stasiun Tebet"
    assert [mention.kind for mention in resolution.mentions] == ["link"]


def test_a_very_long_text_is_read():
    text = "Menteng rt 5/3 jl Kemang, -6.2 106.8 " * 100
    assert resolve(text).mentions


# -- bad input ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("kel. Klender, kec. Kebayoran Baru", {"Kelurahan Klender", "Kecamatan Kebayoran Baru"}),
        ("Pluit, Jagakarsa", {"Kelurahan Pluit", "Kelurahan Jagakarsa", "Kecamatan Jagakarsa"}),
    ],
)
def test_places_that_contradict_each_other_are_asked_about(text, names):
    resolution = resolve(text)
    assert resolution.place is None
    assert {one.name for one in resolution.candidates} == names


@pytest.mark.parametrize("text", ["Stasiun Tebet, kel. Pluit", "Jakarta Selatan, kel. Pluit"])
def test_a_kelurahan_that_the_rest_contradicts_is_doubted(text):
    found = resolve(text).place
    assert found
    assert found.kelurahan == "Pluit"
    assert found.confidence < 0.7  # a dialog asks before it takes it


def test_a_point_contradicts_words_and_wins():
    found = resolve("kel. Pluit, titiknya -6.1754, 106.8272").place
    assert found
    assert (found.kelurahan, found.lat) == ("Gambir", -6.1754)


def test_a_text_that_is_all_place_names():
    names = "Menteng Tebet Klender Pluit Ancol Koja Cilincing Semper Kemang Cipete Gandaria Pesing "
    for text in (names, names * 200, names.upper(), "Menteng " * 2000):
        resolution = resolve(text)
        assert resolution.mentions
        assert len(resolution.candidates) <= 6


@pytest.mark.parametrize(
    "text",
    [
        "nan, nan",
        "-6.nan, 106.8",
        "https://www.google.com/maps?q=nan,106.8",
        "https://www.google.com/maps?q=NaN,NaN",
        "https://www.google.com/maps/@inf,106.8,17z",
        "geo:nan,nan",
        "geo:1e999,106",
        "https://www.google.com/maps?q=999,999",
    ],
)
def test_coordinates_that_are_no_numbers_are_no_point(text):
    resolution = resolve(text)
    assert resolution.place is None
    assert resolution.outside is None


def test_what_a_short_link_leads_to_is_read_like_a_point():
    text = "kel. Klender https://maps.app.goo.gl/Ab12"
    url = "https://maps.app.goo.gl/Ab12"
    found = resolve(text, followed={url: Point(-6.1754, 106.8272)})
    assert found.place
    assert found.place.kelurahan == "Gambir"
    assert found.short_link == ""
    assert resolve(text, followed={url: Query("Stasiun Tebet")}).place == resolve(text).place
    asked = resolve(url, followed={url: Query("Stasiun Tebet")}).place
    assert asked
    assert asked.name == "Stasiun Tebet"
