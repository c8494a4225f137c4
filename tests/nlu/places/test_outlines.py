from __future__ import annotations

import json

import pytest

from nlu.places.comparison import compare
from nlu.places.outlines import LARGEST, BoundaryError, Division, read_outlines

PLUIT = {"kelurahan": "Pluit", "kecamatan": "Penjaringan", "kota": "Kota Jakarta Utara"}


def ring(west: float, south: float, side: float = 0.02) -> list[list[float]]:
    east, north = west + side, south + side
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def feature(properties, corners=None, **more):
    geometry = {"type": "Polygon", "coordinates": [corners or ring(106.78, -6.13)], **more}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


@pytest.fixture
def write(tmp_path):
    def written(*features, **more):
        path = tmp_path / "areas.geojson"
        path.write_text(
            json.dumps({"type": "FeatureCollection", "features": list(features), **more})
        )
        return path

    return written


def refused(path) -> str:
    with pytest.raises(BoundaryError) as error:
        compare(read_outlines(path))
    return str(error.value)


def test_names_are_compared_whatever_their_spelling(write):
    rows = [
        PLUIT,
        {"kelurahan": "PAL MERIEM", "kecamatan": "Matraman", "kota": "Jakarta Timur"},
        {"kelurahan": "Kampung Tengah", "kecamatan": "Kramat Jati", "kota": "Jakarta Timur"},
        {"kelurahan": "Tanjungpriok", "kecamatan": "Tanjung Priok", "kota": "Jakarta Utara"},
        {"kelurahan": "Negeri Dongeng", "kecamatan": "Matraman", "kota": "Jakarta Timur"},
    ]
    compared = compare(read_outlines(write(*map(feature, rows))))
    assert [match.area.name for match in compared.matched] == [
        "Pluit",
        "Pal Meriam",
        "Tengah",
        "Tanjung Priok",
    ]
    assert compared.spelled == (("PAL MERIEM", "Pal Meriam"), ("Kampung Tengah", "Tengah"))
    assert len(compared.missing) == 267 - 4
    assert [one.division.kelurahan for one in compared.extra] == ["Negeri Dongeng"]


def test_one_name_in_two_cities_is_told_by_its_kecamatan(write):
    rows = [
        {"kelurahan": "Cipinang Melayu", "kecamatan": "Makasar", "kota": "Jakarta Timur"},
        {"kelurahan": "Kebon Melati", "kecamatan": "Elsewhere", "kota": "Jakarta Pusat"},
        {"kelurahan": "Kebon Melati", "kecamatan": "Elsewhere", "kota": "Nowhere"},
    ]
    compared = compare(read_outlines(write(*map(feature, rows))))
    assert [match.area.kecamatan for match in compared.matched] == ["Makasar", "Tanah Abang"]
    assert compared.extra[0].division == Division("Kebon Melati", "Elsewhere", "Nowhere")


def test_duplicates_are_told_and_kept(write):
    path = write(feature(PLUIT), feature(PLUIT, ring(106.80, -6.13)))
    compared = compare(read_outlines(path))
    assert (compared.kelurahan, len(compared.matched), compared.twice) == (1, 2, ("Pluit",))


def test_official_codes_are_compared(write):
    pluit = compare(read_outlines(write(feature(PLUIT)))).matched[0].area.code
    path = write(feature({**PLUIT, "code": pluit}), feature({**PLUIT, "code": "31.71.06.1001"}))
    compared = compare(read_outlines(path))
    assert compared.codes == 1
    assert compared.contradicting == ("Pluit has the code of Menteng",)


def test_statistics_codes_are_not_official_ones(write):
    compared = compare(read_outlines(write(feature({**PLUIT, "code": "3175010004"}))))
    assert (compared.codes, compared.contradicting) == (0, ())


def test_a_line_that_mending_leaves_beside_the_polygon_is_dropped(write):
    spike = [*ring(106.78, -6.13)[:4], [106.70, -6.11], [106.78, -6.11], [106.78, -6.13]]
    (outline,) = read_outlines(write(feature(PLUIT, spike)))
    assert outline.polygon.geom_type in {"Polygon", "MultiPolygon"}
    assert outline.polygon.is_valid


def test_a_file_of_a_whole_country_is_not_read(write, monkeypatch):
    monkeypatch.setattr("nlu.places.outlines.MOST", 2)
    assert "3 features, at most 2 are read" in refused(write(*[feature(PLUIT)] * 3))


