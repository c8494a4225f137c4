"""Danger to life: seen in every text that tells of it, and in hardly any other."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from dialogs.conversation import Turn
from dialogs.emergency import is_emergency
from nlu.engines.embedded import EmbeddedEngine
from nlu.slots import emergency
from nlu.slots.emergency import no_fire
from tests.dialogs.turns import NOON, report

HERE = Path(__file__).parent
FROZEN = HERE.parents[1] / "nlu" / "frozen"
STRANGERS = HERE / "texts" / "danger-strangers.jsonl"  # whose words no rule was written for
NEWS = HERE / "texts" / "told-as-news.jsonl"  # neither are these, in which nobody cries
FILES = {*HERE.rglob("*.jsonl"), *FROZEN.glob("*.jsonl")} - {STRANGERS, NEWS}


def rows(files: Iterable[Path]) -> list[dict[str, Any]]:
    """What is annotated in these files."""
    return [
        json.loads(line)
        for file in sorted(files)
        for line in file.read_text(encoding="utf-8").splitlines()
    ]


DANGERS = [row["text"] for row in rows(FILES) if row.get("emergency")]
OWN = {row["text"] for row in rows(HERE.glob("texts/emergency*.jsonl"))}
QUIET = [row["text"] for row in rows({*FILES, NEWS}) if not row.get("emergency")]


@pytest.mark.parametrize("struck", ["kesetrum", "kestrum", "kesatrum", "tersengat listrik"])
def test_who_is_struck_by_current_is_seen_in_every_spelling(struck: str) -> None:
    assert emergency(f"ada anak {struck} di tiang")


@pytest.mark.parametrize(
    ("over", "going_on"),
    [
        ("anak tenggelam tahun lalu di empang", "tahun lalu bagus, sekarang anak tenggelam disana"),
        ("kemarin ada kebakaran di RW 02", "kemarin anak hanyut, belum ketemu"),
        ("kebakaran di RW 02 sudah padam", "listrik sudah padam, ada kebakaran di gardu"),
        ("takut nanti ada yang kesetrum", "kami takut pak, ada yang kesetrum"),
        ("takut kebakaran", "kami takut, api makin besar"),
        ("bahaya kesetrum kalau dipegang", "bahaya banget ada api di gardu"),
        ("pernah kebakaran besar disini", "kebakaran, belum pernah sebesar ini"),
        ("tahun 2019 kebakaran disini", "anak 4 tahun, 2 jam tadi hanyut"),
        ("kucing saya kejepit pintu", "saya kesetrum di kandang ayam"),
        ("kucing kejepit pagar", "anak kejepit pagar pas ngejar kucing"),
        ("bantuan kebakaran belum cair", "kirim bantuan ada kebakaran"),
        ("korban kebakaran butuh selimut", "korban terjebak kebakaran di lantai 2"),
        ("hidran kebakaran rusak", "hidran rusak, rumah kebakaran"),
        ("tolong damkar parkir jangan di trotoar", "tolong damkar ke Jl Duri nomor 4"),
        ("usul ambulans siaga di kelurahan", "tolong kirim ambulans"),
        ("kejebak lift, sudah keluar", "3 kejebak lift, 1 sudah keluar, 2 masih di dalam rumah"),
        ("kirain kebakaran taunya fogging", "kirain petasan, ternyata kebakaran"),
        ("bukan ledakan, cuma petasan", "bukan petasan, ledakan gas"),
        ("serasa dibegal tarif parkir", "pak haji dibegal di depan pasar"),
        ("film adegan bacok bacokan", "bacok bacokan depan bioskop"),
        ("bocah kecebur, udah dikeluarin", "bocah kecebur, udah dikeluarin tapi ga napas"),
        ("anak hanyut berhasil diselamatkan", "dua bocah hanyut, 1 selamat, 1 belum ketemu"),
        ("api dapat dilokalisir", "kebakaran, orangnya udah dievakuasi, apinya tambah besar"),
        ("anak kecebur sudah diselamatkan", "anak kecebur, 1 sudah diselamatkan, yang 1 lagi blm"),
        ("anak hanyut sudah selamat", "2 anak hanyut, yang 1 sudah selamat, temannya hilang"),
        ("api dapat dipadamkan", "kebakaran trafo, padam total satu kelurahan"),
        ("genap 5 th kebakaran Simprug", "rumah nenek 80 tahun kebakaran"),
        ("ayam tetangga hanyut", "tetangga hanyut"),
        ("udah ga kesetrum lagi", "anak gue kesetrum lagi"),
        ("kebakaran lapak padam pukul 23.05", "listrik padam pukul 3, rumah kebakaran"),
        ("hari ini 5 th kebakaran Simprug", "anak 5 th terjebak kebakaran"),
    ],
)
def test_only_what_stands_beside_danger_takes_it_back(over: str, going_on: str) -> None:
    assert not emergency(over)
    assert emergency(going_on)


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("Kereta api ke Bogor telat", True),
        ("pemadam kebakaran lama responnya", True),
        ("dulu pernah kebakaran disini, hidrannya rusak", True),
        ("palang kereta api dekat rumah terbakar", False),
        ("kebkaran di gang 4", False),  # misspelled: the classifier may know it all the same
    ],
)
def test_what_only_sounds_like_fire_is_none(text: str, *, instead: bool) -> None:
    assert no_fire(text) == instead


@pytest.mark.parametrize(
    ("text", "alarm"),
    [
        ("hydrant kebakaran rusak minta diganti", False),
        ("stasiun kereta api manggarai kotor", False),
        ("harga gas meledak", False),
        ("api di gudang sudah padam jam 03.15", False),
        ("asap tebal dari gudang", True),  # no words of danger, but a kind that is one
        ("kebkaran di gang 4", True),
    ],
)
def test_a_report_of_fire_is_an_alarm_unless_its_words_say_otherwise(
    text: str, *, alarm: bool
) -> None:
    said = report("kebakaran", confidence=0.95)
    assert is_emergency(Turn(text=text, understanding=said, at=NOON, ticket_number="")) == alarm


def test_the_words_alone_see_what_they_were_written_for_and_nearly_nothing_else() -> None:
    missed = [text for text in DANGERS if text in OWN and not emergency(text)]
    false = [text for text in QUIET if emergency(text)]
    assert len(missed) <= 0.01 * len(OWN), missed
    assert len(false) <= 0.01 * len(QUIET), false


def test_strangers_are_mostly_understood_in_danger_and_out_of_it(engine: EmbeddedEngine) -> None:
    rows = [json.loads(line) for line in STRANGERS.read_text(encoding="utf-8").splitlines()]
    said = [one.emergency for one in engine.read([row["text"] for row in rows])]
    found = [alarm for row, alarm in zip(rows, said, strict=True) if row["emergency"]]
    false = [alarm for row, alarm in zip(rows, said, strict=True) if not row["emergency"]]
    assert sum(found) >= 0.9 * len(found)
    assert sum(false) <= 0.06 * len(false)  # half of them were written to sound like it
    by_rule = sum(emergency(row["text"]) for row in rows if row["emergency"])
    assert sum(found) > 1.5 * by_rule


def test_words_head_and_kind_together_miss_no_danger_and_raise_few_alarms(
    engine: EmbeddedEngine,
) -> None:
    texts = DANGERS + QUIET
    alarms = [
        is_emergency(Turn(text=text, understanding=said, at=NOON, ticket_number=""))
        for text, said in zip(texts, engine.read(texts), strict=True)
    ]
    missed = [text for text, alarm in zip(DANGERS, alarms, strict=False) if not alarm]
    false = [text for text, alarm in zip(QUIET, alarms[len(DANGERS) :], strict=True) if alarm]
    assert [text for text in missed if text in OWN] == []
    assert len(missed) <= 0.06 * len(DANGERS), missed
    assert len(false) <= 0.01 * len(QUIET), false
