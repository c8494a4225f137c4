"""Every conversation under tests/transcripts plays through the real engine and the real step."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import pytest

from dialogs.rehearsal import run
from dialogs.transcript import Row, TranscriptError, differences, parse, write
from nlu.understanding import Understanding

CHATS = sorted(Path(__file__).parent.glob("*.chat"))


class Reader(Protocol):
    def read(self, texts: Sequence[str]) -> list[Understanding]: ...


def test_there_are_enough() -> None:
    assert len(CHATS) >= 60


KINDS = {  # what a channel of each kind can do, as transcripts write it
    "rich": "buttons=3 location=yes",
    "sms": "buttons=0 location=no media=no short=yes",
    "e-mail": "buttons=0 location=no",
    "public": "buttons=0 location=no public=yes",
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_channel_is_spoken_on(kind: str) -> None:
    rows = [parse(chat.read_text(encoding="utf-8")) for chat in CHATS]
    assert sum(Row("channel", KINDS[kind]) in one for one in rows) >= 5


@pytest.mark.parametrize("chat", CHATS, ids=lambda path: path.stem)
def test_goes_as_written(chat: Path, engine: Reader) -> None:
    expected = parse(chat.read_text(encoding="utf-8"))
    heard = run(expected, engine.read)
    assert not differences(expected, heard), write(heard)


@pytest.mark.parametrize("chat", CHATS, ids=lambda path: path.stem)
def test_is_written_as_it_is_read(chat: Path) -> None:
    rows = parse(chat.read_text(encoding="utf-8"))
    assert parse(write(rows)) == rows
    assert any(row.who == "bot" for row in rows)


def test_a_stranger_in_a_transcript_is_named_by_line() -> None:
    with pytest.raises(TranscriptError, match="line 2: `citizn` is nobody"):
        parse("# a comment\ncitizn  halo\n")


@pytest.mark.parametrize(
    ("expected", "heard", "count"),
    [
        ("bot  a\n", "bot  a\n", 0),
        ("bot  a\n", "bot  b\n", 1),
        ("bot  a\n", "bot  a\nbot  b\n", 1),
        ("filed  banjir\n", 'filed  banjir at "x"\n', 0),  # a row may stop early
        ("filed  banjir\n", "filed  banjir_rob\n", 1),
        ("bot  a\n", "bot  a\nfiled  banjir\n", 1),  # filed rows count always
        ("bot  a\n", "bot  a\nperson  unsure\n", 0),  # these only where the file has one
    ],
)
def test_differences(expected: str, heard: str, count: int) -> None:
    assert len(differences(parse(expected), parse(heard))) == count


def test_tickets_are_numbered_in_order_of_appearance() -> None:
    rows = [Row("bot", "JKT-4K7P-2Q9X dan JKT-1111-1111"), Row("bot", "JKT-4K7P-2Q9X")]
    assert write(rows).splitlines() == ["bot      JKT-1 dan JKT-2", "bot      JKT-1"]
