"""Sending: in the thread or in private, and what each refusal means."""

from __future__ import annotations

import time

import pytest
from aiohttp import ClientTimeout

from channels.adapter import Refused, Retry, Sent, Unknown, WirePart, caps_of
from channels.errors import Misconfigured, Unreachable
from channels.message import OutboundMessage
from channels.twitter.adapter import Polling, Settings
from channels.twitter.render import render
from tests.peers.twitter.x_server import POST_LIMIT, SILENT, Fault

POST = WirePart(method="tweets", body={"text": "@ani Tercatat."})
DM = WirePart(method="dm_events", body={"to": "9001", "text": "Di mana lokasinya?"})


def public(text: str, post: str = "1", name: str = "ani") -> OutboundMessage:
    return OutboundMessage(
        channel="twitter",
        account="main",
        address="post:9001",
        key="k",
        text=text,
        thread={"post": post, "username": name},
    )


async def test_an_answer_stands_in_its_thread(x, polling) -> None:
    asked = x.post(x.citizen("ani"), "@LaporKota got mampet")
    (part,) = render(public("Tercatat.", asked))
    outcome = await polling.send(part)
    assert isinstance(outcome, Sent)
    number = outcome.provider_id.rpartition(":")[2]
    assert x.posts[number]["text"] == "@ani Tercatat."
    assert x.posts[number]["conversation_id"] == asked


async def test_a_message_goes_to_its_citizen(x, polling) -> None:
    ani = x.citizen("ani")
    outcome = await polling.send(WirePart(method="dm_events", body={"to": ani, "text": "Halo"}))
    assert outcome == Sent(provider_id=f"1708:dm:{max(x.events)}")
    assert x.events[max(x.events)]["text"] == "Halo"


async def test_photos_hang_on_the_post(x, polling) -> None:
    async def photos(reference: str) -> bytes | None:
        return {"41": b"\xff\xd8 one", "42": None}[reference]  # the second was taken back

    polling.use_photos(photos)
    part = WirePart(method="tweets", body={"text": "@ani Selesai.", "photos": ["41", "42"]})
    assert isinstance(await polling.send(part), Sent)
    (shown,) = x.posts[max(x.posts)]["media"]["media_ids"]
    assert x.files[shown] == b"\xff\xd8 one"


async def test_a_photo_goes_as_a_message_of_its_own(x, polling) -> None:
    async def photos(reference: str) -> bytes | None:
        return b"\xff\xd8 one" if reference == "41" else None

    polling.use_photos(photos)
    ani = x.citizen("ani")
    assert (
        await polling.send(WirePart(method="dm_events", body={"to": ani, "photo": "41"}))
    ) != Sent()
    (attached,) = x.events[max(x.events)]["attachments"]
    assert x.files[attached["media_id"]] == b"\xff\xd8 one"
    gone = WirePart(method="dm_events", body={"to": ani, "photo": "42"})
    assert await polling.send(gone) == Sent()
    assert len(x.events) == 1


async def test_the_same_words_to_the_same_citizen_count_as_sent(x, polling) -> None:
    """A reply whose connection broke is sent again; X refuses it where it had arrived."""
    assert isinstance(await polling.send(POST), Sent)
    assert await polling.send(POST) == Sent()


def test_no_piece_of_a_post_is_too_long_for_x() -> None:
    parts = render(public("Laporan Anda dicatat dan diteruskan ke dinas terkait. " * 30))
    assert all(len(part.body["text"]) <= POST_LIMIT for part in parts)
    assert all(part.body["text"].startswith("@ani ") for part in parts)


def test_strangers_read_along_under_a_post_and_not_in_a_message() -> None:
    adapter = Polling("main", Settings())
    assert caps_of(adapter, "post:9001").public
    assert not caps_of(adapter, "dm:9001").public


async def test_a_spent_limit_holds_the_account_until_it_ends(x, polling) -> None:
    x.budget["POST /2/tweets"] = 0
    x.reset_at = int(time.time()) + 600
    outcome = await polling.send(POST)
    assert isinstance(outcome, Retry)
    assert outcome.account
    assert outcome.after is not None
    assert 590 <= outcome.after.total_seconds() <= 600


def forbidden(detail: str) -> Fault:
    return Fault("/2/", 403, {"title": "Forbidden", "status": 403, "detail": detail})


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (forbidden("You do not have permission to DM one or more participants."), "blocked"),
        (forbidden("You attempted to reply to a Tweet that is deleted."), Refused),
        (forbidden("You are not permitted to perform this action."), Misconfigured),
        (Fault("/2/", 401, {"title": "Unauthorized"}), Misconfigured),
        (Fault("/2/", 400, {"errors": [{"message": "bad"}]}), Refused),
        (Fault("/2/", 404, {}), Refused),
        (Fault("/2/", 503, {}), Retry),
        (Fault("/2/", 500, {}), Unknown),
        (Fault("/2/", 502, b"<html>", {"Content-Type": "text/html"}), Unknown),
        (Fault("/2/", 201, b"{"), Unknown),
    ],
    ids=lambda value: getattr(value, "__name__", None) or str(getattr(value, "status", value)),
)
async def test_refusals_are_sorted(x, polling, fault, outcome) -> None:
    x.faults = [fault]
    if outcome is Misconfigured:
        with pytest.raises(Misconfigured):
            await polling.send(DM)
        return
    said = await polling.send(DM)
    if outcome == "blocked":
        assert isinstance(said, Refused)
        assert said.blocked
    else:
        assert isinstance(said, outcome)
        assert not getattr(said, "blocked", False)


async def test_where_x_never_answers_the_outcome_is_unknown(x, base, keys, monkeypatch) -> None:
    monkeypatch.setattr("channels.twitter.api._TIMEOUT", ClientTimeout(total=0.2))
    adapter = Polling("main", Settings(api_base=base))
    await adapter.start()
    x.faults = [Fault("/2/", SILENT, times=2)]
    assert isinstance(await adapter.send(DM), Unknown)
    with pytest.raises(Unreachable):
        await adapter.pull(None)
    await adapter.close()


async def test_nobody_there_is_tried_again_and_not_doubted(keys) -> None:
    adapter = Polling("main", Settings(api_base="http://127.0.0.1:1"))
    adapter._api = adapter._made()
    assert isinstance(await adapter.send(DM), Retry)
    await adapter.close()
    assert isinstance(await adapter.send(DM), Retry)  # closed


async def test_check_says_who_we_are(x, base, keys) -> None:
    assert await Polling("main", Settings(api_base=base)).check() == "@LaporKota, by polling"
    x.faults = [Fault("/2/users/me", 401, {})]
    with pytest.raises(Misconfigured, match="developer console"):
        await Polling("main", Settings(api_base=base)).check()


async def test_a_missing_key_is_named(monkeypatch) -> None:
    monkeypatch.delenv("KANAL_TWITTER_CONSUMER_KEY", raising=False)
    with pytest.raises(Misconfigured, match="KANAL_TWITTER_CONSUMER_KEY: empty"):
        await Polling("main", Settings()).start()
