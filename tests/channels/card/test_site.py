"""Who may answer a card, once, and what everybody else reads."""

from __future__ import annotations

import asyncio
import io
import json
import secrets
import string

import aiohttp
import pytest
from structlog.testing import capture_logs

from channels.adapter import CardState, Refused
from channels.card.payload import NAME
from channels.card.site import ROOT
from channels.message import MediaKind, MediaRef, OutboundMessage
from tests.channels.card.conftest import OPEN, Counter, Door, jpeg


async def test_the_form_becomes_a_message_of_the_conversation_that_asked(counter: Counter) -> None:
    status, page = await counter.send(
        point="-6.19550, 106.83420", words="depan SD 03", photos=[jpeg()]
    )
    (raw,) = counter.raws
    (message,) = counter.adapter.parse(raw).messages

    assert status == 200
    assert "Terima kasih, sudah kami terima" in page
    assert (message.channel, message.account, message.address) == (
        "email",
        "main",
        "rina@contoh.example",
    )
    assert message.location is not None
    assert (message.location.lat, message.location.lon) == (-6.1955, 106.8342)
    assert message.location.address == "depan SD 03"
    assert message.thread == OPEN.thread
    assert message.card == OPEN.id


async def test_thanks_come_after_accept_has_returned(counter: Counter) -> None:
    counter.away = True
    status, page = await counter.send(words="depan pasar")

    assert status == 503
    assert "Belum bisa kami terima" in page
    assert "Terima kasih" not in page


async def test_what_the_store_did_not_take_is_not_thanked_for(counter: Counter) -> None:
    counter.dead = True
    status, page = await counter.send(words="depan pasar")

    assert (status, "Terima kasih" in page) == (503, False)


async def test_a_second_answer_is_told_kindly_and_kept_nowhere(counter: Counter) -> None:
    counter.desk.is_quick = False
    await counter.send(words="satu")
    status, page = await counter.send(words="dua")  # the desk does not know yet: T1 decides
    assert (status, "Sudah diterima" in page) == (200, True)
    counter.desk.turn(CardState.USED)
    status, page = await counter.send(words="tiga")
    assert (status, "Sudah diterima" in page) == (200, True)
    assert len(counter.raws) == 1


async def test_two_at_the_same_moment_are_one(counter: Counter) -> None:
    counter.desk.is_quick = False
    answers = await asyncio.gather(counter.send(words="satu"), counter.send(words="dua"))

    assert sum("Sudah diterima" in page for _, page in answers) == 1
    assert len(counter.raws) == 1


@pytest.mark.parametrize(
    ("state", "status", "words"),
    [
        (CardState.EXPIRED, 410, "kedaluwarsa"),
        (CardState.ENDED, 410, "Pertanyaan ini sudah selesai"),
        (CardState.USED, 200, "Sudah diterima"),
    ],
)
async def test_a_card_that_is_over_says_so(
    counter: Counter, state: CardState, status: int, words: str
) -> None:
    counter.desk.turn(state)
    for code, page in (await counter.open(), await counter.send(words="terlambat")):
        assert code == status
        assert words in page
        assert "<form" not in page
        assert "rina" not in page
    assert counter.raws == []


async def test_a_forged_word_never_reaches_the_store(counter: Counter) -> None:
    forged = counter.path[:-1] + ("a" if counter.path[-1] != "a" else "b")
    for code, page in (await counter.open(forged), await counter.send(forged, words="x")):
        assert (code, "Tautan tidak dikenal" in page) == (404, True)
    assert counter.desk.asked == []
    assert counter.raws == []


async def test_a_seal_of_another_card_fits_no_other(counter: Counter) -> None:
    other = counter.adapter.path("0000000000")
    mixed = f"{ROOT}/{OPEN.id}{other[-8:]}"

    assert (await counter.open(mixed))[0] == 404
    assert (await counter.open(other))[0] == 404  # sealed by us, dealt to nobody


async def test_ten_thousand_guesses_are_slowed_down(counter: Counter) -> None:
    letters = string.ascii_lowercase + string.digits
    codes = []
    for _ in range(10_000):
        word = "".join(secrets.choice(letters) for _ in range(18))
        async with counter.browser.get(f"{ROOT}/{word}") as answer:
            codes.append(answer.status)
            assert answer.status != 429 or int(answer.headers["Retry-After"]) >= 1

    assert set(codes) == {404, 429}
    assert codes.count(404) == 20
    assert counter.desk.asked == []
    counter.clock.now += 3
    assert (await counter.open())[0] == 200  # who has a link waits three seconds, no longer


async def test_who_has_a_link_is_never_slowed_down(counter: Counter) -> None:
    assert {(await counter.open())[0] for _ in range(100)} == {200}


async def test_clients_are_told_apart_by_the_proxys_word_only_where_there_is_one(
    door: Door,
) -> None:
    async def code(counter: Counter, client: str) -> int:
        return (await counter.open(f"{ROOT}/x", **{"X-Forwarded-For": client}))[0]

    proxied = await door(behind_proxy=True, tries_per_minute=1)
    assert await code(proxied, "203.0.113.7") == 404
    assert await code(proxied, "198.51.100.9, 203.0.113.7") == 429  # the last one is the proxy's
    assert await code(proxied, "2001:db8:1:2::1") == 404
    assert await code(proxied, "2001:db8:1:2:ffff::9") == 429  # one subscriber
    assert await code(proxied, "no address") == 404
    bare = await door(tries_per_minute=1)
    assert [await code(bare, "203.0.113.7"), await code(bare, "203.0.113.8")] == [404, 429]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Origin": "file://"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
