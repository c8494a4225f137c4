"""The overview: figures within a scope, alarms, files that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
import json
import math
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from markupsafe import Markup
from sqlalchemy import insert, select

from console.answer.acts import change_status
from console.figures import duration, number, percent
from console.overview import map as city_map
from console.overview import sheets
from console.overview.period import chosen
from console.overview.spikes import at_least, spikes, weeks_known
from console.svg import tag
from dialogs.conversation import Status
from nlu.places.boundaries import areas_file
from store.bursts import Told
from store.facts import Area
from store.tables import Audit, Complaint, table
from tests.console.conftest import House

COMPLAINT = table(Complaint)
MENTENG = Area("Menteng", "Menteng", "Jakarta Pusat")
NOW = datetime(2026, 11, 25, 5, 30, tzinfo=UTC)
JAKARTA = ZoneInfo("Asia/Jakarta")


async def copies(house: House, ticket: str, ages: list[timedelta], **more: Any) -> None:
    """The same complaint again, filed at other times."""
    now = house.desk.clock()
    async with house.desk.database.begin() as connection:
        row = (
            (await connection.execute(select(COMPLAINT).where(COMPLAINT.c.ticket == ticket)))
            .one()
            ._asdict()
        )
        row.pop("urgency")
        row.pop("words", None)
        rows = []
        for at, age in enumerate(ages):
            number = house.desk.ids.next()
            rows.append({**row, **more, "id": number, "ticket": f"X{at}-{number}",
                         "filed_at": now - age, "updated_at": now - age})  # fmt: skip
        await connection.execute(insert(COMPLAINT), rows)


async def test_the_page_shows_what_an_officer_may_see(house: House) -> None:
    ticket = await house.file()
    await change_status(
        house.desk.database, house.desk.ids, ticket, Status.DONE,
        actor="rudi", note="", now=house.desk.clock(), photos=(),
    )  # fmt: skip
    viewer = await house.person("viewer", locale="en")
    status, text, _ = await viewer.see("/console/overview")
    assert status == 200
    assert "Reports by kelurahan" in text
    assert "Messages that did not arrive" in text
    assert "style=" not in text
    assert "reports.csv" not in text
    officer = await house.person("officer", agency="dinas_lh", locale="id")
    status, text, _ = await officer.see("/console/overview")
    assert status == 200
    assert "Tidak ada apa-apa dalam rentang waktu ini" in text
    assert "Pesan yang tidak sampai" not in text
    _, text, _ = await officer.see("/console/overview/figures.json")
    assert json.loads(text)[0] == {"figure": "reports", "of": "", "measure": "count", "value": 0}
    _, text, _ = await officer.see("/console/overview/reports.json")
    assert json.loads(text) == []
    officer = await house.person("officer", agency="dinas_sda", area="Jakarta Pusat/Menteng")
    _, text, _ = await officer.see("/console/overview/reports.json")
    assert [row["ticket"] for row in json.loads(text)] == [ticket]
    _, text, _ = await officer.see("/console/overview?from=x&to=2026-01-01")
    assert "Itu bukan rentang waktu" in text


async def test_reports_go_out_masked_without_formulas_and_it_is_written_down(house: House) -> None:
    ticket = await house.file("got mampet, hp saya 0812-3456-7890")
    evil = {"text": '=HYPERLINK("http://x","y")', "place_words": "+62 jalan @x", "kelurahan": "-1"}
    await copies(house, ticket, [timedelta(hours=at) for at in range(1, 4)], **evil)
    sri = await house.person("moderator", "sri")
    status, text, headers = await sri.see("/console/overview/reports.csv?days=7")
    assert (status, headers["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert headers["Content-Disposition"].endswith('.csv"')
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 4
    assert {row["ticket"] for row in rows} >= {ticket}
    assert "3456-7890" not in text
    bad = next(row for row in rows if row["ticket"] != ticket)
    assert (bad["text"][:2], bad["place"][:1], bad["kelurahan"]) == ("'=", "'", "'-1")
    assert float(bad["lat"]) < 0  # a number of ours is a number
    _, text, _ = await sri.see("/console/overview/reports.json?days=7")
    assert len(json.loads(text)) == 4
    _, text, _ = await sri.see("/console/overview/figures.csv?days=7")
    assert "reports by channel,paper,count,4" in text
    async with house.desk.database.read() as connection:
        deeds = (await connection.execute(select(table(Audit)).order_by(table(Audit).c.id))).all()
    assert [(one.actor, one.act, one.subject) for one in deeds] == [
        ("sri", "overview.export", "reports.csv"),
        ("sri", "overview.export", "reports.json"),
    ]
    viewer = await house.person("viewer")
    assert (await viewer.see("/console/overview/reports.csv"))[0] == 403
    assert (await viewer.see("/console/overview/reports.exe"))[0] == 404


async def test_an_alarm_stands_on_the_page_and_alone(house: House) -> None:
    ticket = await house.file()
    week = timedelta(days=7)
    await copies(house, ticket, [week * at + timedelta(hours=1) for at in range(1, 9)])
    await copies(house, ticket, [week * 9])
    moderator = await house.person("moderator", locale="en")
    _, text, _ = await moderator.see("/console/overview/alarms")
    assert "alarm" not in text
    await copies(house, ticket, [timedelta(minutes=at) for at in range(1, 12)])
    _, text, _ = await moderator.see("/console/overview/alarms", **{"HX-Request": "true"})
    assert "<strong>Menteng, Menteng</strong>" in text
    assert "12 reports in the last 3 hours; at this hour 1.1 are usual." in text
    assert 'href="/console/?area=Jakarta+Pusat/Menteng/Menteng"' in text
    assert "<html" not in text
    _, text, _ = await moderator.see("/console/overview")
    assert "12 reports in the last 3 hours" in text
    elsewhere = await house.person("officer", agency="dinas_lh")
    _, text, _ = await elsewhere.see("/console/overview/alarms")
    assert "Menteng" not in text


@pytest.mark.parametrize(
    ("now", "usual", "weeks", "alarm"),
    [
        (12, 8, 8, True),  # usually one
        (12, 80, 8, False),  # usually ten
        (4, 0, 8, False),  # fewer than five are no alarm, however quiet the place is
        (5, 0, 8, True),
        (5, 16, 8, False),  # usually two
        (40, 8, 1, False),  # a week of history says nothing
        (12, 2, 2, True),  # two weeks, one in each: 1.5 are usual
    ],
)
def test_what_is_far_above_the_usual(now: int, usual: int, weeks: int, *, alarm: bool) -> None:
    told = [Told(area=MENTENG, now=now, usual=usual)]
    found = spikes(told, timedelta(hours=3), weeks, 267)
    assert bool(found) == alarm


def test_poissons_tail() -> None:
    assert at_least(0, 2.0) == 1.0
    assert at_least(1, 2.0) == pytest.approx(1 - math.exp(-2))
    assert at_least(3, 0.125) == pytest.approx(2.96e-4, rel=0.01)
    assert at_least(400, 10.0) < 1e-300 or at_least(400, 10.0) == 0
    assert weeks_known(NOW - timedelta(days=20), NOW) == 2
    assert weeks_known(None, NOW) == 0


@pytest.mark.parametrize(
    ("query", "first", "last", "mistaken"),
    [
        ({}, "2026-10-26", "2026-11-25", False),
        ({"days": "7"}, "2026-11-18", "2026-11-25", False),
        ({"days": "8"}, "2026-10-26", "2026-11-25", True),
        ({"days": "-1' OR 1=1"}, "2026-10-26", "2026-11-25", True),
        ({"from": "2026-11-01", "to": "2026-11-02"}, "2026-11-01", "2026-11-02", False),
        ({"from": "2026-11-02", "to": "2026-11-01"}, "2026-10-26", "2026-11-25", True),
        ({"to": "2026-11-01"}, "2026-11-01", "2026-11-01", False),
        ({"from": "0001-01-01"}, "2026-10-26", "2026-11-25", True),
        ({"from": "9999-12-31", "to": "9999-12-31"}, "2026-10-26", "2026-11-25", True),
    ],
)
def test_a_period_is_read(query: dict[str, str], first: str, last: str, *, mistaken: bool) -> None:
    found = chosen(query, NOW, JAKARTA)
    assert (str(found.first), str(found.last), found.mistaken) == (first, last, mistaken)


def test_dates_are_the_citys() -> None:
    found = chosen({"from": "2026-11-01", "to": "2026-11-01"}, NOW, JAKARTA)
    assert found.period.start == datetime(2026, 10, 31, 17, tzinfo=UTC)
    assert found.period.end == datetime(2026, 11, 1, 17, tzinfo=UTC)
    assert found.query == "from=2026-11-01&to=2026-11-01"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("=1+1", "'=1+1"),
        ("  =1+1", "'  =1+1"),
        ("+62", "'+62"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("＝1+1", "'＝1+1"),
        ("banjir = parah", "banjir = parah"),
        ("", ""),
        (None, ""),
        (-6.2, "-6.2"),
        (True, "true"),
    ],
)
def test_a_cell_is_no_formula(value: object, told: str) -> None:
    assert sheets.cell(value) == told


def test_a_drawing_escapes() -> None:
    assert tag("text", '<script>"&', class_='a"b') == Markup(
        '<text class="a&#34;b">&lt;script&gt;&#34;&amp;</text>'
    )


def test_a_map_with_boundaries_and_without(tmp_path: Any) -> None:
    words = {"title": "T", "desc": "D", "area": "A", "reports": "R", "none": "-"}
    chart, legend = city_map.draw("map", tmp_path, {MENTENG: 9, Area("", "", ""): 3}, words)
    assert chart.svg.count("<circle") > 200
    assert "Menteng, Menteng: 9" in chart.svg
    assert [(one.least, one.most) for one in legend] == [(1, 9)]
    ring = [[106.82, -6.2], [106.84, -6.2], [106.84, -6.19], [106.82, -6.2]]
    names = {"kelurahan": "Menteng", "kecamatan": "Menteng", "kota": "Jakarta Pusat"}
    shape = {"type": "Polygon", "coordinates": [ring]}
    file = areas_file(tmp_path)
    file.parent.mkdir()
    file.write_text(
        json.dumps({"features": [{"properties": names, "geometry": shape}]}), encoding="utf-8"
    )
    chart, _ = city_map.draw("map", tmp_path, {MENTENG: 9}, words)
    assert "<circle" not in chart.svg
    assert "shade-1" in chart.svg
    file.write_text("torn", encoding="utf-8")
    assert "<circle" in city_map.draw("map", tmp_path, {}, words)[0].svg


def test_shades_are_fifths_of_the_kelurahan() -> None:
    told = (1, 1, 2, 3, 5, 8, 13, 21, 34, 900)
    counts = {Area(str(at), "", ""): n for at, n in enumerate(told)}
    found = [(one.shade, one.least, one.most) for one in city_map.shades(counts)]
    assert found == [(1, 1, 1), (2, 2, 3), (3, 4, 8), (4, 9, 21), (5, 22, 900)]


def test_figures_are_written_in_the_readers_language() -> None:
    assert (percent(0.8333, "id"), percent(0.8333, "en")) == ("83,3 %", "83.3 %")
    assert (number(12345, "id"), number(12345, "en")) == ("12.345", "12,345")
    said = [duration(seconds, "en") for seconds in (5, 3600, 12000, 187200, 86400)]
    assert said == ["1 min", "1 h", "3 h 20 min", "2 d 4 h", "1 d"]
