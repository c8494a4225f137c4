"""kanal areas: boundaries are imported whole or not at all, and the gateway uses them at once."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway import areas
from gateway.areas import CityMap, import_areas
from gateway.cli import app
from nlu.places.boundaries import areas_file
from nlu.places.outlines import BoundaryError
from nlu.places.place import Place
from tests.gateway.conftest import Talk

# Invented: squares in the places of two kelurahan, each about where the other one really is.
PLUIT, KOJA = (-6.115, 106.91), (-6.12, 106.79)
NAMES = {"Pluit": ("Penjaringan", *PLUIT), "Koja": ("Koja", *KOJA)}


def square(lat: float, lon: float) -> list[list[float]]:
    west, south, east, north = lon - 0.01, lat - 0.01, lon + 0.01, lat + 0.01
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    features = [
        {
            "type": "Feature",
            "properties": {"NAMOBJ": name.upper(), "WADMKC": kecamatan, "WADMKK": "Jakarta Utara"},
            "geometry": {"type": "Polygon", "coordinates": [square(lat, lon)]},
        }
        for name, (kecamatan, lat, lon) in NAMES.items()
    ]
    path = tmp_path / "source.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    config = tmp_path / "config.yml"
    config.write_text(f"schema_version: 1\nvar: {tmp_path / 'var'}\n")
    monkeypatch.setenv("KANAL_CONFIG", str(config))
    return tmp_path / "var"


def run(*args: str) -> str:
    done = CliRunner().invoke(app, ["areas", *args], catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


def kelurahan(places: CityMap, lat: float, lon: float) -> tuple[str | None, str]:
    place = places.locate(lat, lon)
    assert isinstance(place, Place)
    return place.kelurahan, place.boundary


def test_import_show_and_remove(var: Path, source: Path) -> None:
    said = run("import", str(source))
    assert "2 of 267 kelurahan have an outline" in said
    assert "missing (nearest centre as before): 265" in said
    assert "no official codes" in said
    assert str(areas_file(var)) in said
    assert "2 of 267" in run("show")
    assert "Removed" in run("remove")
    assert "No boundaries" in run("show")
    assert "no boundaries" in run("remove")


def test_what_is_kept_has_the_gazetteers_spelling_and_codes(var: Path, source: Path) -> None:
    import_areas(source, var)
    kept = json.loads(areas_file(var).read_text())
    assert [one["properties"] for one in kept["features"]] == [
        {
            "kelurahan": "Pluit",
            "kecamatan": "Penjaringan",
            "kota": "Jakarta Utara",
            "code": "31.72.01.1005",
        },
        {
            "kelurahan": "Koja",
            "kecamatan": "Koja",
            "kota": "Jakarta Utara",
            "code": "31.72.03.1001",
        },
    ]


def test_a_bad_file_changes_nothing(var: Path, source: Path, tmp_path: Path) -> None:
    import_areas(source, var)
    before = areas_file(var).read_bytes()
    bad = tmp_path / "bad.geojson"
    bad.write_text("{")
    with pytest.raises(BoundaryError, match=r"bad\.geojson"):
        import_areas(bad, var)
    assert areas_file(var).read_bytes() == before
    assert [path.name for path in areas_file(var).parent.iterdir()] == ["kelurahan.geojson"]


def test_every_refusal_names_the_file(var: Path, source: Path) -> None:
    source.write_text(source.read_text().replace("PLUIT", "CIHAPIT").replace("KOJA", "DAGO"))
    with pytest.raises(BoundaryError, match=r"source\.geojson: only 0 of its 2"):
        import_areas(source, var)


def test_too_many_corners_are_simplified(
    var: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = json.loads(source.read_text())
    (corners,) = content["features"][0]["geometry"]["coordinates"]
    south, west = corners[0][1], corners[0][0]
    edge = [[west + 0.02 * at / 500, south + 1e-6 * (at % 2)] for at in range(500)]
    content["features"][0]["geometry"]["coordinates"] = [[*edge, *corners[1:4], edge[0]]]
    source.write_text(json.dumps(content))
    monkeypatch.setattr(areas, "MOST_CORNERS", 100)
    _, kept = import_areas(source, var)
    assert kept.corners <= 100
    assert 0 < kept.simplified_m < 5


def test_the_map_takes_what_is_imported_and_removed(var: Path, source: Path) -> None:
    places = CityMap(var)
    assert not places.refresh()
    assert kelurahan(places, *PLUIT)[1] == "nearest centre"
    import_areas(source, var)
    assert places.refresh()
    assert not places.refresh()
    assert kelurahan(places, *PLUIT) == ("Pluit", "polygon")
    found = places.resolve(f"banjir di {PLUIT[0]}, {PLUIT[1]}").place
    assert found
    assert (found.kelurahan, found.boundary) == ("Pluit", "polygon")
    run("remove")
    assert places.refresh()
    assert kelurahan(places, *PLUIT)[1] == "nearest centre"


async def test_a_damaged_copy_leaves_the_former_boundaries_in_use(var: Path, source: Path) -> None:
    import_areas(source, var)
    places = CityMap(var)
    await places.look()
    part = areas_file(var).with_suffix(".new")
    part.write_text("{")
    part.replace(areas_file(var))
    await places.look()
    assert places.exact == 2
    with pytest.raises(BoundaryError):
        CityMap(var).refresh()


async def test_a_running_gateway_notices(
    talk: Talk, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pin belongs to the nearest centre, then to the outline that was imported meanwhile."""
    monkeypatch.setattr(areas, "LOOK_S", 0.01)
    places = talk.gateway.places
    watching = asyncio.create_task(places.watch())
    try:
        import_areas(source, talk.gateway.settings.var)
        async with asyncio.timeout(10):
            while not places.exact:
                await asyncio.sleep(0.01)
    finally:
        watching.cancel()
    assert "Pluit" in await talk.say("banjir selutut di sini", pin=list(PLUIT))
