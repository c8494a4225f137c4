from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.slots import emergency, find_slots, language
from nlu.slots.personal import masked, names_in

PERSONAL = [
    ("hub 0812-0000-1234", "phone", "081200001234"),
    ("WA +62 812 0000 1234 ya", "phone", "6281200001234"),
    ("telp 021-5550000 siang", "phone", "0215550000"),
    ("nik 3171234567890001", "nik", "3171234567890001"),
    ("plat B 1234 XYZ parkir", "plate", "B1234XYZ"),
    ("mobil b1234xy parkir", "plate", "B1234XY"),
    ("AB 12 CD", "plate", "AB12CD"),
    ("surel warga@contoh.example", "email", "warga@contoh.example"),
    ("nama saya Budi Santoso, lapor", "name", "Budi Santoso"),
    # Words that stand close, and the dashes of a telephone.
    ("Hp.081200001234", "phone", "081200001234"),
    ("no.081200001234", "phone", "081200001234"),
    ("Telp.021-5550000", "phone", "0215550000"),
    ("HP081200001234", "phone", "081200001234"),
    ("wa0812-0000-1234", "phone", "081200001234"),
    ("081200001234ya", "phone", "081200001234"),
    ("0812–0000–1234", "phone", "081200001234"),
    ("+62 (0)812 0000 1234", "phone", "62081200001234"),
    ("hp 081200001234 15 orang", "phone", "081200001234"),
    ("NIK3171234567890001", "nik", "3171234567890001"),
    ("no ktp.3171234567890001", "nik", "3171234567890001"),
    # A plate behind a word of addresses.
    ("plat no B 1234 KZT", "plate", "B1234KZT"),
    ("plat nomor B1234KZT", "plate", "B1234KZT"),
    ("plat no.B 1234 KZT", "plate", "B1234KZT"),
    ("parkir di jalur B 1234 XYZ", "plate", "B1234XYZ"),
    ("plat no B 12 KZ", "plate", "B12KZ"),
    # Names in small letters, in capitals, and behind other openings.
    ("NAMA: BUDI SANTOSO", "name", "BUDI SANTOSO"),
    ("Nama: Budi\nLokasi: lampu mati", "name", "Budi"),
    ("nama saya siti aminah", "name", "siti aminah"),
    ("nama saya siti aminah mau lapor", "name", "siti aminah"),
    ("Nama saya Sumiati janda", "name", "Sumiati"),
    ("nama saya M. Rizki", "name", "M. Rizki"),
    ("nama saya siti no 081", "name", "siti"),
    ("a/n Budi", "name", "Budi"),
    ("an. Budi Santoso", "name", "Budi Santoso"),
    ("Pelapor: Andi Wijaya", "name", "Andi Wijaya"),
    ("Hormat saya,\n\nAgus Salim", "name", "Agus Salim"),
    ("saya Rudi Hartono warga RT 3", "name", "Rudi Hartono"),
    ("Selamat pagi, saya Bu Ratna dari sini", "name", "Bu Ratna"),
    ("i'm Sarah", "name", "Sarah"),
    ("my name is sarah and here is trash", "name", "sarah"),
]
NOT_PERSONAL = [
    "blok B 12 no 3",
    "RT 05 RW 03 kel 2",
    "JKT-4K7P-2Q9X",
    "tgl 20/02/2017 jam 08.30",
    "Rp 1.500.000",
    "jalan B 2 di ujung",
    "-6.2146, 106.8451",
    "6.2012345678 106.8",
    "jam 02.30-04.15 10.00",
    "unit B 12 AB",
    "blok no B 123 A",
    "saya warga RT 3",
    "SAYA MAU LAPOR WARGA RT 3",
    "lokasi saya Kebon Jeruk dari tadi",
    "wait an hour",
    "I'm tired",
    "I'm Stuck",
    "nama jalan belum ada",
    "Plang nama Jl. Anggrek ketutupan daun",
    "Nama saya tidak mau disebut",
    "nama saya dicoret dari daftar",
    "nama saya hilang dari daftar",
    "genangan 30 an. Rumah aman",
    "Hormat kami, Warga RT 5",
]
SINCE = [
    ("sampah sudah 3 hari menumpuk", "sudah 3 hari"),
    ("mati sejak semalam", "sejak semalam"),
    ("dari kemarin ga nyala", "dari kemarin"),
    ("udah sebulan dibiarkan", "udah sebulan"),
    ("sudah hampir 2 minggu", "sudah hampir 2 minggu"),
    ("gelap sejak bulan lalu", "sejak bulan lalu"),
    ("berhari-hari tidak diangkut", "berhari-hari"),
    ("no water since sunday", "since sunday"),
    ("uncollected for two weeks", "for two weeks"),
    ("seminggu ini gelap", "seminggu ini"),
    ("mati dari seminggu lalu", "dari seminggu lalu"),
    ("udah setaun rusak", "udah setaun"),
    ("gelap semenjak kemarin", "semenjak kemarin"),
    ("3 bulan lampu mati", "3 bulan"),
    ("2 hr blm diangkut", "2 hr"),
    ("it's been 2 weeks", "been 2 weeks"),
    ("it's been a week", "been a week"),
]
REPEATS = [
    ("laporan ke-3", 3),
    ("laporan ketiga saya", 3),
    ("udah 4x lapor", 4),
    ("sudah lapor 5 kali", 5),
    ("sudah berkali-kali lapor", 2),
    ("third report about this", 3),
    ("ke 5 kalinya saya lapor", 5),
    ("kedua kalinya kami lapor", 2),
    ("reported twice already", 2),
    ("ini kedua kalinya", 2),
    ("ini udah yang ke-3 kalinya, tolong", 3),
    ("dah sering lapor", 2),
]