def test_an_outline_that_crosses_itself_a_lot_keeps_all_its_parts(write):
    """A zigzag of a hundred crossings: mended, and every tooth is still there."""
    there = [[106.78 + at * 0.0002, -6.13 + (at % 2) * 0.02] for at in range(100)]
    back = [[lon, -6.13 + (1 - at % 2) * 0.02] for at, (lon, _) in enumerate(there)]
    zigzag = [*there, *reversed(back), there[0]]
    (outline,) = read_outlines(write(feature(PLUIT, zigzag)))
    assert outline.polygon.is_valid
    assert len(outline.polygon.geoms) > 90


def test_latitude_first_is_told(write):
    swapped = [[lat, lon] for lon, lat in ring(106.78, -6.13)]
    assert "looks like latitude comes first" in refused(write(feature(PLUIT, swapped)))


def test_latitude_first_where_both_could_be_latitudes(write, monkeypatch):
    # A city at 6 S, 80 E: swapped coordinates are in range.
    monkeypatch.setattr("nlu.places.comparison.inside_city", lambda lat, lon: lat < 0 < lon)
    swapped = [[lat, lon] for lon, lat in ring(80, -6.13)]
    assert "looks like latitude comes first" in refused(write(feature(PLUIT, swapped)))


def test_another_city_is_told(write):
    assert "none of its outlines lies in this city" in refused(
        write(feature(PLUIT, ring(107.6, -6.9)))
    )
    strangers = [{**PLUIT, "kelurahan": name} for name in ("Cihapit", "Dago", "Antapani")]
    assert "only 1 of its 4 outlines" in refused(
        write(feature(PLUIT), *(feature(one) for one in strangers))
    )


def test_metres_are_told(write):
    message = refused(write(feature(PLUIT, ring(700_000, 9_300_000, 900))))
    assert "not in degrees" in message


def test_another_reference_system_is_told(write):
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::23830"}}
    assert "EPSG::23830" in refused(write(feature(PLUIT), crs=crs))
    named = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    assert len(read_outlines(write(feature(PLUIT), crs=named))) == 1


def test_the_size_is_looked_at_before_anything_is_read(tmp_path):
    path = tmp_path / "huge.geojson"
    with path.open("wb") as file:
        file.truncate(200_000_000)  # a hole: no disk is used
    assert f"200 MB, at most {LARGEST // 1_000_000}" in refused(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[" * 200_000 + "]" * 200_000, "nested too deeply"),
        ('{"type": "FeatureCollection", "features": [NaN]}', "NaN is no coordinate"),
        ('{"type": "FeatureCollection", "features": [Infinity]}', "Infinity is no coordinate"),
    ],
)
def test_json_that_is_none(tmp_path, content, words):
    path = tmp_path / "bad.geojson"
    path.write_text(content)
    assert words in refused(path)


@pytest.mark.parametrize(
    ("corners", "words"),
    [
        ([[106.78, 1e999], *ring(106.78, -6.13)[1:4], [106.78, 1e999]], "Infinity"),
        ([["x", "y"]] * 5, "no usable geometry"),
        ([[106.78, -6.13]] * 5, "no area"),
        ([[106.78, -6.13], [106.8, -6.13], [106.78, -6.13], [106.78, -6.13]], "no area"),
        ([[106.78, -6.13]], "no usable geometry"),
        (5, "no usable geometry"),
        (None, "no area"),
    ],
)
def test_coordinates_that_are_none(write, corners, words):
    path = write(
        {
            "type": "Feature",
            "properties": PLUIT,
            "geometry": {"type": "Polygon", "coordinates": [corners]},
        }
    )
    assert words in refused(path)


def test_a_number_too_large_for_a_double(tmp_path):
    text = json.dumps({"type": "FeatureCollection", "features": [feature(PLUIT)]})
    path = tmp_path / "big.geojson"
    path.write_text(text.replace("106.78,", "1e999,", 1))
    assert "no number" in refused(path)


@pytest.mark.parametrize("broken", [{"geometry": None}, {"geometry": []}, {"geometry": {}}, {}])
def test_a_feature_without_geometry_is_named(write, broken):
    assert "feature 1 has no usable geometry" in refused(write(feature(PLUIT), broken))


@pytest.mark.parametrize("properties", [None, [], "x", {}, {"kelurahan": " "}])
def test_a_feature_without_names_is_named(write, properties):
    assert "feature 0 does not name its kelurahan" in refused(write(feature(properties)))
