"""How fast one session may write."""

from __future__ import annotations

import pytest

from channels import pace
from channels.pace import Pace


@pytest.mark.parametrize(
    ("later", "wait"),
    [
        (0, 2),  # 60 s / 30
        (1, 1),
        (1.5, 1),
        (2, 0),
    ],
)
def test_after_the_burst_one_passes_every_two_seconds(later: float, wait: int) -> None:
    bucket = Pace(30)
    for _ in range(30):
        assert bucket.take("ani", 100.0) == 0

    assert bucket.take("ani", 100.0 + later) == wait


def test_a_quiet_session_has_all_of_it_again_and_no_more() -> None:
    bucket = Pace(2)
    passed = [bucket.take("ani", 0.0) for _ in range(3)]
    passed_later = [bucket.take("ani", 1e6) for _ in range(3)]

    assert [bool(wait) for wait in passed] == [False, False, True]
    assert [bool(wait) for wait in passed_later] == [False, False, True]


def test_quiet_sessions_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "_MOST_SESSIONS", 10)
    bucket = Pace(30)
    for number in range(100):
        bucket.take(f"citizen {number}", float(number * 3))

    assert len(bucket._left) <= 10
