from __future__ import annotations

import math

import pytest

from nlu.places.city import BadPoint, inside_city, locate
from nlu.places.place import OutsideCity, Place


@pytest.mark.parametrize(
    ("lat", "lon", "inside"),
    [
        (-6.1754, 106.8272, True),  # Monas
        (-6.3640, 106.8930, True),  # Cibubur
        (-6.1100, 106.7100, True),  # Kamal
        (-5.7980, 106.5050, True),  # Pulau Tidung
        (-5.2040, 106.4610, True),  # Pulau Sebira
        (-6.2383, 106.9756, False),  # Bekasi
        (-6.4025, 106.7942, False),  # Depok
        (-6.1783, 106.6319, False),  # Tangerang
        (-6.1256, 106.6558, False),  # Soekarno-Hatta
        (-6.2886, 106.7179, False),  # Ciputat
        (0.0, 0.0, False),
        (90.0, 180.0, False),
    ],
)
def test_inside_city(lat, lon, inside):
    assert inside_city(lat, lon) is inside
    assert isinstance(locate(lat, lon), Place if inside else OutsideCity)


@pytest.mark.parametrize(
    ("lat", "lon"),
    [(math.nan, 106.8), (-6.2, math.nan), (math.inf, 0), (-91, 0), (0, 181), (106.8, -6.2)],
)
def test_bad_points_are_refused(lat, lon):
    with pytest.raises(BadPoint):
        locate(lat, lon)
    with pytest.raises(BadPoint):
        inside_city(lat, lon)


def test_the_nearest_centre_says_so():
    place = locate(-6.2110, 106.8500)
    assert isinstance(place, Place)
    assert (place.kelurahan, place.kecamatan, place.kota) == (
        "Manggarai",
        "Tebet",
        "Jakarta Selatan",
    )
    assert place.boundary == "nearest centre"
    assert place.confidence < 1
