from __future__ import annotations

import re

import pytest

from nlu.places.city import inside_city
from nlu.places.gazetteer import distance_m, gazetteer
from nlu.places.mentions import find
from nlu.places.resolve import resolve


def test_the_city_is_complete():
    facts = gazetteer()
    assert (len(facts.kelurahan), len(facts.kecamatan), len(facts.kota)) == (267, 44, 6)


def test_codes_are_official_and_unique():
    codes = [area.code for area in gazetteer().kelurahan]
    assert len(set(codes)) == 267
    assert all(re.fullmatch(r"31\.(01|7[1-5])\.\d\d\.10\d\d", code) for code in codes)


@pytest.mark.parametrize(
    ("kota", "kecamatan", "kelurahan"),
    [
        ("Jakarta Pusat", 8, 44),
        ("Jakarta Utara", 6, 31),
        ("Jakarta Barat", 8, 56),
        ("Jakarta Selatan", 10, 65),
        ("Jakarta Timur", 10, 65),
        ("Kepulauan Seribu", 2, 6),
    ],
)
def test_each_city_has_its_areas(kota, kecamatan, kelurahan):
    areas = [area for area in gazetteer().kelurahan if area.kota == kota]
    assert len({area.kecamatan for area in areas}) == kecamatan
    assert len(areas) == kelurahan


def test_every_centre_lies_in_the_city():
    facts = gazetteer()
    outside = [
        a.name for a in (*facts.kelurahan, *facts.landmarks) if not inside_city(a.lat, a.lon)
    ]
    assert outside == []


def test_every_kelurahan_is_found_by_its_full_address():
    for area in gazetteer().kelurahan:
        text = f"Kelurahan {area.name}, Kecamatan {area.kecamatan}, {area.kota}"
        place = resolve(text).place
        assert place is not None, text
        assert (place.kelurahan, place.kecamatan, place.kota) == (
            area.name,
            area.kecamatan,
            area.kota,
        )


def test_every_landmark_is_found_by_its_name():
    missed = [
        mark.name
        for mark in gazetteer().landmarks
        if mark.name not in {mention.name for mention in find(f"banjir di {mark.name}")}
    ]
    # A few share their name with a kelurahan or with the road beside them.
    assert len(missed) <= 10, missed


def test_the_tables_of_landmarks_are_large_enough():
    landmarks = gazetteer().landmarks
    assert sum(mark.kind == "road" for mark in landmarks) >= 200
    assert len(landmarks) >= 600


def test_a_kelurahan_that_a_landmark_names_exists():
    names = {area.name for area in gazetteer().kelurahan}
    assert {mark.kelurahan for mark in gazetteer().landmarks} - names == {""}


def test_distance_is_in_metres():
    # One minute of latitude is a nautical mile.
    assert distance_m(-6.2, 106.8, -6.2 + 1 / 60, 106.8) == pytest.approx(1853, rel=0.01)
