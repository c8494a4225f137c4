"""Polling: nothing is skipped or taken twice, and no question is asked beyond the budget."""

from __future__ import annotations

import json
import time

import pytest

from channels.errors import Misconfigured, Throttled, Unreachable
from channels.twitter.adapter import Polling, Settings
from channels.twitter.news import newer
from tests.peers.twitter.x_server import Fault


async def texts(polling: Polling, cursor: str | None) -> tuple[list[str], str | None]:
    raws, cursor = await polling.pull(cursor)
    return [message.text for raw in raws for message in polling.parse(raw).messages], cursor


async def test_what_was_written_before_is_no_news(x, polling) -> None:
    ani = x.citizen("ani")
    x.post(ani, "@LaporKota lama")
    x.dm(ani, "lama juga")
    said, cursor = await texts(polling, None)
    assert said == []
    x.post(ani, "@LaporKota baru")
    x.dm(ani, "baru juga")
    said, _ = await texts(polling, cursor)
    assert said == ["baru", "baru juga"]


async def test_an_empty_account_hears_its_first_mention(x, polling) -> None:
    _, cursor = await texts(polling, None)
    x.post(x.citizen("ani"), "@LaporKota yang pertama")
    assert (await texts(polling, cursor))[0] == ["yang pertama"]


async def test_news_are_read_from_the_cursor_and_never_skipped(x, polling) -> None:
    _, cursor = await texts(polling, None)
    ani = x.citizen("ani")
    for number in range(250):
        x.post(ani, f"@LaporKota laporan {number}")
        x.dm(ani, f"pesan {number}")
    expected = [f"laporan {n}" for n in range(250)] + [f"pesan {n}" for n in range(250)]
    for _ in range(2):  # the cursor has not moved: the same comes again, in the same order
        said, moved = await texts(polling, cursor)
        assert said == expected
    assert (await texts(polling, moved))[0] == []


async def test_a_timeline_whose_last_post_was_deleted_is_read_on(x, polling) -> None:
    _, cursor = await texts(polling, None)
    ani = x.citizen("ani")
    last = x.post(ani, "@LaporKota satu")
    _, cursor = await texts(polling, cursor)
    del x.posts[last]
    x.post(ani, "@LaporKota dua")
    assert (await texts(polling, cursor))[0] == ["dua"]


@pytest.mark.parametrize("fractions", [True, False])
async def test_times_with_and_without_fractions(x, polling, fractions) -> None:
    x.fractions = fractions
    _, cursor = await texts(polling, None)
    x.post(x.citizen("ani"), "@LaporKota got mampet")
    assert (await texts(polling, cursor))[0] == ["got mampet"]


async def test_the_budget_sets_the_pace(x, polling, slept) -> None:
    cursor = None
    for _ in range(3):
        _, cursor = await polling.pull(cursor)
    # 120 questions an hour, two questions a round: a round a minute
    assert slept.naps == [0, 60, 60]


async def test_without_messages_only_mentions_are_asked_for(x, base, keys, slept) -> None:
    settings = Settings(api_base=base, direct_messages=False)
    polling = Polling("main", settings, clock=slept.clock, sleep=slept.sleep)
    await polling.start()
    await polling.pull(None)
    await polling.close()
    assert not [path for _, path in x.asked if "dm" in path]


async def test_a_spent_limit_is_waited_out(x, polling) -> None:
    x.budget["GET /2/users/{id}/mentions"] = 0
    x.reset_at = int(time.time()) + 300
    with pytest.raises(Throttled) as error:
        await polling.pull(None)
    assert 290 <= error.value.retry_after.total_seconds() <= 300


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault("/2/users/1708", 500), Unreachable),
        (
            Fault("/2/users/1708", 503, b"<html>over capacity", {"Content-Type": "text/html"}),
            Unreachable,
        ),
        (Fault("/2/users/1708", 200, b"not json"), Unreachable),
        (Fault("/2/users/1708", 200, b"[]"), Unreachable),
        (Fault("/2/users/1708", 401, {"title": "Unauthorized"}), Misconfigured),
        (Fault("/2/users/1708", 403, {"title": "Client Forbidden", "detail": "x"}), Misconfigured),
        (Fault("/2/users/1708", 429, {}), Throttled),
    ],
    ids=lambda value: str(getattr(value, "status", value)),
)
async def test_trouble_is_sorted(x, polling, fault, kind) -> None:
    x.faults = [fault]
    with pytest.raises(kind):
        await polling.pull(None)


async def test_trouble_in_the_middle_moves_nothing(x, polling) -> None:
    _, cursor = await texts(polling, None)
    ani = x.citizen("ani")
    for number in range(150):
        x.post(ani, f"@LaporKota {number}")
    x.faults = [Fault("/2/dm_events", 500)]
    with pytest.raises(Unreachable):
        await polling.pull(cursor)
    assert len((await texts(polling, cursor))[0]) == 150


async def test_a_strange_cursor_begins_anew(x, polling) -> None:
    for strange in ("x", "[]", json.dumps({"post": "abc", "dm": None})):
        said, cursor = await texts(polling, strange)
        assert said == []
        assert json.loads(cursor or "")["post"] == "1"


async def test_what_x_includes_without_an_id_ends_no_reading() -> None:
    async def ask(*_):
        includes = {"tweets": [{"text": "no id"}], "users": [{"name": "no id"}]}
        post = {"id": "7", "text": "got mampet", "referenced_tweets": [{"type": "quoted"}]}
        return {"data": [post], "includes": includes}

    found, newest = await newer(ask, "5", {})
    assert [one["post"]["text"] for one in found] == ["got mampet"]
    assert newest == "7"
