"""`kanal user` and `kanal audit`, as whoever sits at the machine uses them."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli import app


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "config.yml").write_text("public: {url: https://kanal.example}\n")
    monkeypatch.setenv("KANAL_CONFIG", str(tmp_path / "config.yml"))
    monkeypatch.setenv("KANAL_VAR", str(tmp_path / "var"))
    return tmp_path


def kanal(*words: str, code: int = 0, typed: str = "") -> str:
    done = CliRunner().invoke(app, [*words], input=typed)
    assert done.exit_code == code, done.output
    return done.output


def test_accounts_from_the_terminal() -> None:
    link = re.compile(r"https://kanal\.example/console/setup/[\w-]{43}\n")
    assert link.search(kanal("user", "add", "Sri", "--role", "admin"))
    good = "tujuh kerbau minum kopi\n"
    kanal("user", "add", "budi", "--role", "officer", "--agency", "bina_marga",
          "--area", "Jakarta Pusat/Menteng", "--password", typed=good + good)  # fmt: skip
    for words, why in (
        (("add", "sri", "--role", "viewer"), "there is an account sri already"),
        (("add", "x", "--role", "viewer"), "2 to 64"),
        (("add", "tono", "--role", "king"), "no such role: king"),
        (("add", "tono", "--role", "officer", "--agency", "x"), "an officer needs an agency"),
        (("disable", "nobody"), "no account nobody"),
    ):
        assert why in kanal("user", *words, code=2)
    weak = "password1234\n"
    assert "too easily guessed" in kanal(
        "user", "add", "tono", "--role", "viewer", "--password", code=2, typed=weak + weak
    )
    listed = kanal("user", "list").splitlines()
    assert listed[0].split()[:3] == ["budi", "officer", "password"]
    assert listed[0].endswith("bina_marga/Jakarta Pusat/Menteng")
    assert listed[1].split()[:3] == ["sri", "admin", "link"]
    assert link.search(kanal("user", "link", "BUDI"))
    kanal("user", "role", "budi", "admin")
    assert "only admin" in kanal("user", "disable", "budi", code=2)
    kanal("user", "disable", "sri")
    assert "sri" in kanal("user", "list")
    assert "disabled" in kanal("user", "list")
    kanal("user", "enable", "sri")
    assert kanal("user", "sessions", "budi", "--end") == ""


def test_the_log_is_verified(home: Path) -> None:
    kanal("user", "add", "sri", "--role", "admin")
    noted = re.search(r"1 rows hold\. Note this: (1:\w{64})", kanal("audit", "verify"))
    assert noted is not None
    kanal("user", "disable", "sri")
    assert "2 rows hold" in kanal("audit", "verify", "--noted", noted[1])
    assert "was rewritten" in kanal("audit", "verify", "--noted", f"2:{'0' * 64}", code=1)
    with sqlite3.connect(home / "var" / "kanal.db") as connection:
        with pytest.raises(sqlite3.IntegrityError, match="only ever appended"):
            connection.execute("UPDATE audit SET actor = 'nobody'")
        connection.execute("DROP TRIGGER audit_no_update")
        connection.execute("UPDATE audit SET actor = 'nobody' WHERE act = 'people.add'")
    connection.close()
    assert "no longer holds from number 1 on" in kanal("audit", "verify", code=1)
