"""Cards in the whole gateway, on both databases: offered, answered once, ended, expired."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from aiohttp import FormData
from PIL import Image

from channels.adapter import CardState, Outcome, Raw, StoreAway
from channels.card.adapter import Adapter, Settings
from channels.card.seal import opened
from channels.card.site import _envelope
from gateway.app import compose
from gateway.cards import CardDesk, new_id
from gateway.settings import Settings as GatewaySettings
from nlu.engine import Engine
from store import schema
from store.database import Database, StoreError
from store.tables import CardRow, Complaint, Delivery, Exchange, Inbox, Media, Outbox
from tests.gateway.conftest import PIN, Talk, rows
from tests.paper import Paper

KEY = bytes(32)
LINK = re.compile(r"https://lapor\.example/c/([0-9a-z]{18})")
REPORT = "air got meluap ke jalan, tolong dibersihkan salurannya"


class Letters(Talk):
    """Citizens on a channel without pins, and the cards that they are offered."""

    desk: CardDesk

    async def offered(self, sender: str = "ani", text: str = REPORT) -> str:
        """Report without a place; returns the id of the card in the answer."""
        return card_in(await self.say(text, sender))

    async def fill(self, card_id: str, **said):
        """Send a card's form, as its page does; returns what T1 did with it."""
        card = await self.desk.card(card_id)
        assert card is not None
        body, kind = await form(**said)
        raw = Raw(
            body=body,
            received_at=datetime.now(UTC),
            envelope=_envelope(card, kind, card.locale),
        )
        (outcome,) = (await self.gateway.doors["card", "main"](raw)).outcomes
        return outcome

    async def state(self, card_id: str) -> CardState:
        card = await self.desk.card(card_id)
        assert card is not None
        return card.state


def card_in(heard: str) -> str:
    found = LINK.search(heard)
    assert found is not None, heard
    card_id = opened(KEY, found[1])
    assert card_id is not None
    return card_id


async def form(**said) -> tuple[bytes, str]:
    made = FormData(default_to_multipart=True)
    for name in ("point", "words"):
        made.add_field(name, said.get(name, ""))
    for photo in said.get("photos", ()):
        made.add_field("photo", photo, filename="foto.jpg", content_type="image/jpeg")
    payload = made()
    kept = bytearray()

    class Wire:
        async def write(self, chunk: bytes) -> None:
            kept.extend(chunk)

    await payload.write(Wire())  # type: ignore[arg-type]
    return bytes(kept), payload.headers["Content-Type"]


@pytest.fixture
async def letters(store_url: str, tmp_path: Path, engine: Engine) -> AsyncIterator[Letters]:
    settings = GatewaySettings(
        var=tmp_path, store={"url": store_url}, public={"url": "https://lapor.example/"}
    )
    database = Database(store_url, tmp_path)
    await schema.upgrade(database)
    paper, cards = Paper(location=False, buttons=0), Adapter("main", Settings())
    cards.use_key(KEY)
    accounts = {("paper", "main"): paper, ("card", "main"): cards}
    talk = Letters(compose(settings, database, engine, accounts), paper)
    talk.desk = CardDesk(database, lambda: datetime.now(UTC))
    yield talk
    await database.close()


async def test_a_card_is_a_turn_of_the_conversation_that_asked(letters: Letters) -> None:
    card = await letters.offered()
    before = len(letters.paper.sent)
    assert await letters.fill(card, point="-6.1957, 106.8322", words="depan SD") is Outcome.WRITTEN
    await letters.settle()
    (summary,) = letters.paper.sent[before:]
    assert "depan SD (Kel. Menteng, Menteng)" in str(summary)
    await letters.say("ya")
    (complaint,) = await rows(letters.gateway, Complaint)
    assert (complaint.lat, complaint.lon) == tuple(PIN)
    assert (complaint.channel, complaint.place_source) == ("paper", "card")
    assert complaint.place_words == "depan SD"


async def test_a_card_is_answered_once(letters: Letters) -> None:
    card = await letters.offered()
    assert await letters.state(card) is CardState.OPEN
    first = await letters.fill(card, point="-6.1957, 106.8322")
    assert await letters.state(card) is CardState.USED  # from T1 on, before any turn
    second = await letters.fill(card, point="-6.2607, 106.8137")
    await letters.settle()
    assert (first, second) == (Outcome.WRITTEN, Outcome.DUPLICATE)
    assert await letters.state(card) is CardState.USED
    kept = [row for row in await rows(letters.gateway, Delivery) if row.channel == "card"]
    assert len(kept) == 1


