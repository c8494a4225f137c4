"""The signs of danger to life, and what must stand in a text with them.

Over normalised text (nlu.normalise): it writes "tidak" for "ga", "dalam" for "dlm".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from nlu.slots.circumstances import (
    COLLAPSE,
    FREED,
    HELPLESS,
    HURT,
    LOCKED_IN,
    PEOPLE,
    PERSON,
    PLIGHT,
    SEWER,
    SLAUGHTER,
    SLEEPER,
    STANDING_BY,
    STRUCK,
    THINGS,
    TRAFFIC,
    VICTIM,
    WATER,
    WRECK,
)


@dataclass(frozen=True, slots=True)
class Signal:
    """Words of danger, and what must or must not stand around them."""

    hints: str  # of what `words` matches, a word has one of these in it, or none is looked for
    words: re.Pattern[str]
    needs: tuple[re.Pattern[str], ...] = ()  # each must be found somewhere in the text
    unless: re.Pattern[str] | None = None  # found anywhere, the words speak of something else
    person_before: bool = False  # within a few words before: things drown too
    past: bool = True  # "last year" takes it back
    animals: bool = False  # an animal in a text without a victim does not take it back
    whole: bool = False  # looked for before the figures of speech are cut out


SIGNALS = (
    Signal(
        "bakar api koba kobong bensin tangki jago lalap fire burning flames ledak leduk ledug "
        "explo bocor leak rembet",
        re.compile(
            r"\bkebakaran\b|\b(?:ter|ke)bakar\b|\b(?:ada|keluar|titik|muncul|tolong|semburan|"
            r"jilatan|si|mengeluarkan) api\b|"
            r"\bkobaran\b|\bapi (?:nya )?(?:(?:sudah|makin|semakin|mulai|masih|terus|"
            r"lagi) )*(?:membesar|besar|menyala|nyala|semua|dimana|mana|sampai|nyampe|nyampai|"
            r"berkobar\w*|nyambar|menyambar|merambat|menjalar|ke|dari|di|mendekat|naik|tinggi)\b|"
            r"\bjago merah\b|"
            r"\bpercikan api\b|\bdilalap\b|\bfires?\b|\b(?:is|are|house|building|shop|"
            r"car) burning\b|\bflames\b|\bapi (?:dari|di) (?:\w+ ){0,4}(?:di ?dalam|terjebak)\b|"
            r"\bmeledak\b|\bme?ledu[gk]\b|\bledakan\b|\bexplo(?:ded|sion|ding)\b|"
            r"\basap (?:hitam |"
            r"putih )*(?:tebal|pekat) (?:\w+ ){0,2}api\b|"
            r"\b(?:gas|elpiji|lpg|amonia|amoniak)\b(?: \w+){0,2} bocor\b|"
            r"\bkebocoran (?:\w+ )?(?:gas|amonia|elpiji)\b|\bgas leak|"
            r"\bbocor(?: \w+)? (?:gas|elpiji)\b|"
            r"\bkobong\b|\b(?:bensin|tangki)(?: \w+){0,6} (?:nyala|menyala)\b|"
            r"\bmerembet (?:\w+ )?(?:\w+ )?(?:rumah|kios|ruko|atap|warung|plafon)\b"
        ),
        animals=True,
    ),
    Signal(
        "gas",
        re.compile(
            r"\b(?:bau gas|smell (?:of )?gas|gas smell)\b"
            r"(?: \w+){0,8} (?:takut|menyengat|kencang|kenceng|keras|pusing|mual|lemas|sesak|"
            r"meledak|bocor|ngeses|dizzy|everywhere)\b|"
            r"\bgas (?:nya )?(?:\w+ )?(?:nyebar|menyebar|mendesis|ngeses|nyembur)\b|"
            r"\bgas (?:\w+ ){0,3}(?:ngeses|mendesis|nyembur)\b|\btakut (?:\w+ )?bau gas\b"
        ),
        unless=SEWER,
        animals=True,
    ),
    Signal(
        "damkar pemadam ambul",
        re.compile(
            r"\b(?:kirim(?:kan)?|butuh|minta|tolong|cepat|datangkan|panggil(?:kan|in)?) (?:segera |"
            r"cepat |cepetan |bantuan |mobil |unit |petugas |tim )*(?:pemadam|damkar|ambulans?|"
            r"ambulance)\b"
            r"(?! (?:kebakaran )?(?:parkir|lewat|lama|jangan|yang|di ?tiap|siaga|baru|ditambah|"
            r"gratis))"
        ),
        unless=STANDING_BY,
        whole=True,
    ),
    Signal(
        "jebak perangkap kurung kepung isol trapped",
        re.compile(
            r"\b(?:ter|ke)jebak\b|\bterperangkap\b|\bterkurung\b|\bter(?:kepung|isolasi|isolir)\b|"
            r"\btrapped\b"
        ),
        needs=(PLIGHT,),
        unless=FREED,
        past=False,
    ),
    Signal(
        "lift elevator",
        re.compile(
            r"\blift\b(?: \w+){0,2} (?:macet|mati|stuck|berhenti|anjlok|jatuh|rusak)(?: \w+){0,6} "
            r"(?:di ?dalam|di ?dalem|engap|teriak)\b|\bstuck in (?:the |an? )?(?:lift|elevator)\b"
        ),
        needs=(PEOPLE,),
    ),
    Signal(
        "stuck sangkut nyangkut",
        re.compile(
            r"\b(?:stuck|nyangkut|tersangkut)\b(?: \w+){0,2} (?:roof|atap|genteng|upstairs)\b|"
            r"\bstuck on (?:\w+ ){1,2}floor\b|"
            r"\b(?:tangan|kaki|kepala|jari|leher) (?:\w+ )?(?:anak|bocah|balita|bayi|cucu|adik)"
            r"(?: \w+){0,2} (?:nyangkut|tersangkut)\b|\banak (?:\w+ )?(?:jari|tangan|kepala) "
            r"(?:nya )?(?:nyangkut|tersangkut)\b"
        ),
        needs=(PEOPLE,),
    ),
    Signal(
        "keluar turun napas nafas cant cannot",
        re.compile(
            r"\b(?:tidak|belum) bisa (?:keluar|turun|bernapas|bernafas|napas|nafas)\b|"
            r"\b(?:cant|cannot) (?:get out|get off|escape|breathe)\b"
        ),
        needs=(PEOPLE, LOCKED_IN),
        unless=TRAFFIC,
    ),
    Signal(
        "kunci jepit timpa nimpa timbun tiban kubur crushed buried roboh robo rubuh ambruk ambrol "
        "runtuh jebol longsor tindih",
        re.compile(
            r"\bterkunci\b|\bkekunci (?:di )?(?:dalam|kamar)\b|\b(?:ter|ke)jepit\b|"
            r"\b(?:ter|ke)(?:timpa|tindih(?:an)?)\b|"
            r"\b(?:me|di)?nimpa (?:(?!rumah|genteng|pag[ae]r|kabel|atap|motor|mobil|belum|sudah)"
            rf"\w+ ){{0,2}}{PERSON}\b|"
            r"\b(?:ter|ke)timbun\b|\bketiban\b|\bterkubur\b|"
            r"\bcrushed\b|\bburied\b|\b(?:roboh|rubuh|ambruk|ambrol|runtuh|jebol|longsor)\b"
            r"(?= (?:\w+ ){0,7}(?:di ?dalam|"
            r"didalam ?nya|di ?dalem|di ?bawah ?nya|nimpa anak|nimpa orang|korban|tertimpa|ketimpa|"
            r"ketimbun|tertimbun|luka|"
            r"belum keluar))|"
            r"\bnimpa (?:\w+ ){0,3}masih ada\b"
        ),
        needs=(PEOPLE,),
    ),
    Signal(
        "jembatan",
        re.compile(r"\bjembatan\b(?: \w+){0,2} (?:putus|roboh|rubuh|ambruk|ambrol|runtuh)\b"),
        needs=(PEOPLE, COLLAPSE),
    ),
    Signal(
        "trum sengat electr",
        re.compile(
            r"\b(?:ke|ter)s[ea]?trum\b|\b(?:ter|ke)sengat\b|\belectrocut\w*\b|"
            r"\b(?:kestrum|kena setrum)\b|\belectric(?:al)? shock\b"
        ),
        unless=re.compile(r"\b(?:tagihan|tarif|harga)\b"),
    ),
    Signal(
        "trum kabel kawat wire power electric lengket nempel",
        re.compile(
            r"\b(?:me)?nyetrum\b|"
            r"\b(?:kabel|kawat) (?:listrik|pln|tegangan tinggi)(?: \w+){0,2} "
            r"(?:putus|jatuh|tergeletak)\b|"
            r"\b(?:putus|jatuh)(?:nya)? (?:kabel|kawat) (?:listrik|pln)\b|"
            r"\blive wires?\b|\b(?:power|electric) (?:lines?|cables?|wires?) (?:\w+ ){0,2}"
            r"(?:down|fell|fallen|broken|snapped|on the ground)\b|\bfallen power lines?\b|"
            r"\b(?:nempel|lengket) (?:di )?(?:kabel|tiang) listrik\b"
        ),
        unless=re.compile(r"\b(?:tagihan|tarif|harga)\b"),
    ),
    Signal(
        "lagi seret",
        re.compile(
            r"\b(?:tidak|belum) (?:muncul|keluar|ketemu|ditemukan|nongol|nongol nongol) lagi\b|"
            r"\bhilang terseret\b"
        ),
        needs=(PEOPLE,),
    ),
    Signal(
        "tenggelam tenggelem kelelep hanyut seret drown swept cebur jebur nyebur cemplung "
        "nyemplung jatuh jatoh masuk perosok fell kebawa terbawa",
        re.compile(
            r"\btenggel[ae]m\b|\bkelelep\b|\bhanyut\b|\b(?:ter|ke)seret (?:arus|air|banjir|kali|"
            r"sungai|ombak)\b|\b(?:ter|ke)bawa (?:arus|air|banjir|ombak)\b|\bdrown\w*\b|"
            r"\bswept away\b|\b(?:kecebur|kejebur|tercebur|kecemplung|nyemplung)\b|"
            r"\bnyebur (?:ke )?(?:dalam )?(?:sumur|kali|sungai|waduk|danau|laut|situ)\b|"
            r"\b(?:jatuh|jatoh|masuk|"
            r"terperosok) (?:ke|dalam) (?:dalam )?"
            r"(?:sumur|kali|sungai|waduk|danau|laut|situ|gorong)\b|"
            r"\bfell into (?:the |a )?(?:river|canal|well|drain)\b"
        ),
        person_before=True,
    ),
    Signal(
        "dada leher atap genteng plafon chest neck roof rising naik inggang",
        re.compile(
            r"\b(?:se|sampai |setinggi )?(?:dada|leher|pinggang)\b|"
            r"\b(?:sampai|setinggi|nyampe) (?:atap|genteng|plafon)\b|"
            r"\b(?:chest|neck|roof|rising)\b|\bnaik (?:terus|cepat|cepet)\b|\bterus naik\b|"
            r"\bair (?:masih|makin) naik\b"
        ),
        needs=(PEOPLE, WATER, HELPLESS),
    ),
    Signal(
        "sendirian alone",
        re.compile(r"\b(?:sendirian|alone)\b"),
        needs=(
            PEOPLE,
            re.compile(r"\b(?:banjir|terendam|kerendam|flood\w*|air (?:makin )?naik)\b"),
        ),
    ),
    Signal(
        "bah bandang lemari loteng",
        re.compile(r"\bair bah\b|\bbanjir bandang\b|\bnaik ke (?:atas )?(?:lemari|loteng)\b"),
        needs=(PEOPLE, WATER),
    ),
    Signal(
        "dalam dalem bawah",
        re.compile(
            r"\b(?:orang|sopir|supir|penumpang|pengendara|anak|korban|murid|siswa|tukang|kuli \w+)"
            r" (?:nya )?masih (?:ada )?(?:di ?dalam|di ?dalem|di ?bawah)\b"
        ),
        needs=(WRECK,),
    ),
    Signal(
        "lindes lindas giles gilas kepala jumped jumping",
        re.compile(
            r"\b(?:ke|ter|di)(?:lindes|lindas|giles|gilas)\b|"
            r"\b(?:jatuh|jatoh) (?:kena|menimpa|nimpa) kepala\b|\bjump(?:ed|ing) off\b"
        ),
        needs=(PEOPLE,),
    ),
    Signal(
        "leher neck",
        re.compile(r"\b(?:air|banjir)(?: \w+){0,3} (?:se)?leher\b|\bwater (?:\w+ ){1,4}neck\b"),
    ),
    Signal(
        "diri loncat lompat terjun suicide pingsan sadar sekarat jantung kejang "
        "unconscious heart luka darah bayi jiwa melahirkan bleeding napas nafas ambul breath swim",
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
            r"\bbleeding\b|\btidak (?:bisa )?(?:ber)?na[pf]as\b|\bnot breathing\b|\bcant breathe\b|"
            r"\bcant swim\b|"
            r"\bbutuh ambulans?\b|\bneed an ambulance\b"
        ),
    ),
    Signal(
        "darah kepala teriak ahut nyaut pucat",
        re.compile(
            r"\bdarah (?:nya )?(?:banyak|di ?mana|ke ?mana|mengucur|ngucur|terus)\b|"
            r"\bkepala (?:nya )?bocor\b|\bmuka (?:nya )?pucat\b|\bteriak mau mati\b|"
            r"\btidak (?:nyaut|menyahut)\b"
        ),
        needs=(HURT,),
        unless=re.compile("|".join(one.pattern for one in (TRAFFIC, SLAUGHTER, SLEEPER))),
    ),
    Signal(
        "geletak",
        re.compile(r"\btergeletak\b"),
        needs=(re.compile(rf"{VICTIM.pattern}|tabrak"),),
        unless=re.compile(
            "|".join(one.pattern for one in (SLAUGHTER, SLEEPER))
            + r"|\b(?:kabel|pohon|batang|dahan|daun|tiang|pembatas)\b"
        ),
    ),
    Signal(
        "gerak bangun",
        re.compile(r"\btidak (?:ber)?gerak\b|\btidak bangun bangun\b"),
        needs=(VICTIM, STRUCK),
        unless=TRAFFIC,
    ),
    Signal(
        "teriak jerit help stroke seizure",
        re.compile(
            r"\b(?:teriak|jerit)(?:an)?(?: \w+){0,2} minta tolong\b|\bsend help\b|"
            r"\b(?:having|had) a (?:stroke|seizure)\b|\bserangan stroke\b"
        ),
        needs=(PEOPLE,),
    ),
    Signal(
        "sesak napas nafas oksigen racun obat step ular snake overdosis",
        re.compile(
            r"\bsesak (?:napas|nafas)\b(?: \w+){0,4} (?:oksigen|ambulans?|biru|tolong|parah|"
            r"pucat)\b|"
            r"\bbutuh oksigen\b|\bkeracunan (?:massal|masal|gas|makanan)\b|\bminum racun\b|"
            r"\bminum obat (?:\w+ )?banyak\b|\bpanas tinggi (?:\w+ ){0,3}step\b|"
            r"\boverdosis\b|"
            r"\b(?:di)?(?:gigit|patok|patuk) ular\b|\bsnake ?bite\b|\bbitten by a snake\b|"
            r"\bular\b(?: \w+){0,8} masih (?:\w+ )?(?:di ?dalam|di ?dalem)\b"
        ),
        unless=re.compile(r"\b(?:tiap|setiap) (?:hari|malam|sore|pagi)\b"),
        animals=True,
    ),
    Signal(
        "bacok keroyok culik begal tikam sandera embak tawuran stabb kidnap gun knife celurit "
        "clurit panah peluru bunuh bom bomb kill",
        re.compile(
            r"\b(?:di|ke)?bacok(?:an)?\b|\bdi(?:keroyok|culik|begal|tikam|sandera)\b|"
            r"\b(?:baku tembak|penembakan|suara tembakan)\b|"
            r"\btawuran\b(?= (?:\w+ ){0,3}(?:celurit|clurit|sajam|senjata|parang|golok|samurai))|"
            r"\bkena (?:panah|celurit|clurit|bacok|peluru|tembak)\b|"
            r"\b(?:ada|ancaman|diduga) bom\b|\bbomb\b|"
            r"\b(?:mau|akan|ancam|mengancam|ngancam|ngancem) (?:mem|di)?bunuh (?:saya|kami|orang|"
            r"anak|istri|ibu|suami|keluarga|tetangga)\b|"
            r"\b(?:kill|killing) (?:me|us|him|her|people)\b|"
            r"\bstabb(?:ed|ing)\b|\bkidnapp(?:ed|ing)\b|\bgun ?shots?\b|\b(?:has|with) a (?:gun|"
            r"knife)\b"
        ),
    ),
    Signal(
        "parang golok celurit clurit pisau samurai pedang pistol senjata",
        re.compile(
            r"\b(?:bawa|pakai|pake|ngacungin|dengan) (?:parang|golok|celurit|clurit|pisau|samurai|"
            r"pedang|pistol|senjata)\b|\b(?:parang|golok|celurit|clurit|pisau|samurai|pedang|"
            r"pistol) (?:\w+ ){0,5}ngamuk\b"
        ),
        needs=(
            PEOPLE,
            re.compile(r"\b(?:ngamuk|mengamuk|\w*anc[ae]m\w*|masuk rumah|\w*kejar\w*|\w*serang)\b"),
        ),
    ),
    Signal(
        "tusuk tembak pukul gebuk sekap hajar aniaya rampok todong attacked robbed beaten",
        re.compile(
            r"\bdi(?:tusuk|tembak|pukuli|pukulin|gebuki|gebukin|hajar|sekap|aniaya|rampok|todong)\b|"
            r"\b(?:being |is )?(?:attacked|robbed|beaten)\b"
        ),
        needs=(PEOPLE,),
    ),
    Signal(
        "elamat atap genteng",
        re.compile(
            r"\b(?:selamatkan|menyelamatkan)\b|"
            r"\b(?:di|ke|naik) (?:atas )?(?:atap|genteng)\b(?= rumah|$| dari| sejak| sudah| masjid)"
        ),
        needs=(PEOPLE, re.compile(r"\b(?:perahu|boat|banjir|hanyut|terjebak)\b")),
    ),
    Signal(
        "perahu boat",
        re.compile(
            r"\b(?:butuh|tolong|mohon|kirim(?:kan)?|jemput|nunggu|menunggu|need|send|mana)"
            r"(?: \w+){0,2} (?:perahu|boat)\b|"
            r"\b(?:perahu|boat)(?: karet)?(?: \w+){0,2} (?:tolong|segera|evakuasi|tidak datang|"
            r"belum datang)\b"
        ),
        unless=STANDING_BY,
        past=False,
    ),
    Signal(
        "evakuasi rescue",
        re.compile(r"\b(?:di|meng)?evakuasi\b|\brescue\b"),
        needs=(PEOPLE, PLIGHT),
        past=False,
    ),
    Signal(
        "evakuasi",
        re.compile(r"\b(?:butuh|mohon|minta|tolong|segera) (?:segera )?(?:di)?evakuasi\b"),
        needs=(HELPLESS,),
        unless=THINGS,
    ),
)
