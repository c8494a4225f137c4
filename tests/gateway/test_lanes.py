"""How fast an account may send: time is an argument."""

from __future__ import annotations

from datetime import timedelta

import pytest

from channels.adapter import Caps
from gateway.lanes import Lane, Pace


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.now += seconds


def lane(time: Time, at_once: int = 64, **caps) -> Lane:
    return Lane(Caps(text_limit=100, **caps), at_once, clock=time.clock, sleep=time.sleep)


@pytest.mark.parametrize(
    ("every_s", "burst", "waits"),
    [
        (0, 1, [0, 0, 0]),  # no limit known
        (1, 1, [0, 1, 2]),
        (1, 3, [0, 0, 0, 1, 2]),  # three at once, then one a second
        (6, 2, [0, 0, 6, 12]),
    ],
)
def test_places_in_the_queue(every_s: float, burst: int, waits: list[float]) -> None:
    time = Time()
    pace = Pace(every_s, burst, time.clock)
    assert [pace.take("ani") for _ in waits] == waits
    assert pace.take("budi") == 0  # another key has a queue of its own


def test_a_rest_gives_the_burst_back() -> None:
    time = Time()
    pace = Pace(1, 2, time.clock)
    assert [pace.take("") for _ in range(3)] == [0, 0, 1]
    time.now += 10
    assert [pace.take("") for _ in range(3)] == [0, 0, 1]


async def test_an_account_waits_for_its_own_limit_and_for_the_address() -> None:
    time = Time()
    narrow = lane(time, per_second=10, per_address_s=1)
    for address in ("ani", "budi", "ani"):
        await narrow.turn(address)
    assert time.slept == [0.1, 0.9]


def test_a_slow_account_takes_few_messages_at_once() -> None:
    time = Time()
    assert lane(time, per_second=0.1).at_once == 1
    assert lane(time, per_second=2).at_once == 20
    assert lane(time).at_once == 64


def test_a_held_account_has_no_room_until_the_hold_ends() -> None:
    time = Time()
    held = lane(time, at_once=4)
    held.hold(timedelta(seconds=30))
    held.hold(timedelta(seconds=5))  # a shorter word does not shorten the longer one
    assert (held.room(), held.held()) == (0, timedelta(seconds=30))
    time.now += 30
    assert (held.room(), held.held()) == (4, timedelta(0))


def test_room_is_given_when_half_of_the_places_are_free() -> None:
    few = lane(Time(), at_once=4)
    rooms = []
    for few.under_way in (0, 1, 2, 3, 4):
        rooms.append(few.room())
    assert rooms == [4, 3, 2, 0, 0]
