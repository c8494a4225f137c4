"""The Indonesian words around place names: cues, relations, abbreviations, and words that are none.

All in lower case, as `nlu.places.tokens` writes them. The names of the city are in its tables.
"""

from __future__ import annotations


def listed(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


#: Said before the name of an area, and before little else.
KELURAHAN_CUES = listed("kel kelurahan kelurhan keluraha kelrahan klurahan kl lurah desa ds")
KECAMATAN_CUES = listed("kec kecamatan kecamtan kcamatan kecmatan camat kecematan")
KOTA_CUES = listed("kota kotamadya kodya kab kabupaten walikota wali")
AREA_CUES = (
    KELURAHAN_CUES
    | KECAMATAN_CUES
    | listed(
        """
    daerah daerh dareah wilayah wil wilyah kawasan area kampung warga sekitar sekitaran
    seputar
    """
    )
)

#: Said before any place.
PREPOSITIONS = listed(
    """
    di d ke k daerah arah menuju sekitar sepanjang spanjang wilayah kawasan area lokasi lokasinya
    alamat in at near to
    """
)

#: Where the trouble is, seen from the named place. The values are the spellings that citizens use.
RELATIONS = {
    word: relation
    for relation, spellings in {
        "depan": "depan dpn didepan ddpn dpan dpnnya depannya",
        "seberang": "seberang sebrang sbrg sbrang diseberang disebrang sebrangnya opposite",
        "belakang": "belakang blkg blakang blkng belkang dibelakang behind",
        "samping": "samping smping smpg disamping sebelah sblh sebelahnya disebelah beside",
        "dekat": "dekat deket dkt didekat dideket near sekitar sekitaran",
        "arah": "arah arh menuju mengarah kearah jurusan tujuan towards",
        "dari": "dari dr from",
        "sampai": "sampai sampe hingga smpai until",
        "bawah": "bawah dibawah kolong under",
        "atas": "diatas",
        "ujung": "ujung diujung",
    }.items()
    for word in spellings.split()
}
#: The trouble is not at a place named after these, when another place is named too.
DIRECTIONS = frozenset({"arah", "dari", "sampai"})

ROAD_CUES = listed("jl jln jalan jlan jaln jlm jall jalanan jl2")
GANG_CUES = listed("gg gang gank ggg lorong")
COMPLEX_CUES = listed(
    """
    komplek kompleks komp kmplek kmpleks komplex kompl perumahan perum prumahan perumnas
    cluster klaster apartemen apartement apart rusun rusunawa rusunami asrama
    """
)

#: Behind the name of an area: a housing estate or mall called after it, near it or not.
ESTATE_TAILS = listed(
    "indah permai asri residence residences regency estate lestari village square town park "
    "elok makmur sentosa city"
)

#: Before the area that an estate is called after; no name of their own.
ESTATE_HEADS = listed("taman griya graha bumi villa vila puri pondok wisma kavling citra grand")

#: Roads called by a common word: "jalan panjang" may be any long road.
COMMON_ROADS = listed(
    "panjang pemuda perjuangan pendidikan kesehatan veteran tambak timbul pertengahan kemenangan "
    "percetakan radio durian pepaya satria volvo"
)

KAMPUNG_CUES = listed("kampung kp kmp kpg kamp")

#: Abbreviations inside names, each with the word that the tables have.
EXPANSIONS = {
    "pd": "pondok", "pdk": "pondok", "pndok": "pondok", "pondk": "pondok", "pond": "pondok",
    "tj": "tanjung", "tg": "tanjung", "tjg": "tanjung", "tnjg": "tanjung", "tng": "tanjung",
    "tanj": "tanjung", "tjung": "tanjung",
    "kp": "kampung", "kmp": "kampung", "kamp": "kampung", "kpg": "kampung", "kampoeng": "kampung",
    "kpung": "kampung", "kmpung": "kampung", "kampong": "kampung",
    "kb": "kebon", "kbn": "kebon", "kebun": "kebon", "kbon": "kebon",
    "ps": "pasar", "psr": "pasar", "pasr": "pasar", "psar": "pasar",
    "klp": "kelapa", "kelp": "kelapa", "klapa": "kelapa", "klpa": "kelapa",
    "sel": "selatan", "slt": "selatan", "sltn": "selatan", "selat": "selatan", "selatn": "selatan",
    "utr": "utara", "utra": "utara", "uatra": "utara",
    "tim": "timur", "tmr": "timur", "timr": "timur", "tmur": "timur",
    "bar": "barat", "brt": "barat", "bart": "barat",
    "pst": "pusat", "pus": "pusat",
    "jkt": "jakarta", "jak": "jakarta", "jakart": "jakarta", "jkrt": "jakarta",
    "dlm": "dalam", "ry": "raya", "raye": "raya", "rya": "raya",
    "gn": "gunung", "gng": "gunung", "mt": "mt",
    "tn": "tanah", "tnh": "tanah", "lb": "lebak", "lbk": "lebak",
    "cemp": "cempaka", "cmpk": "cempaka", "cempak": "cempaka",
    "kby": "kebayoran", "kbyrn": "kebayoran", "keb": "kebayoran", "kebyoran": "kebayoran",
    "kr": "kramat", "krmt": "kramat", "keramat": "kramat",
    "jend": "jenderal", "jendral": "jenderal", "jen": "jenderal", "let": "letnan",
    "hj": "haji", "h": "haji",
    "srg": "srengseng", "pulau": "pulo", "pl": "pulo", "hutan": "utan",
    "dr": "dr", "prof": "prof",
}  # fmt: skip

#: Words that open the name of a public place: "SDN 03 Menteng". The value opens the table's name.
HEADS = {
    word: head
    for head, spellings in {
        "stasiun": "stasiun st sta stasion stasium setasiun station",
        "halte": "halte shelter halt",
        "terminal": "terminal term",
        "pasar": "pasar",
        "rs": "rs rsu rsud rsia rumahsakit hospital",
        "rsud": "rsud",
        "mall": "mall mal plaza plasa itc",
        "universitas": "universitas univ kampus universitasi",
        "gerbangtol": "gerbangtol gt pintutol exittol",
        "pintuair": "pintuair",
        "flyover": "flyover flayover playover layang jalanlayang jembatanlayang",
        "underpass": "underpass anderpas underpas terowongan",
        "simpang": "simpang perempatan prapatan perapatan pertigaan prempatan simpangan lampumerah"
            " "
        "lamer persimpangan traffic",
        "bundaran": "bundaran bunderan buderan",
        "kali": "kali sungai kalinya",
        "waduk": "waduk situ setu danau embung",
        "taman": "taman rptra",
        "jembatan": "jembatan jembtan",
        "pelabuhan": "pelabuhan",
        "bandara": "bandara",
        "museum": "museum",
        "stadion": "stadion",
    }.items()
    for word in spellings.split()
}  # fmt: skip

#: Public places of which there are thousands: the name is kept, it has no point of its own.
POI_HEADS = listed(
    """
    sd sdn sdit smp smpn smpit sma sman smk smkn mts mtsn paud sekolah masjid mesjid
    musholla mushola musola gereja vihara klenteng pura puskesmas posyandu kantor
    polsek polres polda koramil kua alfamart alfamidi indomaret spbu pom hotel bank apotek
    apotik klinik toko warung restoran ruko gor kuburan tpu makam pesantren
    yayasan pabrik gedung wisma menara stasiun halte terminal pasar rs rsud rsu rsia
    mall mal plaza itc universitas univ kampus taman rptra jembatan flyover underpass waduk
    situ kali sungai simpang pertigaan perempatan gudang pool jpo kedubes samsat
    """
)
#: Of these a number is the name: "SDN 03", "Puskesmas 2". No market is called "20rb".
NUMBERED_HEADS = listed(
    """
    sd sdn sdit smp smpn smpit sma sman smk smkn mts mtsn paud sekolah posyandu puskesmas spbu
    """
)
#: Two words that are one head.
DOUBLE_HEADS = {
    ("rumah", "sakit"): "rs", ("fly", "over"): "flyover", ("jalan", "layang"): "flyover",
    ("jembatan", "layang"): "flyover", ("under", "pass"): "underpass", ("pintu", "air"): "pintuair",
    ("pintu", "tol"): "gerbangtol", ("gerbang", "tol"): "gerbangtol", ("exit", "tol"): "gerbangtol",
    ("keluar", "tol"): "gerbangtol", ("lampu", "merah"): "simpang", ("traffic", "light"): "simpang",
    ("halte", "busway"): "halte", ("halte", "transjakarta"): "halte", ("halte", "tije"): "halte",
    ("halte", "tj"): "halte", ("shelter", "busway"): "halte", ("halte", "bus"): "halte",
    ("stasiun", "kereta"): "stasiun", ("stasiun", "krl"): "stasiun", ("stasiun", "mrt"): "stasiun",
    ("stasiun", "lrt"): "stasiun", ("stasiun", "ka"): "stasiun", ("st", "ka"): "stasiun",
    ("jembatan", "fly"): "flyover", ("mall", "itc"): "mall",
}  # fmt: skip

#: What an answer to "where is it?" may hold beside the name of the place.
BESIDE_AN_ANSWER = listed(
    """
    di d ke daerah wilayah kawasan area lokasi lokasinya alamat alamatnya tempat tempatnya
    kejadian kejadiannya posisi sekitar sekitaran saya sy aku rumah itu ini ya yah iya kok
    pak bu bang kak mas mbak min admin gan bos om aja saja sih dong deh nih jakarta jkt
    makasih trims thanks
    """
)
#: Named with nothing beside it than one of these, only a place can be meant: "kuningan macet".
#: An iron bridge may be rusty, but only Jembatan Besi is under water.
ONLY_OF_PLACES = listed(
    """
    macet banjir kebanjiran tergenang terendam
    """
)
#: Names of days too: "senen macet" may be Monday's traffic.
DAYS = listed("senen setu")

#: A weak name after one of these is no place: "hari Senen", "pohon rambutan", "mobil tangki".
NEVER_AFTER = listed(
    """
    bau hari tiap setiap pohon buah kayu ban ibu bapak pak bu mas mbak
    bang bung minyak mobil truk truck tukang harga gelang perahu tali suara asal orang suku
    kota provinsi pulau bunga batang ranting daun kulit biji kasur bantal es jus air
    """
)

#: A day of the week ("malam senen") rather than the place.
TIMES = listed("malam pagi siang sore senin sabtu minggu besok kemarin")
#: Before "kali" where it means "times": "5 kali baru diangkat".
COUNTS = listed("se sekian beberapa berapa dua tiga empat lima tiap setiap pertama")
#: Before "kota" what drives in the city, not in Kota Tua.
BUSES = listed("bis bus angkutan angkot")
#: What one has, eats or plants: "kasur kapuk", "buah mangga besar".
STUFF = listed("kasur bantal pohon buah kayu minyak bunga batang ranting daun kulit biji")
#: Kelurahan that are adjectives.
ADJECTIVES = listed("baru tengah")
#: A raid ("operasi penjaringan") rather than the place.
RAIDS = listed("melakukan operasi hasil giat kegiatan razia dilakukan")

#: Words that end a name, or are no name after "jl": what goes on in a street rather than its name.
STOP = listed(
    """
    abis ada adalah air aja aje akan akibat akibatnya akses aku al2 alias aliran amat amblas
    ambles ambrol ampe anak ancur and angkot anjlok apa apakah apalagi aq area aspal atas atasi
    atau ayo babak bagaimana bagian bahaya bahkan baik bakar baku bandel banget bangsat bangunan
    banjir banjirin banyak bapak baru batas bau bawah becek becyek begal begini begitu belakang
    belum benar bener berair beraspal berbahaya berdebu bergelombang berhari berlobang berlubang
    bersih besar beserta betis biar biasa bikin bisa bising blm blocked blok blum bocor bolong
    bolongan bongkar broken buat bubar buka bukan buntu butuh byk cc cek cepat cm coba copot
    cukup cuma curah dada dah dalam dan dapat dari daripada datang debu deh dekat dengan depan
    deras dg dgn di dia diaspal dibangun dibenerin diberi dibeton dibiarkan dibikin diblokir
    dibongkar dibuat dicor digali digembok dihuni dijadikan dijaga dijagain dijajah dijebol
    dijual dikasih dikeruk dikuasai dikunci dilalui dilewati dimana dimohon dinas dipagar
    dipakai dipake dipalang dipasang dipenuhi diperbaiki diportal diri diserobot disini disitu
    disulap ditambal diterusin ditutup diurus doang dok dong dpn drainase dua duh dulu eh
    ekstrim engga enggak entah evakuasi flood flooded for foto fyi ga gaada gada gak gali galian
    gan ganggu gara gelap gelep gelombang genangan gimana gini gitu gorong got gue gw habis
    hampir hancur hari hati hendak hidup hilang hingga hitam hole hub hujan ikut ingin ini is
    isi itu jadi jakarta jalan jalanan jalur jam jangan jarang jebol jelek jembatan jg jika jl
    jln juga juta kabel kadang kagak kah kalau kali kalo kami kampung kan kanan kapan karena
    karna kayak ke kebanjiran kecamatan kecil kegenang kejadian kek kelurahan kemarin kena
    kenapa kendala kendaraan keras kereta kering keropos keruh ketika ketinggian ketutup
    kinclong kiri kita knee kok kondisi kondisinya kosong kosong2 kotor kpd krn kurang kyk lagi
    lahan lain laka lalu lama lambat lampu langsung lantai lapor laporan lawan lebar lebih lewat
    lg lho liat licin lihat lingkungan lintas lobang loh lokasi longsor luas lubang lumayan
    lumpuh lurah lurus macet macetnya mah mahkota main makin malah malam mampet mana masih masuk
    masyarakat mati mau melalui melawan melintas meluap memang membahayakan mengakibatkan
    mengalir mengelupas mengganggu menggenang menggenangi menjadi menuju menunggu merah merendam
    meresahkan meter mhn minta mobil mogok mohon motor msh mulai mulu mulus muncul naik near
    ngga nggak nih nunggak nya nyala nyampe nyang oleh on orang pada padahal padam pagi pak
    pakai panas parah parit parkir pas pasca patah pembangunan pemukiman penerangan pengaspalan
    pengendara penuh penyebab per perbaikan perbatasan perbulan perlu pernah pinggir pintas
    please plis pls pohon polisi pompa posisi ppsu proyek pun putus ramai rame rata rawan raya
    rendah retak ribu road rt rumah rumahnya rupiah rusak rw saat saja saluran sama sambil
    sampah sampai sana sangat satu saya sayang sblm sdh sebab sebagai sebelah sebelum seberang
    sebetis sebulan sedada sedang sedikit segera sehari sehingga sejak sekali sekarang sekitar
    sekolah selalu selama selesai selokan selutut semakin semenjak sementara seminggu sempit
    semua semuany semuanya seolah sepaha sepanjang seperti sepi sepinggang sering serta setelah
    setiap setinggi siang siapa siapapun sih silahkan since sini sisa sisi skrg sma smp soalnya
    solusi sore sudah sulit supaya surut susah sy tadi tak tambah tambal tampak tanah tanggul
    tanpa tapi tdk telah tembok tembus tempat tengah tentang tepat tepi terbuka tercecer
    terendam tergenang terhambat terjadi terjebak terkelupas terlalu terlihat tertutup terus
    terutama tetap tetapi tgl the tiang tiap tiba tidak tikus tinggal tinggi tlg tlng tol tolong
    tolongin toloong tong trotoar tsb tuh turun tutup tuuh udah ude udeh udh umum untuk urukan
    utama utk viral wah waist waktu warga with wkt ya yaa yah yaitu yang yg yg2 yth
    """
)

#: Abbreviations of more than three letters, and cues, whose full stop does not end a sentence.
ABBREVIATED = listed(
    "prof jend kapt kamp komp perum gang brig letj mayj kelp cemp kota pasr pulo kecm"
)

#: What citizens write without a space before or after a name in a hashtag: #banjirtebet.
GLUED = (
    "banjir",
    "macet",
    "sampah",
    "genangan",
    "info",
    "save",
    "pray",
    "warga",
    "kelurahan",
    "kecamatan",
    "jalan",
    "jln",
    "kel",
    "kec",
    "jl",
)

#: Units: a number before one of these is a measure, not a house, a gang or a line of a name.
UNITS = listed(
    """
    cm m meter mtr km kilo hari jam menit bulan bln tahun thn minggu orang kk kali x persen
    rumah unit org jiwa tiang titik lubang lampu rb rbu ribu ribuan jt jutaan juta rupiah rp perak
    lantai tingkat bintang kelas kamar kios siswa murid karyawan pedagang kg liter ton lembar
    """
)
ROMAN = listed("i ii iii iv v vi vii viii ix x xi xii xiii xiv xv a b c d e")
