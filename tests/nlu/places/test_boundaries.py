from __future__ import annotations

import json
import math
import sys

import pytest

from nlu.places.boundaries import Boundaries, BoundaryError, Division
from nlu.places.city import locate
from nlu.places.place import OutsideCity, Place
from nlu.places.resolve import resolve

# Two squares side by side, and a third one in the language of another publisher.
SQUARES = [
    ("Kiri", 106.80, {"kelurahan": "Kiri", "kecamatan": "Utama", "kota": "Kota Jakarta Pusat"}),
    (
        "Kanan",
        106.82,
        {"NAMOBJ": "Kanan", "WADMKC": "Utama", "WADMKK": "Kota Administrasi Jakarta Pusat"},
    ),
]


def square(west: float) -> list[list[list[float]]]:
    south, side = -6.20, 0.02
    return [
        [
            [west, south],
            [west + side, south],
            [west + side, south + side],
            [west, south + side],
            [west, south],
        ]
    ]


def feature(properties, coordinates, kind="Polygon"):
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": kind, "coordinates": coordinates},
    }


@pytest.fixture
def path(tmp_path):
    features = [feature(properties, square(west)) for _, west, properties in SQUARES]
    features.append(feature({}, [106.8, -6.2], kind="Point"))
    file = tmp_path / "city.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return file


@pytest.fixture
def boundaries(path):
    return Boundaries.from_geojson(path)


def test_point_in_polygon(boundaries):
    assert len(boundaries) == 2
    assert boundaries.at(-6.19, 106.81) == Division("Kiri", "Utama", "Jakarta Pusat")
    assert boundaries.at(-6.19, 106.83) == Division("Kanan", "Utama", "Jakarta Pusat")
    assert boundaries.at(-6.25, 106.81) is None
    assert boundaries.at(math.nan, 106.81) is None


def test_a_common_border_belongs_to_the_first(boundaries):
    assert boundaries.at(-6.19, 106.82) == Division("Kiri", "Utama", "Jakarta Pusat")


def test_locate_prefers_polygons_and_says_so(boundaries):
    place = locate(-6.19, 106.81, boundaries)
    assert isinstance(place, Place)
    assert (place.kelurahan, place.boundary, place.confidence) == ("Kiri", "polygon", 1.0)
    beside = locate(-6.25, 106.81, boundaries)
    assert isinstance(beside, Place)
    assert beside.boundary == "nearest centre"
    assert isinstance(locate(-7.25, 106.81, boundaries), OutsideCity)


def test_resolve_uses_them_for_landmarks(boundaries):
    place = resolve("depan Mall Thamrin City", boundaries).place
    assert place
    assert (place.kelurahan, place.boundary) == ("Kiri", "polygon")


def test_an_outline_that_crosses_itself_is_mended(tmp_path):
    bow = [[[106.8, -6.2], [106.82, -6.18], [106.82, -6.2], [106.8, -6.18], [106.8, -6.2]]]
    file = tmp_path / "bow.geojson"
    collection = {"type": "FeatureCollection", "features": [feature(SQUARES[0][2], bow)]}
    file.write_text(json.dumps(collection))
    assert Boundaries.from_geojson(file).at(-6.19, 106.8005)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("nonsense", "cannot be read"),
        ("[]", "not a GeoJSON FeatureCollection"),
        ('{"type": "FeatureCollection", "features": []}', "no polygon"),
        (
            json.dumps(
                {"type": "FeatureCollection", "features": [feature({"kota": "x"}, square(106.8))]}
            ),
            "does not name its kelurahan",
        ),
        (
            json.dumps({"type": "FeatureCollection", "features": [feature({}, "x")]}),
            "no usable geometry",
        ),
    ],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path, content, words):
    file = tmp_path / "bad.geojson"
    file.write_text(content)
    with pytest.raises(BoundaryError, match=words):
        Boundaries.from_geojson(file)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(BoundaryError, match=r"absent\.geojson"):
        Boundaries.from_geojson(tmp_path / "absent.geojson")


def test_without_shapely_the_remedy_is_told(monkeypatch, path):
    monkeypatch.setitem(sys.modules, "shapely", None)
    with pytest.raises(BoundaryError, match="pip install"):
        Boundaries.from_geojson(path)
