"""Danger to life: answered with 112 at once. Tuned for recall, but "api" is also a train.

Rules over normalised text (nlu.normalise). Figures of speech and institutions are cut out first
("mobil pemadam kebakaran"); then a signal counts unless what stands around it is a fear, a drill,
the past, or an animal. A detector of its own beside the classifier: neither can talk the other out
of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import reduce
from operator import or_

from nlu.normalise import MAX_CHARS, normalise
from nlu.remembered import Remembered
from nlu.slots.hints import holds, shortest

# Cut out before anything is looked for: here the words of danger mean something else.
_FIGURES = re.compile(
    r"bekas tawuran|"
    r"kebakaran jenggot|(?:ter|ke)jebak (?:di |dalam |sama )?(?:\w+ )?(?:macet|lubang|antrean|"
    r"antrian)|"
    r"(?<!lift )macet (?:\w+ )?(?:ter|ke)jebak|jebakan|(?:stuck|trapped) in (?:the )?traffic|"
    r"(?:kereta|kapal|kembang|gunung|rel|stasiun|perlintasan|palang|lintasan|api|tusuk|cap|"
    r"korek|kipas) api|api (?:api|abadi|ancol|cemburu|"
    r"perjuangan|semangat|unggun)|(?:pem)?bakaran? sampah|sampah (?:\w+ ){0,3}(?:di|ter|ke)?bakar|"
    r"pembakaran|membakar|"
    r"\b(?:mobil|unit|pos|alat|petugas|kantor|dinas) (?:pemadam )?(?:kebakaran|evakuasi)|"
    r"\b(?:pemadam|hydrant|hidran|sirine|sirene|korban|bekas|puing|sisa|alarm|asuransi|"
    r"rawan|bahaya|penanggulangan|pencegahan|simulasi|potensi|resiko|risiko|memadamkan|pasca|"
    r"jalur|tangga|posko|tim|"
    r"pelatihan|sosialisasi|latihan|berita|penyintas|bantuan) (?:\w+ )?(?:kebakaran|kebakar|"
    r"evakuasi|terbakar|api)|"
    r"fire ?(?:station|truck|brigade|department|hydrant|engine|extinguisher|fighter|drill|alarm|"
    r"works?|exit|safety)\w*|"
    r"(?:burn|burning|burns|burned) (?:\w+ ){0,3}(?:trash|garbage|rubbish|waste|leaves|plastic|"
    r"tires|tyres)|"
    r"(?:trash|garbage|rubbish|waste|leaves) (?:\w+ ){0,2}(?:burn\w*|fires?)|(?:no|open) burning|"
    r"(?:harga|emosi|penjualan|jumlah|banjir) (?:\w+ )?(?:meledak|terbakar)|ledakan penduduk|"
    r"(?:ledakan|suara ledakan) (?:\w+ )?petasan|petasan (?:\w+ )?meledak|"
    r"(?:hati|kulit|emosi|semangat|muka) (?:nya |saya )?(?:ke|ter)bakar|"
    r"(?:ke|ter)bakar (?:matahari|emosi|api cemburu|cemburu|inflasi)|"
    r"(?:ter|ke)?sengat(?:an)? (?:tawon|lebah|matahari|panas|bau)|(?:jakarta|jalan|trotoar|"
    r"got) (?:nya )?tenggelam|"
    r"lahan kritis|\w+ pura pura|pura pura \w+|percikan api (?:kalau|jika|setiap|tiap|saat|pas|"
    r"when)|kaca mobil terkunci|(?:pagar|pintu|gerbang|portal|gembok|toilet|taman|"
    r"ditutup) (?:\w+ )?terkunci"
)
# Of what it matches, a word has one of these in it.
_FIGURE_WORDS = """
    tawuran jenggot jebak traffic api bakar evakuasi fire burn ledak sengat tenggelam kritis pura
    kunci
