"""What one process parked is sent by the one at which the citizen listens."""

from __future__ import annotations

from channels.adapter import Parked
from gateway.app import compose
from gateway.presence import wake_present
from gateway.settings import Settings
from tests.gateway.test_delivery import queue, stands
from tests.paper import Paper


async def test_an_answer_decided_by_another_process_reaches_the_one_that_listens(
    talk, engine, tmp_path
) -> None:
    there = Paper()
    other = compose(
        Settings(var=tmp_path), talk.gateway.database, engine, {("paper", "main"): there}
    )
    there.script = [Parked(), Parked(), Parked()]
    await queue(talk, "ani", "budi", "citra")
    await other.dispatcher.once()
    await other.dispatcher.drain()
    assert await stands(talk, "state") == [("parked",)] * 3

    door = talk.gateway.doors["paper", "main"]
    await wake_present(door, ["budi", "citra", "dewi"], talk.gateway.database)
    await talk.send_due()

    assert sorted(talk.paper.sent) == ["budi", "citra"]
    assert await stands(talk, "state") == [("parked",), ("sent",), ("sent",)]


async def test_where_nobody_listens_nothing_is_asked(talk) -> None:
    await queue(talk, "ani")
    talk.paper.script = [Parked()]
    await talk.send_due()
    await wake_present(talk.gateway.doors["paper", "main"], [], talk.gateway.database)

    assert await stands(talk, "state") == [("parked",)]


async def test_many_who_listen_are_asked_about_in_pieces(talk) -> None:
    many = [f"warga-{number}" for number in range(1200)]
    await queue(talk, many[0], many[-1])
    talk.paper.script = [Parked(), Parked()]
    await talk.send_due()
    await wake_present(talk.gateway.doors["paper", "main"], many, talk.gateway.database)
    await talk.send_due()

    assert sorted(talk.paper.sent) == sorted([many[0], many[-1]])
