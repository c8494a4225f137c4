"""Who and what stands in a text beside the words of danger: they tell a danger from a nuisance.

Expressions over normalised text (nlu.normalise), for the table in nlu/slots/signals.py.
"""

from __future__ import annotations

import re

_OF_PERSONS = (
    r"bocah|bocil|balita|bayi|orang|nenek|kakek|mbah|lansia|korban|penumpang|pekerja|"
    r"keluarga|adik|adek|ade|kakak|suami|istri|mertua|cucu|teman|temen|pemotor|pengendara|sopir|"
    r"supir|murid|siswa|siswi|santri|pemuda|remaja|pria|wanita|perempuan|cewek|cowok|laki|pengungsi|"
    r"pasien|penghuni|abang|ayah|mama|papa|emak|paman|tante|ada yang|"
    r"yang bawa|someone|somebody|people|"
    r"persons?|man|men|woman|women|child|children|kids?|boys?|girls?|bab(?:y|ies)|family|mother|"
    r"father|mom|dad|he|she"
)
PERSON = (
    r"(?:anak|warga|tukang|ibu|bapak|kami|saya|tetangga|neighbou?rs?|we|were|me|i|im|us|my|"
    rf"{_OF_PERSONS})"
)
PEOPLE = re.compile(rf"\b{PERSON}\b")
# Who cannot be taken for the owner of an animal, for its young, or for him who is addressed.
VICTIM = re.compile(
    r"\b(?:anak(?! (?:anjing|ayam|burung|kambing|kucing|monyet|sapi|ular))|tukang|"
    rf"(?:ibu|bapak) (?:saya|kami|hamil|tua|ibu|bapak|ojek)|{_OF_PERSONS})\b"
)
PLIGHT = re.compile(
    r"\b(?:banjir|air|rumah|atap|lift|api|longsor|reruntuhan|kamar|dalam|flood|water|building|"
    r"rubble|inside|under|house)\b"
)
WATER = re.compile(
    r"\b(?:air|kali|sungai|banjir|water|flood(?:ed|ing|s)?|hanyut|terjebak|perahu|boat)\b"
)
# Who cannot save himself.
HELPLESS = re.compile(
    r"\b(?:bayi|balita|lansia|nenek|kakek|mbah|hamil|lumpuh|stroke|sendirian|disabilitas|"
    r"(?:tidak|belum) bisa (?:gerak|bergerak|jalan|keluar|turun|bangun|berenang|napas|nafas)|"
    r"masih tidur|tidak (?:bisa )?(?:kebuka|dibuka)|"
    r"belum (?:di ?evakuasi|di ?jemput|keluar)|"
    r"bab(?:y|ies)|elderly|disabled|alone|cant|cannot|stuck)\b"
)
LOCKED_IN = re.compile(
    r"\b(?:api|kebakaran|asap|reruntuhan|fire|smoke|chest|neck|second floor|"
    r"naik terus|terus naik|leher|dada|atap|genteng|kamar mandi|rising)\b"
)
HURT = re.compile(
    r"\b(?:korban|orang|anak|pemotor|pengendara|motor|mobil|truk|bus|kereta|tabrak\w*|ke?tabrak|"
    rf"ditabrak|tawuran|kepala|accident|{_OF_PERSONS})\b"
)
# By what somebody came to lie still.
STRUCK = re.compile(
    r"\b(?:jatuh|jatoh|darah|\w*tabrak\w*|(?:ke|ter)?s[ea]?trum|nempel|kaku|tumbang|di ?dalam|"
    r"di ?dalem|truk|pingsan|dibangunin|obat)\b"
)
# Nobody is left behind.
FREED = re.compile(
    r"\bsudah (?:bisa )?(?:keluar|selamat|bebas|(?:di)?evakuasi)\b"
    r"(?!.*\b(?:masih|belum|tapi|lain)\b)"
)
# What somebody may still be inside of, or below.
WRECK = re.compile(
    r"\b(?:api|asap|kebakaran|(?:ke|ter)bakar|roboh|rubuh|runtuh|ambruk|tumbang|terbalik|guling|"
    r"terguling|kali|sungai|nyemplung|kecebur|banjir|tabrak\w*|ketabrak)\b"
)
COLLAPSE = re.compile(r"\b(?:jatuh|jatoh|hanyut|kecebur|tercebur|luka|korban|tewas)\b")
TRAFFIC = re.compile(r"\b(?:macet|antri|antrian|antrean|jam|traffic|tol|ngetem)\b")
SLAUGHTER = re.compile(r"\b(?:kurban|qurban|sapi|kambing|ayam|rph|donor|kantong|demam)\b")
SLEEPER = re.compile(r"\b(?:tidur|gelandangan|pengemis|mabuk|sampah|bangkai)\b")
THINGS = re.compile(
    r"\b(?:pohon|mobil|motor|truk|kabel|orang gangguan jiwa|sarang|tawon|ular|kucing|anjing|"
    r"batang|dahan|daun|tiang|pembatas)\b"
)
STANDING_BY = re.compile(
    r"\b(?:cincin|siaga|disiapkan|pengadaan|usul|"
    r"(?:se)?tiap (?:rt|rw|kelurahan|kecamatan|gang|hari|malam)|"
    r"nomor (?:telepon|telpon|hp|wa|ambulans|damkar|pemadam|berapa))\b"
)
SEWER = re.compile(r"\b(?:got|sampah|septik|septictank|tinja|limbah|kotoran|saluran)\b")