"""
_FIGURE_HINTS = shortest(_FIGURE_WORDS.split())
_FEAR = re.compile(
    r"\b(?:takut(?:nya)?|khawatir|kuatir|bisa|rawan|jangan|berpotensi|potensi|hampir|nyaris|kalau|"
    r"jika|apabila|bila|"
    r"sebelum|mencegah|cegah|dikhawatirkan|ditakutkan|ngeri|akan|bahaya|membahayakan|afraid|might|"
    r"could|may|almost|"
    r"before|resiko|risiko|waspada|antisipasi|menghindari|menunggu|nunggu|tunggu|entar|nanti|"
    r"seperti|gampang|mudah|"
    r"khawatirnya|agar tidak|supaya tidak|biar tidak|mengakibatkan|menyebabkan|menimbulkan|memicu|"
    r"belum pernah|tidak ada|sering|setiap|tiap|scared|if|danger of)\b(?: \w+){0,4} ?$"
)
_PAST = re.compile(
    r"\b(?:tahun|bulan|minggu|hari) (?:yang )?(?:lalu|kemarin)\b|\bdulu\b|\bkemarin\b|\bpernah\b|"
    r"\bpasca\b|\btahun 0\b|"
    r"\b(?:sudah|telah|udah) (?:di)?padam(?:kan)?\b|\blast (?:year|month|week)\b|\byesterday\b|"
    r"\bsudah sering\b|"
    r"\bsudah (?:ditangani|selesai|berlalu|diganti|diperbaiki|dibersihkan)\b|"
    r"\b(?<!dari )(?<!sejak )(?:tadi malam|malam (?:lalu|"
    r"kemarin))\b|\blast night\b"
)
_ANIMAL = re.compile(
    r"\b(?:kucing|anjing|ular|biawak|monyet|burung|tawon|kambing|sapi|musang|cats?|dogs?|snakes?|"
    r"birds?|buaya|"
    r"kodok|tikus|ayam|sanca|kobra|lebah|kitten|puppy|layangan)\b"
)
_PERSON = (
    r"(?:anak|bocah|balita|bayi|orang|warga|ibu|bapak|nenek|kakek|lansia|korban|penumpang|pekerja|"
    r"tukang|kami|"
    r"saya|keluarga|adik|kakak|suami|istri|teman|tetangga|pemotor|pengendara|sopir|supir|murid|"
    r"siswa|pemuda|"
    r"remaja|pria|wanita|perempuan|laki|pengungsi|pasien|penghuni|ada yang|someone|somebody|"
    r"people|persons?|man|"
    r"woman|child|children|kids?|boys?|girls?|family|neighbou?rs?|mother|father|we|me|i|us|my)"
)
_PEOPLE = re.compile(rf"\b{_PERSON}\b")
_PERSON_BEFORE = re.compile(rf"\b{_PERSON}\b(?: \w+){{0,5}} ?$")
_THING_BEFORE = re.compile(
    r"\b(?:motor|mobil|sampah|barang|rumah|jalan|sawah|jakarta|kampung|kendaraan|perabot|pohon|"
    r"tanah|bangkai|jembatan|"
    r"wilayah|komplek|perumahan|daerah|gerobak|kasur|sandal|trotoar|sekolah|kota|dompet|kunci|hp|"
    r"handphone|tas|helm|sepeda|bola|surat|paket|"
    r"lantai)(?: (?:nya|saya|kami|warga|bisa|ikut|"
    r"sudah|pada|hampir))* ?$"
)
_PLIGHT = re.compile(
    r"\b(?:banjir|air|rumah|atap|lift|api|longsor|reruntuhan|kamar|dalam|flood|water|building|"
    r"rubble|inside|under|house)\b"
)

_DISTRESS = re.compile(r"\b(?:perahu|boat|banjir|hanyut|terjebak)\b")


@dataclass(frozen=True, slots=True)
class Signal:
    """Words of danger, and what must or must not stand around them."""

    hints: str  # of what `words` matches, a word has one of these in it, or none is looked for
    words: re.Pattern[str]
    person: bool = False  # somebody must be named anywhere in the text
    person_before: bool = False  # ... within a few words before: things drown too
    plight: bool = False  # the circumstances must be named: flood, lift, roof ...
    distress: bool = False  # water and a cry for help must be named: repairmen are on roofs too
    past: bool = True  # "last year" takes it back
    animals: bool = False  # an animal in the text does not take it back


_SIGNALS = (
    Signal(
        "bakar api koba jago lalap fire burning flames ledak explo bocor leak",
        re.compile(
            r"\bkebakaran\b|\b(?:ter|ke)bakar\b|\b(?:ada|keluar|titik|muncul|tolong|semburan|"
            r"jilatan|si|mengeluarkan) api\b|"
            r"\bkobaran\b|\bapi (?:nya )?(?:(?:sudah|makin|semakin|mulai|masih|terus|"
            r"lagi) )*(?:membesar|besar|menyala|nyala|"
            r"berkobar\w*|nyambar|menyambar|merambat|menjalar|ke|dari|di|mendekat|naik|tinggi)\b|"
            r"\bjago merah\b|"
            r"\bpercikan api\b|\bdilalap\b|\bfires?\b|\b(?:is|are|house|building|shop|"
            r"car) burning\b|\bflames\b|\bapi (?:dari|di) (?:\w+ ){0,4}(?:di ?dalam|terjebak)\b|"
            r"\bmeledak\b|\bledakan\b|\bexplo(?:ded|sion|ding)\b|\basap (?:hitam |"
            r"putih )*(?:tebal|pekat) (?:\w+ ){0,2}api\b|"
            r"\b(?:gas|elpiji|lpg|amonia|amoniak)\b(?: \w+){0,2} bocor\b|"
            r"\bkebocoran (?:\w+ )?(?:gas|amonia|elpiji)\b|\bgas leak|"
            r"\bbocor(?: \w+)? (?:gas|elpiji)\b"
        ),
        animals=True,
    ),
    Signal(
        "jebak perangkap kurung kepung isol trapped",
        re.compile(
            r"\b(?:ter|ke)jebak\b|\bterperangkap\b|\bterkurung\b|\bter(?:kepung|isolasi|isolir)\b|"
            r"\btrapped\b"
        ),
        plight=True,
        past=False,
    ),
    Signal(
        "kunci jepit timpa nimpa timbun tiban kubur crushed buried roboh ambruk runtuh",
        re.compile(
            r"\bterkunci\b|\b(?:ter|ke)jepit\b|\b(?:ter|ke|me)timpa\b|\bmenimpa\b|\b(?:ter|"
            r"ke)timbun\b|\bketiban\b|\bterkubur\b|"
            r"\bcrushed\b|\bburied\b|\b(?:roboh|ambruk|runtuh)\b(?= (?:\w+ ){0,6}(?:di ?dalam|"
            r"didalam ?nya|menimpa|korban|tertimpa))"
        ),
        person=True,
    ),
    Signal(
        "trum sengat electr",
        re.compile(
            r"\b(?:ke|ter)s[ea]?trum\b|\b(?:ter|ke)sengat\b|\belectrocut\w*\b|\bkestrum\b|"
            r"\belectric(?:al)? shock\b"
        ),
    ),
    Signal(
        "trum kabel kawat wire power electric",
        re.compile(
            r"\b(?:me)?nyetrum\b|\b(?:kabel|kawat) (?:listrik|pln)(?: \w+){0,2} (?:putus|jatuh|"
            r"tergeletak)\b|\b(?:putus|jatuh)(?:nya)? (?:kabel|kawat) (?:listrik|pln)\b|"
            r"\blive wires?\b|\b(?:power|electric) (?:lines?|cables?|wires?) (?:\w+ ){0,2}"
            r"(?:down|fell|fallen|broken|snapped|on the ground)\b|\bfallen power lines?\b"
        ),
    ),
    Signal(
        "lagi seret",
        re.compile(
            r"\b(?:tidak|belum) (?:muncul|keluar|ketemu|ditemukan) lagi\b|\bhilang terseret\b"
        ),
        person=True,
    ),
    Signal(
        "tenggelam kelelep hanyut seret drown swept cebur cemplung nyemplung jatuh "
        "jatoh masuk perosok fell",
        re.compile(
            r"\btenggelam\b|\bkelelep\b|\bhanyut\b|\b(?:ter|ke)seret (?:arus|air|banjir|kali|"
            r"sungai|ombak)\b|\bdrown\w*\b|"
            r"\bswept away\b|\b(?:kecebur|tercebur|kecemplung|nyemplung)\b|\b(?:jatuh|jatoh|masuk|"
            r"terperosok) (?:ke|dalam) (?:dalam )?"
            r"(?:sumur|kali|sungai|waduk|danau|laut|situ)\b|\bfell into (?:the |a )?(?:river|"
            r"canal|well|drain)\b"
        ),
        person_before=True,
    ),
    Signal(
        "diri loncat lompat terjun suicide pingsan sadar sekarat jantung kejang "
        "unconscious heart luka darah bayi jiwa melahirkan bleeding napas ambul",
        re.compile(
            r"\bbunuh diri\b|\bgantung diri\b|\b(?:mau|ingin|hendak|akan|coba|mencoba) (?:loncat|"
            r"lompat|terjun)\b|"
            r"\b(?:loncat|lompat|terjun) dari (?:jpo|jembatan|flyover|atap|lantai|gedung|"
            r"apartemen)\b|\bsuicide\b|\bpingsan\b|"
            r"\btidak sadar(?:kan)?\b(?: diri)?|\bsekarat\b|\bserangan jantung\b|\bkejang\b|"
            r"\bunconscious\b|\bheart attack\b|"
            r"\bluka (?:parah|berat)\b|\b(?<!demam )berdarah\b|\bbersimbah darah\b|"
            r"\bbayi (?:\w+ ){0,2}(?:di|ter)buang\b|"
            r"\bkorban jiwa\b|\bpendarahan\b|\bmau melahirkan\b|"
            r"\bbleeding\b|\btidak bernapas\b|"
            r"\bbutuh ambulans?\b|\bneed an ambulance\b"
        ),
    ),
    Signal(
        "bacok keroyok culik begal tikam sandera tembak tawuran stabb kidnap gun",
        re.compile(
            r"\b(?:di|ke)?bacok(?:an)?\b|\bdi(?:keroyok|culik|begal|tikam|sandera)\b|"
            r"\bbaku tembak\b|"
            r"\btawuran\b(?= (?:\w+ ){0,3}(?:celurit|clurit|sajam|senjata|parang|golok|samurai))|"
            r"\bstabb(?:ed|ing)\b|\bkidnapp(?:ed|ing)\b|\bgun ?shots?\b"
        ),
    ),
    Signal(
        "tusuk tembak pukul aniaya rampok todong attacked robbed beaten",
        re.compile(
            r"\bdi(?:tusuk|tembak|pukuli|aniaya|rampok|todong)\b|\b(?:being |is )?(?:attacked|"
            r"robbed|beaten)\b"
        ),
        person=True,
    ),
    Signal(
        "elamat atap genteng",
        re.compile(
            r"\b(?:selamatkan|menyelamatkan)\b|"
            r"\b(?:di|ke|naik) (?:atas )?(?:atap|genteng)\b(?= rumah|$)"
        ),
        person=True,
        distress=True,
    ),
    Signal(
        "evakuasi rescue",
        re.compile(r"\b(?:di|meng)?evakuasi\b|\brescue\b"),
        person=True,
        plight=True,
        past=False,
    ),
)
# A text with none of these, in lower case, holds no signal, however it is spelled.
_SPELLED = ("royok", "attack", "shock", "putus", "perahu", "boat")
_HINTS = shortest([*_SPELLED, *(hint for signal in _SIGNALS for hint in signal.hints.split())])
_BITS = tuple((2 << at, signal) for at, signal in enumerate(_SIGNALS))
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
    if signs & _FIGURE:
        plain = _FIGURES.sub(" ", plain)
    return any(_holds(signal, plain) for bit, signal in _BITS if signs & bit)


def hinted(word: str) -> bool:
    """Whether a text with this between two blanks, in lower case, is looked at at all."""
    # Elongation hides words from the quick look: "kebakaaaran".
    return holds(_LONG.sub(r"\1", word), _HINTS)


def _sign(word: str) -> int:
    """What a normalised text with this word may hold: a bit for each signal, one for figures."""
    signs = _FIGURE * holds(word, _FIGURE_HINTS)
    for bit, signal in _BITS:
        signs |= bit * holds(word, signal.hints.split())
    return signs


_hinted = Remembered(hinted)
_signs = Remembered(_sign)


def _holds(signal: Signal, text: str) -> bool:
    for match in signal.words.finditer(text):
        before = text[: match.start()]
        if _FEAR.search(before) or (signal.past and _PAST.search(text)):
            continue
        if not signal.animals and _ANIMAL.search(text):
            continue
        if signal.person and not _PEOPLE.search(text):
            continue
        if signal.plight and not _PLIGHT.search(text):
            continue
        if signal.distress and not _DISTRESS.search(text):
            continue
        if signal.person_before and (
            _THING_BEFORE.search(before) or not _PERSON_BEFORE.search(before)
        ):
            continue
        return True
    return False
