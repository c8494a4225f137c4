"""The queue: not the least sure text, but the one that teaches most."""

from __future__ import annotations

import pytest

from nlu.learning.correction import plain_of
from nlu.learning.queue import Waiting, doubt, ranked
from nlu.understanding import Candidate


def waiting(number: int, text: str, first: float, second: float) -> Waiting:
    return Waiting(
        inbox_id=number,
        ticket=None,
        masked=text,
        plain=plain_of(text),
        candidates=(
            Candidate(category="banjir", confidence=first),
            Candidate(category="saluran_air", confidence=second),
            Candidate(category="sampah", confidence=0.01),
        ),
    )


def test_doubt_is_how_near_the_second_is() -> None:
    assert doubt(waiting(1, "x", 0.5, 0.5).candidates) == 1
    assert doubt(waiting(1, "x", 0.8, 0.2).candidates) == pytest.approx(0.4)
    assert doubt(()) == 0
    assert doubt(waiting(1, "x", 0, 0).candidates) == 1


def test_what_many_write_comes_before_the_single_odd_one() -> None:
    many = [waiting(n, f"pompa air rawa mati lagi pak {'.' * n}", 0.5, 0.35) for n in range(8)]
    odd = waiting(99, "zzz qqq vvv xxyy", 0.4, 0.39)
    asked = ranked([odd, *many], [], 10)
    assert [one.waiting.inbox_id for one in asked] == [0, 99]  # one line for all that are alike
    assert asked[0].alike == 8
    assert "8 texts nearly the same" in asked[0].why
    assert "banjir 0.50 or saluran_air 0.35" in asked[0].why


def test_what_has_been_said_already_is_asked_last() -> None:
    known = waiting(1, "portal komplek ditutup warga sepanjang malam", 0.5, 0.45)
    new = waiting(2, "kandang ayam tetangga bau sekali sampai ke dapur", 0.5, 0.45)
    asked = ranked([known, new], [plain_of("portal kompleks ditutup warga tiap malam")], 5)
    assert [one.waiting.inbox_id for one in asked] == [2, 1]
    assert "unlike all that was corrected" in asked[0].why
    assert "like some already corrected" in asked[1].why


def test_what_is_sure_is_not_asked() -> None:
    assert ranked([waiting(1, "banjir", 0.97, 0.01)], [], 5) == []
    assert ranked([], ["banjir"], 5) == []
    unlike = [waiting(n, 5 * word, 0.5, 0.4) for n, word in enumerate(("air", "bus", "lem", "got"))]
    assert len(ranked(unlike, [], 3)) == 3
