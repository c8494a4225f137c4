"""Where the words of danger mean something else: a train, an institution, a price, a bang.

Cut out of the normalised text (nlu.normalise) before a sign of danger is looked for.
"""

from __future__ import annotations

import re

from nlu.slots.hints import shortest

FIGURES = re.compile(
    r"bekas (?:tawuran|darah)|"
    # Fire that is none, and those who put it out.
    r"kebakaran (?:jenggot|kumis|dana|anggaran|kas|duit|uang|budget|stok|deadline|target)|"
    r"jalan kebakaran lama|"
    r"(?:kereta|kapal|kembang|gunung|rel|stasiun|perlintasan|palang|lintasan|api|tusuk|cap|"
    r"korek|kipas) api|api (?:api|olimpiade|abadi|ancol|cemburu|neraka|"
    r"perjuangan|semangat|unggun)|(?:pem)?bakaran? sampah|sampah (?:\w+ ){0,3}(?:di|ter|ke)?bakar|"
    r"\bbakar (?:sate|arang|jagung|ikan|ban|daun|plastik|ayam)|"
    r"pembakaran|membakar|"
    r"\b(?:mobil|unit|pos|alat|petugas|kantor|dinas) (?:pemadam )?(?:kebakaran|evakuasi)|"
    r"\b(?:pemadam|hydrant|hidran|sirine|sirene|korban|bekas|puing|sisa|alarm|asuransi|"
    r"penanggulangan|pencegahan|simulasi|potensi|resiko|risiko|memadamkan|pasca|"
    r"jalur|tangga|posko|tim|pendinginan|"
    r"pelatihan|sosialisasi|latihan|berita|penyintas|bantuan) "
    # "Kirim bantuan, ada kebakaran" is none.
    r"(?:(?!(?:ada|di|karena|rumah|lagi|sudah|masih|tolong|cepat|segera|(?:ter|ke)jebak)\b)\w+ )?"
    r"(?:kebakaran|kebakar|"
    r"evakuasi|terbakar|api)|"
    r"\bsimulasi (?:\w+ dan )?kebakaran|"
    r"\b(?:bekas|puing|sisa) rumah (?:kebakaran|(?:ter|ke)bakar)|"
    r"\b(?:apar|hydrants?|hidran|damkar|pemadam)\b|"
    r"fire ?(?:station|truck|brigade|department|hydrant|engine|extinguisher|fighter|drill|alarm|"
    r"works?|exit|safety)\w*|"
    r"(?:burn|burning|burns|burned) (?:\w+ ){0,3}(?:trash|garbage|rubbish|waste|leaves|plastic|"
    r"tires|tyres)|"
    r"(?:trash|garbage|rubbish|waste|leaves) (?:\w+ ){0,2}(?:burn\w*|fires?)|(?:no|open) burning|"
    r"(?:hati|kulit|emosi|semangat|muka) (?:nya |saya )?(?:ke|ter)bakar|"
    r"(?:ke|ter)bakar (?:matahari|emosi|api cemburu|cemburu|inflasi)|"
    # Prices and numbers.
    r"harga (?:\w+ ){0,4}kebakaran|"
    r"(?:emosi|penjualan|jumlah|kasus|berdarah|banjir|antrean|antrian|harga) (?:\w+ )?"
    r"(?:meledak|terbakar)|"
    r"(?:tagihan|tarif|harga) (?:\w+ ){0,4}meledak|ledakan (?:penduduk|jumlah)|"
    r"(?:tagihan|tarif|harga|biaya) (?:\w+ ){0,3}(?:(?:ke|ter)?s[ea]trum|nyetrum|(?:ke|ter)sengat)|"
    r"(?:(?:ke|ter)?s[ea]trum|nyetrum|(?:ke|ter)sengat) (?:\w+ ){0,2}(?:harga|tagihan|tarif|biaya)|"
    r"gas langka|"
    # Bangs.
    r"(?:ledakan|suara ledakan) (?:\w+ )?(?:petasan|mercon)|(?:petasan|mercon) (?:\w+ )?meledak|"
    r"\bbom waktu|(?:penembakan|(?:me|di)?tembak\w*) (?:\w+ )?(?:burung|anjing|kucing|hewan)|"
    # Caught in something that kills nobody.
    r"(?:ter|ke)jebak (?:di |dalam |dengan )?(?:\w+ )?(?:macet|lubang|antrean|antrian|hujan|utang|"
    r"hutang|pinjol)|"
    r"(?<!lift )macet (?:\w+ )?(?:ter|ke)jebak|jebakan|(?:stuck|trapped) in (?:the )?traffic|"
    r"kaca mobil terkunci|(?:pagar|pintu|gerbang|portal|gembok|toilet|taman|"
    r"ditutup) (?:\w+ )?terkunci|"
    r"cincin (?:\w+ )?(?:ter|ke)jepit|"
    r"(?:ter|ke)?sengat(?:an)? (?:tawon|lebah|matahari|panas|bau)|"
    r"(?:jakarta|jalan|trotoar|got|suara warga) (?:nya )?tenggelam|"
    # Dark, and no fire that is out.
    r"\b(?:listrik|lampu|pln) (?:nya )?(?:\w+ ){0,2}(?:di)?padam(?:kan)?|"
    # Manners of speech.
    r"\btidak (?:ke|ter)?(?:s[ea]trum|sengat) lagi\b|"
    r"lahan kritis|\w+ pura pura|pura pura \w+|bikin pingsan|"
    r"\bbukan (?:ledakan|kebakaran|api|bom|korban)\b|"
    r"\b(?:kira|kirain|dikira|disangka) (?:ada )?(?:(?!ternyata|tau)\w+ ){0,2}(?:kebakaran|kebakar|"
    r"meledak|ledakan|bom)\b|"
    r"pingsan (?:lihat|liat|baca|denger|dengar)|"
    r"di(?:begal|culik|rampok|sandera|keroyok|bacok|tusuk|todong) (?:sama |oleh )?(?:nyamuk|tikus|"
    r"lalat|semut|kecoa|anjing|kucing|jin|alien|setan|calo|tarif|harga|tagihan|biaya|ongkos|"
    r"birokrasi|antrean|antrian|macet|mantan|diskon|inflasi|pajak)|"
    r"(?:film|syuting|adegan|sinetron|drama) (?:\w+ ){0,3}(?:bacok(?:an)?|tawuran|begal|culik)|"
    r"\b(?:traffic|weather|heat|smell|prices?|noise|deadlines?) (?:is |are )?killing|"
    r"tidak ada korban(?: jiwa)?|sebelum (?:\w+ ){0,2}korban jiwa|"
    r"percikan api (?:kalau|jika|setiap|tiap|saat|pas|when)|"
    r"perahu (?:eretan|rusak|wisata|nelayan|bebek|siaga)|"
    r"(?:evakuasi|rescue) (?:\w+ )?(?:pohon|mobil|motor|kendaraan|sarang|bangkai|truk|kabel|ular|"
    r"kucing|anjing|biawak|jenazah|mayat)"
)
# Of what it matches, a word has one of these in it.
_WORDS = """
    tawuran jenggot jebak traffic api bakar evakuasi fire burn ledak sengat tenggelam kritis pura
    kunci darah apar hydrant hidran damkar pemadam trum bom embak jepit pingsan korban perahu
    rescue padam langka begal culik rampok sandera royok bacok tusuk todong kill
"""
FIGURE_HINTS = shortest(_WORDS.split())