async def test_a_foreign_page_cannot_send(counter: Counter, headers: dict[str, str]) -> None:
    status, page = await counter.send(words="bukan saya", headers=headers)

    assert (status, "Kiriman ditolak" in page) == (403, True)
    assert counter.raws == []


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {}])
async def test_our_page_can(counter: Counter, headers: dict[str, str]) -> None:
    assert (await counter.send(words="saya", headers=headers))[0] == 200
    assert len(counter.raws) == 1


async def test_a_client_without_either_header_can(counter: Counter) -> None:
    form = aiohttp.FormData({"words": "depan pasar"}, default_to_multipart=True)
    async with counter.browser.post(counter.path, data=form) as answer:
        assert answer.status == 200
    assert len(counter.raws) == 1


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"point": "NaN, NaN"}, "Koordinat tidak terbaca"),
        ({"point": "-96, 206"}, "Koordinat tidak terbaca"),
        ({"words": "a" * 1001}, "Alamatnya terlalu panjang"),
        ({"photos": [b"PK\x03\x04 an archive"]}, "bukan foto"),
        ({"photos": [b"<svg onload=alert(1)>"]}, "bukan foto"),
        ({"photos": [b""]}, "kosong"),
        ({"photos": [jpeg()] * 6}, "terlalu banyak"),
        ({"photos": [jpeg() + bytes(200_000)]}, "terlalu besar"),
    ],
)
async def test_a_form_that_cannot_be_taken_comes_back_with_what_was_written(
    door: Door, said: dict[str, object], words: str
) -> None:
    counter = await door(max_photo_bytes=100_000)
    status, page = await counter.send(**{"words": 'depan <pasar> & "pos"', **said})

    assert status == 422
    assert words in page
    assert "<form" in page
    if "words" not in said:
        assert "depan &lt;pasar&gt; &amp; &#34;pos&#34;</textarea>" in page
    assert counter.raws == []


async def test_an_empty_form_is_no_answer(counter: Counter) -> None:
    status, page = await counter.send(words=" \r\n")

    assert (status, "Belum ada isinya" in page) == (422, True)
    assert counter.raws == []


async def test_markup_in_the_words_stays_text(counter: Counter) -> None:
    attack = '"><script>alert(1)</script></textarea><img src=x onerror=alert(1)>'
    _, page = await counter.send(words=attack, point='"><b>')
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert '"><b>' not in page
    await counter.send(words=attack)
    (message,) = counter.adapter.parse(counter.raws[0]).messages
    assert message.text == attack  # as written; whoever shows it escapes it


async def test_sixty_megabytes_are_not_read_to_the_end(counter: Counter) -> None:
    sent = 0

    async def endless():
        nonlocal sent
        for _ in range(60):
            sent += 1_000_000
            yield bytes(1_000_000)

    headers = {"Content-Type": "multipart/form-data; boundary=x", "Origin": counter.origin}
    async with counter.browser.post(counter.path, data=endless(), headers=headers) as answer:
        assert answer.status == 413
        assert "terlalu besar" in await answer.text()
    assert sent < 60_000_000
    async with counter.browser.post(
        counter.path, data=io.BytesIO(bytes(60_000_000)), headers=headers
    ) as answer:
        assert answer.status == 413  # told by its length, before anything is read
    assert counter.raws == []


async def test_a_photo_comes_as_it_was_sent(counter: Counter) -> None:
    photos = [jpeg(400), jpeg(80)]
    await counter.send(photos=photos)
    (raw,) = counter.raws
    (message,) = counter.adapter.parse(raw).messages

    for ref, photo in zip(message.media, photos, strict=True):
        assert b"".join([chunk async for chunk in counter.adapter.fetch(ref, raw)]) == photo
    stray = MediaRef(ref="77", kind=MediaKind.PHOTO)
    with pytest.raises(Exception, match="no such photo"):
        _ = [chunk async for chunk in counter.adapter.fetch(stray, raw)]


async def test_a_store_that_is_away_means_again(counter: Counter) -> None:
    counter.desk.away = True
    async with counter.browser.get(counter.path) as answer:
        assert answer.status == 503
        assert int(answer.headers["Retry-After"]) > 0


async def test_the_word_is_in_no_log_delivery_or_repr(counter: Counter) -> None:
    word = counter.path.removeprefix(f"{ROOT}/")
    with capture_logs() as logs:
        await counter.open()
        await counter.send(words="depan pasar")
        await counter.open(f"{ROOT}/{word[:-1]}")
    (raw,) = counter.raws

    kept = json.dumps(dict(raw.envelope)) + raw.body.decode() + repr(counter.adapter)
    assert word not in kept
    assert word[-8:] not in kept + str(logs)
    assert "rina" not in repr(OPEN)


async def test_pages_are_kept_by_nobody_and_found_by_nobody(counter: Counter) -> None:
    async with counter.browser.get(counter.path) as answer:
        assert answer.headers["Cache-Control"] == "no-store"
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert "Set-Cookie" not in answer.headers


async def test_nobody_is_written_to_on_a_card(counter: Counter) -> None:
    message = OutboundMessage(
        channel=NAME, account="main", address="x", key="1:answer", text="Terima kasih"
    )
    (part,) = counter.adapter.render(message)

    assert isinstance(await counter.adapter.send(part), Refused)