async def test_a_question_asked_again_brings_the_same_card(letters: Letters) -> None:
    card = await letters.offered()
    assert card_in(await letters.say("makasih")) == card
    assert len(await rows(letters.gateway, CardRow)) == 1


async def test_a_card_ends_with_its_question(letters: Letters) -> None:
    card = await letters.offered()
    await letters.say("Jl. Cikini Raya depan stasiun, Kel. Cikini")
    assert await letters.state(card) is CardState.ENDED
    card = await letters.offered("budi")
    await letters.say("batal", "budi")
    assert await letters.state(card) is CardState.ENDED


async def test_a_card_that_was_outrun_is_read_like_any_message(letters: Letters) -> None:
    """The form came in while the question was being answered otherwise: nothing is lost."""
    card = await letters.offered()
    await letters.deliver({"id": "x", "text": "batal", "sender": "ani"})
    await letters.fill(card, point="-6.1957, 106.8322", words="depan SD")
    await letters.settle()
    assert "?" in str(letters.paper.sent[-1])
    assert {one.state for one in await rows(letters.gateway, Inbox) if one.channel == "paper"} == {
        "done"
    }


async def test_a_card_expires(letters: Letters) -> None:
    card = await letters.offered()
    (row,) = await rows(letters.gateway, CardRow)
    assert row.expires_at - row.made_at == timedelta(hours=24)
    later = CardDesk(letters.gateway.database, lambda: row.expires_at)
    found = await later.card(card)
    assert found is not None
    assert found.state is CardState.EXPIRED


async def test_a_card_belongs_to_one_citizen(letters: Letters) -> None:
    ani, budi = await letters.offered("ani"), await letters.offered("budi")
    assert ani != budi
    await letters.fill(budi, point="-6.1957, 106.8322")
    await letters.settle()
    assert (await letters.state(ani), await letters.state(budi)) == (
        CardState.OPEN,
        CardState.USED,
    )
    found = await letters.desk.card(budi)
    assert found is not None
    assert found.address == "budi"


async def test_a_photo_on_a_card_is_fetched_from_it(letters: Letters, tmp_path: Path) -> None:
    card = await letters.offered()
    async with letters.gateway.running(doors=False):
        out = io.BytesIO()
        Image.effect_noise((320, 240), 50).convert("RGB").save(out, "JPEG")
        before = len(letters.paper.sent)
        await letters.fill(card, point="-6.1957, 106.8322", photos=[out.getvalue()])
        from tests.gateway.conftest import until

        await until(lambda: len(letters.paper.sent) > before)
    assert "Foto: 1 foto" in str(letters.paper.sent[-1])
    (kept,) = await rows(letters.gateway, Media)
    assert (kept.channel, kept.state) == ("card", "kept")


async def test_a_photo_left_out_on_a_card_is_not_asked_for(letters: Letters) -> None:
    card = await letters.offered()
    await letters.fill(card, point="-6.1957, 106.8322")
    await letters.settle()
    assert "Saya kirim?" in str(letters.paper.sent[-1])


async def test_what_nobody_dealt_is_no_card(letters: Letters) -> None:
    assert await letters.desk.card("0000000000") is None
    assert await letters.desk.card("' OR 1=1 --") is None


async def test_a_store_that_is_away_is_said_so(letters: Letters, monkeypatch) -> None:
    def away():
        raise StoreError("away")

    monkeypatch.setattr(letters.gateway.database, "read", away)
    with pytest.raises(StoreAway):
        await letters.desk.card("0000000000")


async def test_where_a_pin_can_be_sent_no_card_is_offered(talk: Talk) -> None:
    assert "/c/" not in await talk.say("lampu jalan mati")
    assert await rows(talk.gateway, CardRow) == []


def test_ids_are_many_and_plain() -> None:
    random = Random(7)
    drawn = {new_id(random) for _ in range(20_000)}

    assert len(drawn) == 20_000
    assert not set("".join(drawn)) & set("ilou")


async def test_the_link_stands_in_the_message_and_in_no_trace(letters: Letters) -> None:
    card = await letters.offered()
    (said,) = await rows(letters.gateway, Outbox)
    (trace,) = await rows(letters.gateway, Exchange)
    assert card in said.message
    assert "Tandai di peta" in trace.request
    assert card not in trace.request
