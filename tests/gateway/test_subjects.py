"""A mail's subject: read with its text, left out above a bare answer, kept no longer than it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dialogs import subjects
from dialogs.conversation import Conversation
from gateway.housekeeping import keep_no_longer
from gateway.sections import Retention
from nlu.ticket import find
from store.handover import lines
from store.tables import Inbox
from store.transcript import utterances
from store.waiting import uncorrected
from tests.gateway.conftest import Talk, rows

ASKED = Conversation(waiting_for="confirm")


@pytest.mark.parametrize(
    ("before", "subject", "text", "alone"),
    [
        (ASKED, "Laporan saya", "ya", True),
        (ASKED, "Laporan saya", "1.", True),
        (ASKED, "Laporan saya", "👍", True),
        (ASKED, "Lampu mati di Jl. Kemang Raya", "-", False),
        (ASKED, "Lampu mati", "dekat halte", False),
        (ASKED, "Kebakaran di Kel. Bangka, ada orang terjebak", "ya", False),
        (Conversation(), "Lampu mati di Jl. Kemang Raya", "tidak ada", False),
        (Conversation(), "Lampu mati di Jl. Kemang Raya", "Terima kasih", False),
        (Conversation(), "Lampu mati di Jl. Kemang Raya", "anonim", False),
        (Conversation(), "Perihal: data", "Hapus data saya.", True),
        (Conversation(), "Halo", "laporan saya", True),
        (Conversation(erasing=datetime(2026, 1, 1, tzinfo=UTC)), "Data", "hapus", True),
    ],
)
def test_when_a_text_stands_alone(before, subject, text, alone) -> None:
    assert subjects.read(before, subject, text) == (text if alone else f"{subject}\n{text}")


async def test_a_new_mail_confirms_and_what_was_read_is_kept(talk: Talk) -> None:
    asked = await talk.say("Mohon diangkut.", subject="Sampah menumpuk di Kel. Bangka dekat pasar")
    assert "Saya kirim?" in asked
    assert find(await talk.say("ya", subject="Jawaban saya"))
    database = talk.gateway.database
    async with database.read() as connection:
        read = [one.text for one in await uncorrected(connection, 9)]
        talked = (await rows(talk.gateway, Inbox))[0].conversation_id
        heard = await lines(connection, talked)
        shown = await utterances(connection, talked)
    whole = "Sampah menumpuk di Kel. Bangka dekat pasar\nMohon diangkut."
    assert whole in read
    for told in (heard, shown):  # by the command, and in the console
        assert {one.text for one in told if one.who == "citizen"} == {whole, "Jawaban saya\nya"}
    later = datetime.now(UTC) + timedelta(days=366)
    await keep_no_longer(database, talk.gateway.settings.var / "media", Retention(), later)
    assert "Bangka" not in str([one.message for one in await rows(talk.gateway, Inbox)])
