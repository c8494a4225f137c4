"""No loop ends for good while the gateway runs, whatever goes wrong in it."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from gateway import loops, pull
from gateway.cli import run
from gateway.loops import kept_up
from tests.gateway.conftest import until
from tests.paper import Paper


@pytest.fixture(autouse=True)
def _at_once(monkeypatch) -> None:
    for module in (loops, pull):
        monkeypatch.setattr(module, "backoff", lambda *_: timedelta(0))


async def ended(task: asyncio.Task) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_a_loop_that_fails_is_begun_again_and_its_words_stay_unsaid() -> None:
    begun = []

    async def loop() -> None:
        begun.append(1)
        if len(begun) < 3:
            raise KeyError("got depan rumah Ani")
        await asyncio.Event().wait()

    with capture_logs() as logs:
        task = asyncio.create_task(kept_up("reading", loop))
        await until(lambda: len(begun) == 3)
    await ended(task)
    assert [(one["event"], one["loop"], one["error"]) for one in logs] == [
        ("loop.failed", "reading", "KeyError")
    ] * 2
    assert "Ani" not in str(logs)


async def test_a_loop_that_is_done_stays_done() -> None:
    async def loop() -> None:
        pass

    await kept_up("start", loop)


@pytest.mark.parametrize("which", ["dispatcher", "media", "worker", "housekeeping"])
async def test_every_loop_of_a_gateway_outlives_an_error(talk, monkeypatch, which) -> None:
    looked = []

    async def once(*_) -> int:
        looked.append(1)
        if len(looked) == 1:
            raise KeyError("id")
        return 0

    owner = getattr(talk.gateway, which)
    monkeypatch.setattr(owner, "once", once)
    monkeypatch.setattr("gateway.housekeeping.LOOK_EVERY", timedelta(0))
    async with talk.gateway.running(doors=False):
        await until(lambda: len(looked) > 1)


class Pulled(Paper):
    """Answers once what the adapter cannot read."""

    rounds = 0

    async def pull(self, cursor):
        self.rounds += 1
        if self.rounds == 1:
            raise KeyError("id")
        await asyncio.sleep(0)
        return [], cursor


async def test_an_answer_that_cannot_be_read_does_not_end_the_polling(talk) -> None:
    puller, door = Pulled(), talk.gateway.doors["paper", "main"]
    stood = []

    class Standing:
        async def up(self, *_):
            stood.append("up")

        async def broken(self, _channel, _account, detail):
            stood.append(detail)

    task = asyncio.create_task(pull.pull_forever(door, puller, talk.gateway.database, Standing()))
    await until(lambda: len(stood) > 1)
    await ended(task)
    assert stood[:2] == ["the adapter raised KeyError", "up"]


async def test_a_reload_that_breaks_is_not_the_last(monkeypatch) -> None:
    asked = []

    class Reloading:
        async def reload(self, _settings) -> None:
            asked.append(1)
            if len(asked) == 1:
                raise KeyError("webchat")

    monkeypatch.setattr(run, "load", lambda: None)
    with run._reloading(Reloading(), asyncio.get_running_loop()):
        for number in (1, 2):
            os.kill(os.getpid(), signal.SIGHUP)
            await until(lambda number=number: len(asked) == number)
            await asyncio.sleep(0)


async def test_a_change_that_broke_off_is_made_by_the_next_reload(talk, monkeypatch) -> None:
    roster, fresh = talk.gateway.roster, Paper()

    async def breaks() -> None:
        raise KeyError("token")

    with monkeypatch.context() as broken:
        broken.setattr(fresh, "start", breaks)
        with pytest.raises(KeyError):
            await roster.replace({("paper", "new"): fresh}, {("paper", "main")})
    await roster.replace({("paper", "new"): fresh}, {("paper", "main")})
    assert list(roster.accounts) == [("paper", "new")]
    await roster.close_all()


async def test_a_loop_that_fails_on_its_way_out_is_not_begun_again() -> None:
    begun = []

    async def loop() -> None:
        begun.append(1)
        try:
            await asyncio.Event().wait()
        finally:
            raise OSError("the line was gone")

    task = asyncio.create_task(kept_up("poll", loop))
    await asyncio.sleep(0)
    task.cancel()
    done, _ = await asyncio.wait([task], timeout=5)
    assert done
    assert begun == [1]
