"""Telegram updates for load: invented citizens, each with a report of his own."""

from __future__ import annotations

import json

TOKEN = "1708:invented-token-for-benchmarks"
SECRET = "invented-secret-for-benchmarks"
PATH = "/channels/telegram/main"

TEXTS = (
    "air got depan SD 03 Menteng meluap ke jalan",
    "lampu jalan mati di Jl. Tebet Barat Dalam, gelap sekali kalau malam",
    "tolong sampah di pasar Palmerah sudah tiga hari tidak diangkut",
    "macet parah di perempatan Mampang karena lampu merah mati",
    "ada lubang besar di Jl. Daan Mogot KM 12 arah Kalideres, banyak motor jatuh",
    "banjir selutut di Kampung Melayu kecil RT 03/RW 10 sejak subuh",
    "parkir liar di trotoar depan stasiun Tanah Abang mengganggu pejalan kaki",
    "pohon mau tumbang di Jl. Pakubuwono VI, mohon segera dipangkas",
)


def update(number: int) -> bytes:
    """One message from citizen `number`. Shape: Bot API, "Update" and "Message"."""
    return json.dumps(
        {
            "update_id": number,
            "message": {
                "message_id": 1,
                "date": 1_790_000_000,
                "chat": {"id": 10_000_000 + number, "type": "private", "first_name": "Warga"},
                "from": {"id": 10_000_000 + number, "is_bot": False, "first_name": "Warga"},
                "text": TEXTS[number % len(TEXTS)],
            },
        }
    ).encode()
