from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.normalise import MAX_CHARS, normalise

TABLE = [
    ("jalan2", "jalan jalan"),
    ("jalan-jalan", "jalan jalan"),
    ("anak2 kecil", "anak anak kecil"),
    ("berhari2", "berhari hari"),
    ("macettttt paraaah", "macet parah"),
    ("BANGEEEET", "sangat"),
    ("sampahnya", "sampah nya"),
    ("hanya punya", "saja punya"),
    ("tlg mhn jln dpn sbrg", "tolong mohon jalan depan seberang"),
    ("Tlg. Mhn. JLN. DPN. SBRG.", "tolong mohon jalan depan seberang"),
    ("tlng dpan sebrang jlan", "tolong depan seberang jalan"),
    ("asap tebal", "asap tebal"),
    ("blm di TL", "belum di tindak lanjut"),
    ("sdh di-TL? mohon TL nya", "sudah di tindak lanjut mohon tindak lanjut nya"),
    ("kel.Cawang, Kelurahan Cawang", "kelurahan cawang kelurahan cawang"),
    ("PJU padam", "penerangan jalan umum padam"),
    ("Gg.Mawar gang mawar gng mawar", "gang mawar gang mawar gang mawar"),
    ("anak2nya macet2an", "anak anak nya macet macet an"),
    ("berlubang-lubang", "berlubang lubang"),
    ("sampahnya banyaaaak bgttttt", "sampah nya banyak sangat"),
    ("rumahku, laporanku", "rumah saya laporan saya"),
    ("bersihkanlah, perbaikilah!", "bersihkan perbaiki"),
    ("kapankah bisakah apakah", "kapan bisa apa"),
    ("masalah sekolah sejumlah", "masalah sekolah sejumlah"),
    ("kel. Tebet kec. Tebet", "kelurahan tebet kecamatan tebet"),
    ("pju mati", "penerangan jalan umum mati"),
    ("parli di gg buntu", "parkir liar di gang mampet"),
    ("RT.05/RW 03", "rt 0 rw 0"),
    ("rt005/003", "rt 0 0"),
    ("RT05RW03", "rt 0 rw 0"),
    ("R.T. 05 R.W. 03", "rt 0 rw 0"),
    ("rt-05 rw-03", "rt 0 rw 0"),
    ("RTRW 05/03", "rt rw 0 0"),
    ("pintu air macet", "pintu air macet"),
    ("joki 3 in 1, 3in1, three-in-one", "joki three_in_one three_in_one three_in_one"),
    ("50cm 1,5 m", "0 cm 0 m"),
    ("#JalanRusak @DKIJakarta", "jalan rusak _mention"),
    ("lihat https://x.example/a?b=c ya", "lihat _url ya"),
    ("a.b@c.example", "_email"),
    ("ga' ada", "tidak ada"),
    ("ｂａｎｊｉｒ 𝗯𝗮𝗻𝗷𝗶𝗿", "banjir banjir"),
    ("ban\u200bjir", "banjir"),
    ("\u202ebanjir\u202c", "banjir"),
    ("ban\x00jir", "banjir"),
    ("macet \ud800 total", "macet total"),
    ("café", "cafe"),
    ("Lubang Buaya ada lubang", "_place ada lubang"),
    ("kel. Rawa Buaya", "kelurahan _place"),
    ("di Pasar Minggu", "di _place"),
    ("🙏🙏", ""),
    ("", ""),
    ("洪水", ""),
]


@pytest.mark.parametrize(("text", "plain"), TABLE)
def test_what_citizens_write_becomes_what_we_write(text: str, plain: str) -> None:
    assert normalise(text) == plain


@settings(deadline=None)
@given(st.text(alphabet=st.characters(), max_size=300))
def test_no_text_raises_and_only_plain_characters_are_left(text: str) -> None:
    assert re.fullmatch(r"(?:[a-z0-9_]+(?: [a-z0-9_]+)*)?", normalise(text))


@settings(deadline=None)
@given(st.text(max_size=100))
def test_zero_width_characters_change_nothing(text: str) -> None:
    hidden = "\u200b".join(text)
    assert normalise(hidden.replace("\u200b", "")) == normalise(text)


def test_a_hundred_kilobytes_are_capped() -> None:
    begin = time.perf_counter()
    plain = normalise("banjir di jalan raya " * 5000)
    assert len(plain) <= MAX_CHARS
    assert time.perf_counter() - begin < 1


def test_one_endless_word_is_harmless() -> None:
    assert normalise("a" * 100_000) == "a"