def entities(text: str, kind: str) -> list[Any]:
    return [entity for entity in find_slots(text) if entity.entity == kind]


def test_depths_of_the_written_texts(labelled: Any) -> None:
    wrong = []
    for row in labelled("depth"):
        said = [entity.value for entity in entities(row["text"], "depth_cm")]
        if said != ([row["depth_cm"]] if row["depth_cm"] else []):
            wrong.append((row["id"], row["text"], said))
    assert len(wrong) <= 2, wrong


@pytest.mark.parametrize(
    ("text", "depth"),
    [
        ("banjir separuh ban mobil", [25, 35]),
        ("banjir sampai setengah ban motor", [25, 35]),
        ("banjir dua\npuluh cm", [20, 20]),
        ("banjir tiga\tpuluh lima cm", [35, 35]),
        ("banjir setengah\nban mobil", None),  # two lines, two things
        # More or less than a figure is no distance from it.
        ("banjir lebih dari 1 meter", [100, 100]),
        ("banjir kurang dari 20 cm", [20, 20]),
        ("ketinggian lebih dari 70 cm", [70, 70]),
        ("rumah saya 30 meter dari kali yang banjir", None),
        # Fractions, and two units.
        ("banjir 1/2 meter", [50, 50]),
        ("banjir 3/4 meter", [75, 75]),
        ("banjir 1 1/2 meter", [150, 150]),
        ("banjir ½ meter", [50, 50]),
        ("banjir seperempat meter", [25, 25]),
        ("flood half a meter", [50, 50]),
        ("banjir 50/70 cm", [50, 70]),
        ("banjir 1m20", [120, 120]),
        ("banjir 1 meter 20 cm", [120, 120]),
        ("banjir satu meter dua puluh senti", [120, 120]),
        # Millimetres are rain.
        ("genangan 5mm", None),
        ("curah hujan 150mm banjir selutut", [35, 55]),
        # As people write "up to", and what water comes up to.
        ("banjir ampe jok motor", [70, 85]),
        ("air nyampe jok", [70, 85]),
        ("air smpe stang motor", [90, 105]),
        ("air melebihi jok", [85, 102]),
        ("air masuk lewat pintu, tidak dalam", None),
        ("rumah kerendem sebetis dari subuh, tolong ya pak", [15, 35]),
        ("rumah kelelep sepinggang dari subuh, tolong ya", [80, 105]),
        ("banjir sepuser", [90, 105]),
        ("banjir setengah badan", [75, 90]),
        ("banjir sampai spion", [90, 115]),
        ("air sampai kap mesin", [80, 100]),
        ("banjir setinggi mobil", [140, 180]),
        ("banjir sampai mobil mogok", None),
        ("banjir setinggi anak kecil", [95, 120]),
        ("banjir 60-an cm", [60, 60]),
        ("banjir limapuluh cm", [50, 50]),
        ("banjir 20 inchi", [51, 51]),
        # What it was before is over.
        ("tadi sepinggang, skrg selutut", [35, 55]),
        ("tinggi air 110 cm, turun 15 cm", [110, 110]),
        ("masih selutut, tadi sempat sepinggang", [35, 55]),
        ("lebih tinggi dari lutut airnya", [35, 55]),
        ("banjir satu koma dua meter", [120, 120]),
        ("lutut", [35, 55]),
        ("knees.", [35, 55]),
        ("pompa mati, di gang sebelah masih sepaha orang", [55, 80]),
        ("jalan ambles sedalam betis", None),
        ("saya 165 cm, air sepinggang", [80, 105]),
    ],
)
def test_every_depth_that_is_looked_for_has_a_size(text: str, depth: list[int] | None) -> None:
    assert [one.value for one in entities(text, "depth_cm")] == ([depth] if depth else [])


