from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nlu.places.mentions import find
from nlu.places.resolve import resolve


def found(text: str) -> list[tuple[str, str]]:
    return [(mention.kind, mention.name) for mention in find(text)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("RT 05 RW 03", "RT 5/RW 3"),
        ("RT.005/RW.03", "RT 5/RW 3"),
        ("rt05/03", "RT 5/RW 3"),
        ("rt 5/rw 3", "RT 5/RW 3"),
        ("Rt05 Rw03", "RT 5/RW 3"),
        ("RT/RW 05/03", "RT 5/RW 3"),
        ("rt:05 rw:03", "RT 5/RW 3"),
        ("R.T 05 R.W 03", "RT 5/RW 3"),
        ("rw 03 rt 05", "RT 5/RW 3"),
        ("RW 09", "RW 9"),
        ("rt 3", "RT 3"),
        ("rt lima rw sembilan", "RT 5/RW 9"),
        ("rukun tetangga 05 rukun warga 03", "RT 5/RW 3"),
        ("erte 5 erwe 9", "RT 5/RW 9"),
        ("rt 05 rw nol tiga", "RT 5/RW 3"),
        ("RW dua puluh satu, RT dua belas", "RT 12/RW 21"),
        ("RW sepuluh kel. Kapuk", "RW 10"),
    ],
)
def test_rt_rw_in_every_spelling(text, name):
    assert ("rt_rw", name) in found(f"banjir di {text} tolong")


@pytest.mark.parametrize(
    "text",
    [
        "pak RT dua kali dilapori",
        "pak rt satu, tolong",
        "satu RT satu tabung",
        "rw tiga orang sakit",
        "rukun warga kami aman",
        "rt dua bulan tidak ada",
    ],
)
def test_a_number_of_things_is_no_neighbourhood(text):
    assert found(text) == []


def test_the_full_stop_behind_an_address_is_not_part_of_it():
    assert [mention.surface for mention in find("Ibu Endang, RT 06. Belum dijawab")] == ["RT 06"]


@pytest.mark.parametrize("text", ["sport 5", "arti 3", "jarwo 12", "5 km dari sini", "rtrw"])
def test_what_only_looks_like_an_address(text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [("tol jagorawi km 12", "KM 12"), ("KM. 10+300", "KM 10+300"), ("km 8.4 tol", "KM 8.4")],
)
def test_kilometre_marks(text, name):
    assert ("km", name) in found(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Jl. Kemang Raya", "Jalan Kemang"),
        ("jln kemang", "Jalan Kemang"),
        ("jalan raya bogor", "Jalan Raya Bogor"),
        ("Jl Ry Bogor", "Jalan Raya Bogor"),
        ("jl. gatsu", "Jalan Jenderal Gatot Subroto"),
        ("Jl. Jend. Sudirman", "Jalan Jenderal Sudirman"),
        ("jl kahfi 1", "Jalan Moh Kahfi I"),
        ("Jl. H. Saiman RT 5", "Jalan H. Saiman"),
        ("jl palad rt 015/003", "Jalan palad"),
        ("Jl. Tebet Timur Dalam II", "Jalan Tebet Timur Dalam II"),
        ("Jl Bulak Tengah Klender", "Jalan Bulak Tengah"),
        ("Jln Pesanggerahan rya", "Jalan Pesanggrahan"),
        ("Jl Gatot Subrotto", "Jalan Jenderal Gatot Subroto"),
        ("Jl. Raden Intan II", "Jalan Raden Inten II"),
        ("Jl. Hang Lekiu", "Jalan Hang Lekiu"),  # one letter from Hang Lekir
        ("Jl. Kebon Jeruk Raya", "Jalan Kebon Jeruk Raya"),
        ("Ciledug Raya tergenang", "Jalan Ciledug Raya"),
        ("Raya Bogor macet", "Jalan Raya Bogor"),
        ("bekasi raya macet", "Jalan Raya Bekasi"),
        ("Pondok Gede Raya berlubang", "Jalan Raya Pondok Gede"),
        ("pasar minggu raya macet", "Jalan Raya Pasar Minggu"),
    ],
)
def test_roads(text, name):
    assert ("road", name) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "jalan rusak parah",
        "jln berlubang",
        "jalan raya macet",
        "jl ditutup",
        "jalan di depan rumah",
        "di tengah raya",
        "hari raya sepi",
        "raya",
    ],
)
def test_a_road_without_a_name(text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("pulogadung", "Pulo Gadung"),
        ("pulogadunh", "Pulo Gadung"),
        ("pulo gadung", "Pulo Gadung"),
        ("Pulau Gadung", "Pulo Gadung"),
        ("kalideres", "Kalideres"),
        ("kali deres", "Kalideres"),
        ("setia budi", "Setiabudi"),
        ("cengkarang timur", "Cengkareng Timur"),
        ("pd. kelapa", "Pondok Kelapa"),
        ("tj. priok", "Tanjung Priok"),
        ("kp rambutan", "Kampung Rambutan"),
        ("Rw. Buaya", "Rawa Buaya"),
        ("kec. penjarigan", "Penjaringan"),
        ("#KelapaGading", "Kelapa Gading"),
        ("#banjirtebet", "Tebet"),
        ("𝐓𝐞𝐛𝐞𝐭", "Tebet"),
        ("benhil", "Bendungan Hilir"),
        ("jaktim", "Jakarta Timur"),
        ("sunter", "Sunter"),
        ("kampung melayuu", "Kampung Melayu"),
        ("pasar mingguu", "Pasar Minggu"),
        ("trotoar kota tua", "Kota Tua"),
        ("taman sari gelap", "Taman Sari"),
    ],
)
def test_areas_in_the_spellings_of_citizens(text, name):
    assert name in [one for _, one in found(text)]


