from __future__ import annotations

import pytest
from openlocationcode import openlocationcode

from nlu.places.links import CENTRE, Link, Point, Query, ShortLink, blank, find

MONAS = (-6.175392, 106.827153)


def target(text: str) -> Point | ShortLink | Query | None:
    found = find(text)
    return found[0].target if found else None


@pytest.mark.parametrize(
    "text",
    [
        "-6.175392, 106.827153",
        "-6.175392,106.827153",
        "-6.175392 106.827153",
        "6.175392, 106.827153",
        "6.175392 S, 106.827153 E",
        "6.175392° LS 106.827153° BT",
        "lat -6.175392 lon 106.827153",
        "-6,175392; 106,827153",
        "6°10'31.41\"S 106°49'37.75\"E",
        "6° 10′ 31.41″ S, 106° 49′ 37.75″ E",
        "https://www.google.com/maps?q=-6.175392,106.827153",
        "https://maps.google.com/?q=loc:-6.175392,106.827153",
        "https://www.google.com/maps/search/?api=1&query=-6.175392%2C106.827153",
        "https://www.google.com/maps/@-6.175392,106.827153,17z",
        "https://www.google.com/maps/place/-6.175392,106.827153",
        "https://www.google.co.id/maps/place/Monas/@-6.2,106.8,12z/data=!3m1!4b1!8m2!3d-6.175392!4d106.827153",
        "https://www.google.com/maps/dir//-6.175392,106.827153/@-6.2,106.8,12z",
        "https://www.google.com/maps/search/-6.175392,+106.827153",
        "geo:-6.175392,106.827153?z=17",
        "https://waze.com/ul?ll=-6.175392,106.827153&navigate=yes",
        "https://www.openstreetmap.org/?mlat=-6.175392&mlon=106.827153#map=17/-6.2/106.8",
        "https://maps.apple.com/?ll=-6.175392,106.827153",
        "maps.google.com/?q=-6.175392,106.827153",
    ],
)
def test_points_in_every_form(text):
    point = target(f"lokasi {text} tolong")
    assert isinstance(point, Point)
    assert (point.lat, point.lon) == (
        pytest.approx(MONAS[0], abs=1e-5),
        pytest.approx(MONAS[1], abs=1e-5),
    )


def test_a_full_and_a_short_plus_code():
    code = openlocationcode.encode(*MONAS)
    short = openlocationcode.shorten(code, *CENTRE)
    for text in (code, code.lower(), short, f"{short} Gambir"):
        point = target(text)
        assert isinstance(point, Point)
        assert abs(point.lat - MONAS[0]) < 0.0002
        assert abs(point.lon - MONAS[1]) < 0.0002


@pytest.mark.parametrize(
    "url",
    [
        "https://maps.app.goo.gl/AbC12",
        "https://goo.gl/maps/xyz",
        "https://g.co/kgs/abc",
        "goo.gl/maps/xyz",
    ],
)
def test_short_links_stay_links(url):
    assert target(f"di sini {url}.") == ShortLink(url)


def test_a_search_for_words():
    assert target("https://www.google.com/maps/search/Pasar+Senen/") == Query("Pasar Senen")
    assert target("https://www.google.com/maps/place/Monas") == Query("Monas")


@pytest.mark.parametrize(
    "text",
    [
        "https://example.com/?q=-6.2,106.8",
        "https://[",
        "telepon 021.555 108.90",
        "12.50, 300.75",
        "harga 6.500 106.000 rupiah",
        "C++ dan caf+ee",
        "skor 3-2, 5-1",
        "versi 10.2.3.4",
        "tanggal 20.02.2017 jam 10.30",
        "https://www.google.com/maps?q=-96.2,206.8",
    ],
)
def test_what_is_no_point(text):
    assert not isinstance(target(text), Point)


def test_offsets_and_blanks():
    text = "a https://maps.app.goo.gl/x, b"
    (link,) = find(text)
    assert text[link.start : link.end] == "https://maps.app.goo.gl/x"
    assert blank(text, (link,)) == "a " + " " * 25 + ", b"
    assert isinstance(link, Link)