@pytest.mark.parametrize(("text", "kind", "value"), PERSONAL)
def test_personal_data_is_marked(text: str, kind: str, value: str) -> None:
    (found,) = entities(text, kind)
    assert found.value == value
    assert find_slots(text) == [found]


def test_a_name_behind_a_number_is_marked() -> None:
    assert masked("NIK 3171234567890001 an Budi Santoso") == "NIK 0000 an ***"


def test_a_name_that_was_told_is_hidden_wherever_it_stands() -> None:
    names = names_in(["nama saya Ibu Rina Sari, hp 081200001234", "got mampet"])
    assert names == {"Rina", "Sari"}
    said = "sudah 3 kali lapor, rina. surel rina.sari@contoh.example; Sarinah bukan saya"
    assert masked(said, names) == "sudah 3 kali lapor, ***. surel ***; Sarinah bukan saya"
    assert masked("sudah 3 kali lapor, rina") == "sudah 3 kali lapor, rina"


@pytest.mark.parametrize("text", NOT_PERSONAL)
def test_what_only_looks_personal_is_left(text: str) -> None:
    kinds = {entity.entity for entity in find_slots(text)}
    assert not kinds & {"phone", "nik", "plate", "email", "name"}


@pytest.mark.parametrize(("text", "words"), SINCE)
def test_since(text: str, words: str) -> None:
    assert [entity.value for entity in entities(text, "since")] == [words]


@pytest.mark.parametrize(("text", "count"), REPEATS)
def test_repeats_are_counted(text: str, count: int) -> None:
    assert [entity.value for entity in entities(text, "repeat")] == [count]


@pytest.mark.parametrize(
    "text",
    [
        "tiap 3 bulan lampu mati",
        "anak umur 3 tahun",
        "ini pertama kalinya",
        "ini kedua kalinya banjir bulan ini",
        "sering banjir",
        "di tikungan sering adu banteng",
    ],
)
def test_what_tells_neither_since_when_nor_how_often(text: str) -> None:
    assert entities(text, "since") == entities(text, "repeat") == []


def test_a_ticket_is_found_in_its_written_form() -> None:
    (found,) = entities("cek jkt 1234 567n dong", "ticket") or [None]
    assert found is None  # the check character is wrong


def test_language() -> None:
    assert language("lampu jalan mati") == "id"
    assert language("The street light is broken") == "en"
    assert language("") == "id"
    assert language("flood") == "en"
    assert language("tolong, the lampu is mati di depan rumah saya") == "id"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Tebet Timur no 5", "id"),
        ("plat no B 1234 KZT", "id"),
        ("Blok B 12 A", "id"),
        ("kelap kelip tiang no 14, jam 6 an", "id"),
        ("bus ugal2an", "id"),
        ("there is no water", "en"),
        ("no photo, sorry", "en"),
        ("stuck in a traffic jam", "en"),
        ("the bus is late", "en"),
    ],
)
def test_a_word_of_both_languages_is_no_english(text: str, said: str) -> None:
    assert language(text) == said


@settings(deadline=None)
@given(st.text(max_size=400))
def test_no_text_raises_and_offsets_hold(text: str) -> None:
    for entity in find_slots(text):
        assert 0 <= entity.start < entity.end <= len(text)
    assert language(text) in {"id", "en"}
    assert emergency(text) in {True, False}


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["50", "cm", "selutut", "sampai", "-", "2", "meter", "x", "lapor", "ke", "0812",
             "3171", "B", "sejak", "kemarin", "api", "banjir", ".", "dua", "puluh", "jkt"]
        ),
        max_size=40,
    )
)  # fmt: skip
def test_heaps_of_the_words_that_rules_look_for_are_harmless(words: list[str]) -> None:
    text = " ".join(words)
    for entity in find_slots(text):
        assert text[entity.start : entity.end].strip()