@pytest.mark.parametrize(
    "text",
    [
        "hari senen sampah numpuk",
        "malam senen ada balap liar",
        "ban karet bekas",
        "mobil tangki tumpah",
        "pohon rambutan tumbang",
        "di tengah jalan",
        "petugas kelurahan baru dua orang",
        "operasi penjaringan PMKS",
        "kasur kapuk di got",
        "kaki kena duri",
        "jakarta banjir",
        "pake ban bekas",
        "pasangan suami istri",
        "kampung kami gelap",
        "sudah 5 kali baru diangkat",
        "keliling kampung bawa pengantin",
        "tamu dari kampung balik arah",
        "bis kota tua ngebul",
        "senen macet",
        "kuningan basi",
        "jembatan besi karatan",
        "pasar baru dibangun",
    ],
)
def test_words_that_are_also_names(text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("kel tengah", "kelurahan"),
        ("macet di senen", "area"),
        ("Sampah di pasar, Senen kotor", "area"),
        ("Melawai, Kebayoran Baru", "kelurahan"),
        ("kecamatan senen", "kecamatan"),
        ("kel. Menteng", "kelurahan"),
        ("Menteng", "area"),
    ],
)
def test_a_cue_makes_a_word_a_name(text, kind):
    assert kind in [one for one, _ in found(text)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("senen", "Senen"),
        ("pasar baru", "Pasar Baru"),
        ("di kayu putih pak", "Kayu Putih"),
        ("karet", "Karet"),
        ("pulau seribu", "Kepulauan Seribu"),
        ("Cinere", "Cinere"),
        ("Kuningan macet", "Kuningan"),
        ("macet kuningan dari tadi", "Kuningan"),
        ("jembatan lima banjir sebetis", "Jembatan Lima"),
    ],
)
def test_a_word_that_is_the_whole_answer_is_a_name(text, name):
    assert [one for _, one in found(text)] == [name]


@pytest.mark.parametrize("text", ["baru", "tengah", "hari senen", "pak kartini"])
def test_an_answer_that_is_no_name(text):
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "parkir di pasar 20rb mahal",
        "beli di pasar 300rb",
        "minta uang di terminal 50 ribu",
        "di kantor 2jt",
        "pasar Rp20.000 parkir",
        "ruko 4 lantai",
        "lapor 3 kali 0 tanggapan",
    ],
)
def test_a_sum_or_a_measure_names_no_public_place(text):
    assert found(text) == []


def test_a_number_names_a_school_though_a_measure_follows_behind_a_comma():
    assert found("SMKN 5, siswa merokok") == [("poi", "SMKN 5")]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("depan st. tebet", "Stasiun Tebet"),
        ("fly over pesing", "Flyover Pesing"),
        ("mal ambassador", "Mall Ambassador"),
        ("lampu merah coca cola", "Simpang Coca Cola"),
        ("GT Cawang", "Gerbang Tol Cawang"),
        ("rsud tarakan", "RS Tarakan"),
        ("halte busway harmoni", "Halte Harmoni"),
        ("danau sunter", "Waduk Sunter"),
        ("komplek Billy Moon", "Billy Moon"),
        ("bunderan HI", "Bundaran HI"),
        ("Pondok Indah Mall", "Mall Pondok Indah"),
        ("kelapa gading mall", "Mall Kelapa Gading"),
        ("Gambir station", "Stasiun Gambir"),
        ("Fatmawati hospital", "RS Fatmawati"),
        ("hermina kemayoran", "RS Hermina Kemayoran"),
    ],
)
def test_landmarks_behind_any_spelling_of_their_kind(text, name):
    assert name in [one for _, one in found(text)]


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        ("macet arah Grogol", "arah"),
        ("dpn Stasiun Tebet", "depan"),
        ("seberang Pasar Senen", "seberang"),
        ("blkg pasar palmerah", "belakang"),
        ("kolong flyover Pesing", "bawah"),
    ],
)
def test_the_relation_is_kept(text, relation):
    assert find(text)[0].relation == relation


def test_an_area_in_a_name_is_marked_as_such():
    whole, part = find("Puskesmas Tebet ramai")
    assert (whole.kind, part.name, part.relation) == ("poi", "Tebet", "in a name")


PIECES = """
    jl jln jalan gg rt rw kel kec 05 3 / . , km di Menteng senen pulo gadung pulogadunh depan
    Stasiun tebet #BanjirTebet komplek kp arah Bekasi -6.2, 106.8 raya II 😀 İ ﬃ \u200b \x00
"""
WORDS = st.sampled_from(PIECES.split())


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=200), st.lists(WORDS, max_size=30).map(" ".join)))
@example("rt")
@example("Jl.")
@example("İstanbul İİİ Menteng")
@example("1e400, 106.8 -6.99999999999999 106.99999999999999")
def test_no_text_raises_and_offsets_are_those_of_the_text(text):
    for mention in resolve(text).mentions:
        assert text[mention.start : mention.end] == mention.surface
        assert mention.name
