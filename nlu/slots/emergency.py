"""Danger to life: answered with 112 at once. Tuned for recall, but "api" is also a train.

Rules over normalised text (nlu.normalise). Figures of speech and institutions are cut out first
("hidran"); then a signal counts unless what stands beside it is a fear, a drill, the past, or an
animal and no person. A detector of its own beside the classifier: neither can talk the other out
of it.
"""

from __future__ import annotations

import re
from functools import reduce
from operator import or_

from nlu.normalise import MAX_CHARS, normalise
from nlu.remembered import Remembered
from nlu.slots.circumstances import PERSON, VICTIM
from nlu.slots.figures import FIGURE_HINTS, FIGURES
from nlu.slots.hints import holds, shortest
from nlu.slots.signals import SIGNALS, Signal

_NEAR, _BESIDE = 6, 3  # words: "tahun lalu" takes back what stands no farther from it

# What is feared, not seen: a fear reaches over a few words, "bisa" and the like over one. Neither
# reaches over a cry for help. A guess ("kayaknya") is no fear, nor is waiting for help.
_HELP = (
    r"(?!(?:tolong|cepat|cepet|cepetan|buruan|segera|kirim|datang|sudah|barusan|bapak|ibu|ini)\b)"
)
_FEAR = re.compile(
    r"\b(?:takut(?: nya)?|khawatir(?: nya)?|kuatir|rawan|berpotensi|potensi|"
    r"mencegah|cegah|dikhawatirkan|ditakutkan|membahayakan|afraid|scared|"
    r"resiko|risiko|waspada|antisipasi|menghindari|kalau|jika|apabila|bila|if|danger of|"
    r"agar tidak|supaya tidak|biar tidak|daripada|dripada|"
    r"(?<!tidak )bisa (?:bikin|buat|membuat)|sblm|mimpi|"
    r"(?:nunggu|menunggu|tunggu) (?:ada|sampai|jatuh|jatoh)|tinggal (?:nunggu|menunggu|tunggu)|"
    r"jangan (?:sampai|ampe))"
    rf"(?: {_HELP}\w+){{0,3}} ?$|"
    r"\b(?:(?<!tidak )bisa|jangan|hampir|nyaris|sebelum|akan|might|could|may|almost|before|entar|"
    r"nanti|gampang|mudah|mengakibatkan|menyebabkan|menimbulkan|memicu|belum pernah|tidak ada|"
    r"sering|setiap|tiap)"
    rf"(?: {_HELP}\w+)? ?$|"
    r"\b(?:bahaya|ngeri)(?: nya)? ?$|"
    r"\b(?:setiap|tiap) (?:hari|malam|sore|pagi|musim|hujan|ujan|banjir)"
    rf"(?: {_HELP}\w+){{0,4}} ?$"
)
# Who fears that a fire grows has one before him.
_GROWS = re.compile(r"besar|rambat|jalar|nyambar|mendekat|merembet")
_PAST = re.compile(
    r"\b(?:tahun|bulan|minggu|hari) (?:yang )?(?:lalu|kemarin)\b|\bdulu (?:\w+ )?pernah\b|"
    r"\b(?<!belum )pernah\b|\bpasca\b|\b(?<!0 )tahun 0\b|\blast (?:year|month|week)\b|"
    r"\b(?:hari ini|genap|peringatan|mengenang) (?:\w+ )?0 tahun\b|"
    r"\bsudah (?:sering|ditangani|selesai|berlalu|diganti|diperbaiki|dibersihkan)\b"
)
# So lately that it may go on: it takes back only what stands beside it.
_LATELY = re.compile(
    r"\bkemarin\b|\byesterday\b|\blast night\b|"
    r"\b(?<!dari )(?<!sejak )(?:tadi malam|malam (?:lalu|kemarin))\b"
)
_OVER = re.compile(
    r"\b(?:sudah|telah) (?:di)?padam(?:kan)?\b|\bpadam (?:pukul|jam)\b|"
    r"\b(?:dapat|berhasil) (?:dipadamkan|padam|dilokalisir)\b"
)
# Of people, not of a fire, which burns on without them, and only where nobody else is spoken of
# behind. Who was taken out and breathes no more is told of by another signal.
_SAVED = re.compile(
    r"\b(?:sudah|telah|berhasil) (?:di ?(?:keluarin|keluarkan|evakuasi|selamatkan|selametin|"
    r"tolong|tolongin)|(?:ter)?selamat|tertolong|terselamatkan)\b"
    r"(?!.*\b(?:lagi|lain|lainnya|belum|masih|sisa|tinggal|hilang|teman|another|other|still)\b)"
)
# Of what is past, this goes on.
_STILL = re.compile(
    r"\b(?:belum (?:ketemu|ditemukan|padam|keluar|sadar|muncul|di ?evakuasi|selamat)|sekarang|"
    r"barusan|masih (?:di|ada|hidup|nyala|menyala|hilang|dicari|terjebak)|"
    r"tolong (?:dicari|carikan|cari|bantu|kirim)|still (?:burning|on fire|"
    r"inside|trapped|missing|there)|missing)\b"
)
_ANIMAL = re.compile(
    r"\b(?:kucing|anjing|ular|biawak|monyet|burung|tawon|kambing|sapi|musang|cats?|dogs?|snakes?|"
    r"birds?|buaya|"
    r"kodok|tikus|ayam|sanca|kobra|lebah|kitten|puppy|layangan)\b"
)
# Whoever is addressed, or owns an animal, may be the victim too: "bapak tersengat", not "kucing
# saya kejepit".
_BEFALLEN = re.compile(
    r"\b(?:ibu|bapak|(?<!kucing )(?<!anjing )(?<!burung )(?<!ayam )(?<!kambing )(?<!monyet )"
    r"(?:saya|kami|warga|tetangga)) ?$"
)
_PERSON_BEFORE = re.compile(rf"\b{PERSON}\b(?: \w+){{0,5}} ?$")
_THING_BEFORE = re.compile(
    r"\b(?:motor|mobil|sampah|barang|rumah|jalan|sawah|jakarta|kampung|kendaraan|perabot|pohon|"
    r"tanah|bangkai|jembatan|laporan|pengaduan|suara|kasur|kulkas|"
    r"wilayah|komplek|cucian|jemuran(?: ikan)?|perumahan|daerah|gerobak|sandal|sendal|trotoar|"
    r"sekolah|kota|dompet|kunci|hp|"
    r"handphone|tas|helm|sepeda|bola|surat|paket|"
    r"lantai)(?: (?:nya|saya|kami|warga|bisa|ikut|"
    r"sudah|pada|hampir))* ?$|\b(?:sandal|sendal|sepatu|topi|tas|bola|mainan) anak(?: saya)? ?$"
)
# The words of a fire, by which a text of that kind is one.
_FIRE = re.compile(
    r"\b(?:api|kebakaran|(?:ter|ke)bakar|kobong|merembet|meledak|ledakan|gas|elpiji|fires?|burning|flames|"
    r"smoke|as[ae]p (?:\w+ )?(?:teb[ae]l|hitam|item|pek[ae]t))\b"
)

