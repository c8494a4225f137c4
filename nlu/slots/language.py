"""Indonesian or English: by small words, and by the few English words that reports are made of."""

from __future__ import annotations

import re

MOST = 400  # characters that are looked at

ENGLISH = frozenset(
    """the is are was were there of on at has have had been be being for my this that with not it its we
    you i he she they from to near since why what how when where who which will would could should can
    do does did an a in front behind next street road flood flooded flooding garbage trash rubbish
    broken light lights lamp dark hole potholes pothole drain clogged blocked tree trees fallen
    sidewalk pavement parking parked illegal illegally cars car bus stop station traffic jam stuck
    water power outage electricity fire smoke noise loud beggar beggars homeless people kids children
    every day night morning days weeks months ago still nobody anyone somebody someone nothing hi hello
    hey help thank thanks please yes yeah no nope status report reported complaint complain ticket
    number skip cancel human agent speak talk officer fix fixed repair clean dirty smelly smells
    dangerous danger very bad good great nice morning afternoon evening about after before again and
    or but because if so our your their me us them up down over under around along between into out off
    just also only too much many more most some any all each other another here now today yesterday
    last week month year time times been going getting go get take make made need want know see saw
    look like really already always never often burning dead snake cat dog leaking leak pipe tap
    bridge crossing sign signs vendor vendors stall stalls blocking block walk walking drive driving
    construction site building house houses home school market river bank overflow overflowing deep
    knee waist ankle chest high rain heavy smoking smell dump dumped dumping pile piles collected
    collect pick picked truck trucks motorcycle motorcycles motorbike motorbikes bike bikes wrong way
    sign post cable cables wire wires hanging loose pole leaning park playground grass stop send
    wait waiting long okay ok sorry sure nothing correct right left""".split()
)
INDONESIAN = frozenset(
    """yang di dan tidak sudah mohon tolong ini itu ada untuk dengan dari saya kami jalan depan karena
    bapak ibu belum bisa juga sangat agar supaya pada ke dalam lagi masih banyak orang warga terima
    kasih selamat pagi siang sore malam mau apa kapan dimana kenapa bagaimana sekali sampah banjir
    macet rusak mati air got saluran laporan lapor nya rt rw kelurahan kecamatan gang dong kok sih
    deh nih lah jadi kalau sampai terus seperti biar harus semua oleh akan telah atau tapi tetapi
    yg dgn utk krn tdk blm sdh udah udh gak ga nggak aja pak bu tlg mhn jl jln dpn gan bang bukan jangan saja baru lama segera ditindak lanjut petugas dinas""".split()
)


_WORD = re.compile(r"[a-z]+")


def language(text: str) -> str:
    """ "en" when more of the text's words are English than Indonesian, else "id"."""
    words = _WORD.findall(text[:MOST].lower())
    english = sum(word in ENGLISH for word in words)
    return "en" if english and english > sum(word in INDONESIAN for word in words) else "id"
