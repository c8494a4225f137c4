"""The desk's commands, as a person at a terminal uses them."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from typer.testing import CliRunner

from gateway.app import compose
from gateway.cli import app
from gateway.settings import load
from nlu.engine import Engine
from nlu.ticket import find
from store import schema
from store.database import Database
from tests.gateway.conftest import Talk
from tests.paper import Paper

PIN = [-6.1957, 106.8322]
REPORT = "air got depan SD 03 Menteng meluap ke jalan, tolong dibersihkan salurannya"


class Desk:
    """A terminal, and citizens who write now and then."""

    def __init__(self, engine: Engine) -> None:
        self.paper = Paper()
        self._engine = engine
        self._said = 0

    def run(self, *words: str, fails: bool = False) -> str:
        done = CliRunner().invoke(app, [*words])
        assert (done.exit_code == 2) is fails, done.output
        return done.output

    def hear(self, *turns: dict[str, Any]) -> str:
        """Let Ani write, and the gateway do what is due; returns all that she hears."""
        before = len(self.paper.sent)
        asyncio.run(self._hear(turns))
        return "\n".join(map(str, self.paper.sent[before:]))

    async def _hear(self, turns: tuple[dict[str, Any], ...]) -> None:
        settings = load()
        database = Database(settings.store.url, settings.var)
        await schema.upgrade(database)
        talk = Talk(
            compose(settings, database, self._engine, {("paper", "main"): self.paper}), self.paper
        )
        talk._number = self._said
        for turn in turns:
            await talk.say(**turn)
        await talk.settle()
        self._said = talk._number
        await database.close()

    def file(self) -> str:
        heard = self.hear({"text": REPORT, "pin": PIN})
        while not find(heard):
            choice = next(one for one in self.paper.choices if one.endswith((":yes", ":skip")))
            heard = self.hear({"choice": choice})
        return find(heard)[0][0]


@pytest.fixture
def desk(tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Desk:
    config = tmp_path / "config.yml"
    config.write_text(json.dumps({"schema_version": 1, "var": str(tmp_path / "var")}))
    (tmp_path / "var").mkdir()
    monkeypatch.setenv("KANAL_CONFIG", str(config))
    return Desk(engine)


def test_a_complaint_is_settled_with_words_and_a_photo(desk: Desk, tmp_path: Path) -> None:
    number = desk.file()
    photo = tmp_path / "hasil.jpg"
    Image.effect_noise((320, 240), 50).convert("RGB").save(photo)
    said = ["--note", "Sudah bersih.", "--photo", str(photo), "--by", "rudi"]
    assert "the citizen is told" in desk.run("complaint", "status", number, "done", *said)
    assert "Sudah bersih." in desk.hear()

    shown = desk.run("complaint", "show", number)
    assert "status by rudi" in shown
    listed = re.search(r"photo (\d+) by an officer$", shown, re.MULTILINE)
    assert listed
    desk.run("complaint", "publish", number, "--photo", listed[1], "--text", "--by", "rudi")
    assert f"photo {listed[1]} by an officer, published" in desk.run("complaint", "show", number)
    desk.run("complaint", "publish", number, "--photo", listed[1], "--text", "--withdraw")
    assert "an officer\n" in desk.run("complaint", "show", number)


def test_a_conversation_is_taken_and_given_back(desk: Desk) -> None:
    desk.hear({"text": "mau bicara dengan petugas"})
    listed = desk.run("conversation", "list")
    assert "with a person" in listed
    assert "asked_for_human" in listed
    talk = listed.split()[0]
    desk.run("conversation", "take", talk, "--by", "rudi")
    desk.run("conversation", "say", talk, "Ada apa, Bu?", "--by", "rudi")
    assert "Petugas: Ada apa, Bu?" in desk.hear()
    desk.run("conversation", "back", talk, "--by", "rudi")
    assert "membalas lagi" in desk.hear()
    shown = desk.run("conversation", "show", talk)
    assert "citizen: mau bicara dengan petugas" in shown
    assert "rudi: Petugas: Ada apa, Bu?" in shown
    assert "rudi: (back)" in shown


def test_a_task_is_done_once(desk: Desk) -> None:
    desk.hear({"text": "mau bicara dengan petugas"})
    number = desk.run("task", "list").split()[0]
    assert "is done" in desk.run("task", "done", number)
    assert desk.run("task", "list") == "Nothing waits.\n"
    assert "no open task has the number" in desk.run("task", "done", number, fails=True)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["complaint", "show", "JKT-1"], "no complaint has the number JKT-1"),
        (["complaint", "status", "JKT-1", "done"], "no complaint has the number JKT-1"),
        (["complaint", "publish", "JKT-1", "--text"], "no complaint has the number JKT-1"),
        (["complaint", "publish", "JKT-1"], "nothing named"),
        (["complaint", "status", "JKT-1", "done", "--photo", "/none.jpg"], "/none.jpg: No such"),
        (["conversation", "take", "4711"], "no conversation has the number 4711"),
        (["conversation", "say", "4711", " "], "the text is empty"),
    ],
)
def test_a_mistake_is_one_line(desk: Desk, words: list[str], complaint: str) -> None:
    desk.hear()
    said = desk.run(*words, fails=True)
    assert complaint in said
    assert said.count("\n") == 1


def test_a_duplicate_is_made_by_merging_alone(desk: Desk) -> None:
    number = desk.file()
    refused = desk.run("complaint", "status", number, "duplicate", fails=True)
    assert "becomes a duplicate only by merging it into the one it repeats" in refused
    assert "status" not in desk.run("complaint", "show", number)


def test_what_is_no_photo_moves_nothing(desk: Desk, tmp_path: Path) -> None:
    number = desk.file()
    file = tmp_path / "hasil.jpg"
    file.write_bytes(b"PK\x03\x04")
    words = ["complaint", "status", number, "done", "--photo", str(file)]
    assert "the photo cannot be kept: media_not_a_photo" in desk.run(*words, fails=True)
    assert "status" not in desk.run("complaint", "show", number)
