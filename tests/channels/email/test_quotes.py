"""What is cut from a text, and what stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email.page import seen
from channels.email.quotes import Kind, own_words
from channels.email.text import unflowed

REPLY, NEW, FORWARD = Kind(reply=True), Kind(), Kind(forward=True)
QUOTE = "> Di mana lokasinya?\n> Tulis nama jalan."


@pytest.mark.parametrize(
    "attribution",
    [
        "Pada Kam, 1 Jan 2026 pukul 08.20 Kanal Warga <lapor@kanal.localhost> menulis:",
        "Pada tanggal Kam, 1 Jan 2026 pukul 08.20 Kanal Warga <\nlapor@kanal.localhost> menulis:",
        "Pada 1 Jan 2026, pukul 08.20, Kanal Warga <lapor@kanal.localhost> menulis:",
        "Pada Kamis, 1 Januari 2026 08.20.00 WIB, Kanal Warga\n<lapor@kanal.localhost>\nmenulis:",
        "Tanggal 1 Jan 2026, Kanal Warga menulis:",
        "On Thu, Jan 1, 2026 at 8:20 AM Kanal Warga <lapor@kanal.localhost> wrote:",
        "On 01/01/2026 08:20, Kanal Warga wrote:",
        "2026-01-01 8:20 GMT+07:00 Kanal Warga <lapor@kanal.localhost>:",
        "Kanal Warga <lapor@kanal.localhost> menulis:",
    ],
)
@pytest.mark.parametrize("quote", [QUOTE, "Di mana lokasinya?"])
def test_the_mail_answered_is_cut_with_its_head(attribution: str, quote: str) -> None:
    text = f"Jl. Sabang nomor 5\n\n{attribution}\n\n{quote}\n"

    assert own_words(text, REPLY) == "Jl. Sabang nomor 5"
    assert own_words(text, NEW) == "Jl. Sabang nomor 5"


@pytest.mark.parametrize(
    "frame",
    [
        "Dari: Kanal Warga <lapor@kanal.localhost>\nDikirim: 1 Januari\nKepada: Rina\nPerihal: x",
        "Dari: Kanal Warga\nTerkirim: Kamis, 1 Januari 2026\nKe: Rina\nSubjek: x",
        "*Dari:* Kanal Warga\n*Tanggal:* 1 Januari 2026\n*Ke:* Rina",
        "From: Kanal Warga\nSent: Thursday, January 1, 2026\nTo: Rina\nSubject: x",
        "________________________________\nFrom: Kanal Warga\nDate: Thursday\nTo: Rina",
        "-----Original Message-----\nFrom: x",
        "-------- Pesan asli --------\nDari: x",
        "----- Pesan Asli -----",
    ],
)
def test_the_frame_of_outlook_and_telephones_is_cut(frame: str) -> None:
    assert own_words(f"Sudah tiga hari.\n\n{frame}\n\nSejak kapan?", REPLY) == "Sudah tiga hari."


def test_the_head_of_a_letter_is_no_frame() -> None:
    letter = "Yth. Lurah\n\nDari: Ketua RT\nTanggal: 1 Januari\nPerihal: Got\n\nGot mampet."

    assert own_words(letter, NEW) == letter


def test_answers_between_quotes_stay() -> None:
    text = f"On 1 Jan 2026, Kanal wrote:\n{QUOTE}\n\nJl. Sabang\n> Sejak kapan?\nKemarin"

    assert own_words(text, REPLY) == "Jl. Sabang\nKemarin"


def test_what_is_no_reply_has_no_quotes() -> None:
    assert own_words("> 50 cm airnya\n> 2 jam", NEW) == "> 50 cm airnya\n> 2 jam"
    assert own_words(QUOTE, REPLY) == ""


@pytest.mark.parametrize(
    "text",
    [
        "Pada hari Senin petugas menulis: besok diperbaiki. Sampai kini tidak.",
        "Pada pagar ada yang menulis:\nDILARANG PARKIR",
        "Tanggal berapa diperbaiki?\nKata warga: lama",
        "On Monday he wrote:\nnothing",
        "Dari: Rina",
        "Dikirim dari kelurahan ke kecamatan, lalu hilang",
        "Sent from the office to the field",
        "--\n" + "\n".join(f"baris {number}" for number in range(20)),
        "- lubang satu\n- lubang dua",
        "__________\ntertanda",
    ],
)
def test_words_that_look_like_a_quote_stay(text: str) -> None:
    assert own_words(text, NEW) == text


@pytest.mark.parametrize(
    "line",
    [
        "Dikirim dari iPhone saya", "Sent from my iPhone", "Dikirim dari Yahoo Mail di Android",
        "Dikirim dari perangkat Samsung Galaxy saya", "Get Outlook for Android",
        "Dapatkan Outlook untuk iOS<https://aka.ms/o0ukef>", "Sent from Outlook for Android",
        "[Dikirim dari ponsel Huawei saya]", "Dikirim dari Xiaomi saya", "Sent using Zoho Mail",
        "*Terkirim dari ponsel pintar BlackBerry 10 saya*",
    ],
)  # fmt: skip
def test_what_telephones_add_is_cut(line: str) -> None:
    assert own_words(f"Lampu mati\n\n{line}\n", NEW) == "Lampu mati"
    assert own_words(f"{line}\n\nLampu mati", NEW) == "Lampu mati"


def test_a_signature_is_cut_where_words_stand_before_it() -> None:
    assert own_words("Got mampet\n-- \nRina\n0812", NEW) == "Got mampet"
    assert own_words("Got mampet\n--\nRina", NEW) == "Got mampet"
    assert own_words("-- \nRina", NEW) == "--\nRina"


@pytest.mark.parametrize(
    "mark",
    ["---------- Forwarded message ---------", "---------- Pesan terusan ----------",
     "-------- Pesan yang diteruskan --------", "Begin forwarded message:"],
)  # fmt: skip
def test_a_forwarded_mail_is_the_complaint(mark: str) -> None:
    text = f"Mohon bantuan\n\n{mark}\nDari: Budi <b@c>\nDate: Rab\nSubject: x\nTo: R\n\nMacet total"

    for kind in (NEW, FORWARD, REPLY):
        assert own_words(text, kind) == "Mohon bantuan\n\nMacet total"


def test_the_frame_of_a_forwarded_mail_is_taken_off() -> None:
    text = "Dari: Budi\nDikirim: Rabu\nKepada: Rina\nPerihal: Macet\n\nMacet total di Kuningan"

    assert own_words(text, FORWARD) == "Macet total di Kuningan"


@given(st.text(st.sampled_from("> \nOn1Padtgl:<@-_wroemnuisDF."), max_size=200))
def test_cutting_adds_nothing(text: str) -> None:
    kept = own_words(text, REPLY).split()
    words = iter(text.split())

    assert all(word in words for word in kept)


@pytest.mark.parametrize(
    ("text", "delsp", "read"),
    [
        ("satu \ndua\ntiga", False, "satu dua\ntiga"),
        ("satu \ndua", True, "satudua"),
        (">satu \n>dua\ntiga", False, "> satu dua\ntiga"),
        ("satu \n>dua", False, "satu \n> dua"),
        (" >bukan kutipan", False, ">bukan kutipan"),
        ("satu \n-- \nRina", False, "satu \n-- \nRina"),
    ],
)
def test_flowed_lines_are_joined(text: str, delsp: bool, read: str) -> None:  # noqa: FBT001
    assert unflowed(text, delsp=delsp) == read


@pytest.mark.parametrize(
    ("page", "read"),
    [
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("<div>a</div><div>b<br>c</div>", "a\nb\nc"),
        ("a<b>b</b>c  d\ne", "abc d e"),
        ("<td>a</td><td>b</td>", "a b"),
        ("&lt;b&gt; &amp; &eacute;&nbsp;&#233; &#99999999999999;", "<b> & é é"),
        ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
        ("<3 dan </3", "<3 dan"),
        ('<a title="x > y">z</a>', "z"),
        ("a<!-- b --><!-->c<!--[if mso]>d<![endif]-->e<!-- f", "ace"),
        ("<head><title>x</title><body>a", "a"),
        ("<script>var a = '<p>';</script>b<style>c", "b"),
        ("<div hidden>a</div><div style='DISPLAY: none'><div>b</div></div>c", "c"),
        ("<div class='gmail_quote'><div>a</div>b</div>c", "c"),
        ('<blockquote type="cite">a</blockquote>b', "b"),
        ("<blockquote>a</blockquote>b", "a\nb"),
        ('a<div id="divRplyFwdMsg">b</div>c', "a"),
        ("a<div class='gmail_signature'>b</div>", "a"),
        ("a\x00\x01<im", "a"),
        ("", ""),
    ],
)
def test_a_page_is_read_as_a_person_sees_it(page: str, read: str) -> None:
    assert seen(page, quotes=False, most=1_000) == read


def test_a_page_gives_its_quotes_on_request() -> None:
    page = 'a<div class="gmail_quote">b</div><div id="divRplyFwdMsg">c</div>d'

    assert seen(page, quotes=True, most=1_000) == "a\nb\nc\nd"


@given(st.text(st.sampled_from("<>/!-\"'=&#; \nabpdivclass"), max_size=300))
def test_no_page_raises(page: str) -> None:
    assert len(seen(page, quotes=True, most=1_000)) < 2_000