# A text with none of these, in lower case, holds no signal, however it is spelled.
_SPELLED = ("can't", "royok", "attack", "shock", "putus", "perahu", "boat")
_HINTS = shortest([*_SPELLED, *(hint for signal in SIGNALS for hint in signal.hints.split())])
_BITS = tuple((2 << at, signal) for at, signal in enumerate(SIGNALS))
_FIGURE, _ANY = 1, sum(bit for bit, _ in _BITS)
_LONG = re.compile(r"([a-z])\1{2,}")


def emergency(text: str) -> bool:
    """Whether the text, as given, tells of danger to life now."""
    looked_at = any(map(_hinted.__getitem__, text[:MAX_CHARS].lower().split()))
    return looked_at and in_danger(normalise(text))


def in_danger(plain: str) -> bool:
    """The same of a normalised text, if a word of the text is `hinted`."""
    signs = reduce(or_, map(_signs.__getitem__, plain.split()), 0)
    if not signs & _ANY:
        return False
    # Most texts with a sign hold no words of danger: the figures need not be cut out of those.
    found = [signal for bit, signal in _BITS if signs & bit and signal.words.search(plain)]
    cut = literal(plain) if found else plain
    return any(_holds(signal, plain if signal.whole else cut) for signal in found)


def literal(plain: str) -> str:
    """A normalised text without its figures of speech and what only bears a name of danger."""
    figures = any(_signs[word] & _FIGURE for word in plain.split())
    return FIGURES.sub(" ", plain) if figures else plain


def no_fire(text: str) -> bool:
    """Whether the text, as given, speaks of fire as a figure, as equipment, or as what is over.

    Words that are no fire's leave it open: a text may be misspelled, and tell of one all the same.
    """
    plain = normalise(text)
    cut = literal(plain)
    named = [*_FIRE.finditer(cut)]
    if named:
        return all(_denied(cut, match, past=True) for match in named)
    return cut != plain


def hinted(word: str) -> bool:
    """Whether a text with this between two blanks, in lower case, is looked at at all."""
    # Elongation hides words from the quick look: "kebakaaaran".
    return holds(_LONG.sub(r"\1", word), _HINTS)


def _sign(word: str) -> int:
    """What a normalised text with this word may hold: a bit for each signal, one for figures."""
    signs = _FIGURE * holds(word, FIGURE_HINTS)
    for bit, signal in _BITS:
        signs |= bit * holds(word, signal.hints.split())
    return signs


_hinted = Remembered(hinted)
_signs = Remembered(_sign)


def _holds(signal: Signal, text: str) -> bool:
    found = [*signal.words.finditer(text)]
    if not found or not all(needed.search(text) for needed in signal.needs):
        return False
    if signal.unless and signal.unless.search(text):
        return False
    animal = not signal.animals and _ANIMAL.search(text) and not VICTIM.search(text)
    return any(
        not _denied(text, match, past=signal.past)
        and (not signal.person_before or _befalls_a_person(text[: match.start()]))
        and (not animal or _BEFALLEN.search(text[: match.start()]))
        for match in found
    )


def _denied(text: str, match: re.Match[str], *, past: bool) -> bool:
    """Whether what the match tells of is feared, or over."""
    before, after = text[: match.start()], text[match.end() :]
    if _FEAR.search(before) and not _GROWS.search(match[0]):
        return True
    if not past or _STILL.search(text):
        return False
    return bool(
        _PAST.search(_around(before, match, after, _NEAR))
        or _LATELY.search(_around(before, match, after, _BESIDE))
        or _OVER.search(after)
        or (_SAVED.search(after) and not _FIRE.search(match[0]))
    )


def _around(before: str, match: re.Match[str], after: str, words: int) -> str:
    return " ".join((*before.split()[-words:], match[0], *after.split()[:words]))


def _befalls_a_person(before: str) -> bool:
    return bool(_PERSON_BEFORE.search(before)) and not _THING_BEFORE.search(before)
