"""No secret in what is kept, however it is spelled."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest
from pydantic import BaseModel

from gateway.redact import HIDDEN, LONGEST, Redactor, secrets_of

SECRET = "1708:pl@nted/token+x"


@pytest.mark.parametrize(
    "spelled",
    [SECRET, quote(SECRET, safe=""), base64.b64encode(SECRET.encode()).decode()],
)
def test_every_spelling_is_hidden(spelled: str) -> None:
    said = Redactor([SECRET]).text(f"GET /bot{spelled}/getMe")
    assert SECRET not in said
    assert said.startswith(f"GET /bot{HIDDEN}")


def test_a_longer_secret_is_not_left_in_half() -> None:
    assert Redactor(["abcd", "abcdef"]).text("x abcdef abcd") == f"x {HIDDEN} {HIDDEN}"


def test_a_request_is_cut_and_clean() -> None:
    body = {"photo": "A" * 9000, "to": {"key": SECRET}, "list": ["ya"], "n": 3}
    kept = Redactor([SECRET]).request("send", body)
    read = json.loads(kept)
    assert read["method"] == "send"
    assert read["to"] == {"key": HIDDEN}
    assert (read["list"], read["n"]) == (["ya"], 3)
    assert len(read["photo"]) < LONGEST + 40
    assert "9000 characters" in read["photo"]


def test_a_secret_that_a_cut_would_halve_is_hidden_whole() -> None:
    kept = Redactor([SECRET]).request("send", {"text": "a" * (LONGEST - 5) + SECRET + "b" * 900})
    assert SECRET[:4] not in kept
    assert HIDDEN[:5] in kept


def test_the_link_of_one_message_is_hidden_too() -> None:
    link = "https://lapor.example/c/7k2p9x4mqdhq3v7zka"
    redactor = Redactor()
    kept = redactor.request(
        "smtp", {"text": f"Di mana?\n{link}", "html": f'<a href="{link}">'}, link
    )
    assert "7k2p9x4mqd" not in kept
    assert redactor.text(link) == link  # forgotten: it was no secret of ours


def test_a_blank_or_tiny_value_hides_nothing() -> None:
    assert Redactor(["", "ab"]).text("abc ab") == "abc ab"


def test_secrets_are_those_that_the_settings_name(monkeypatch) -> None:
    class Own(BaseModel):
        token_env: str = "KANAL_TEST_TOKEN"
        other_env: str = "KANAL_TEST_UNSET"
        url: str = "https://x.example"

    monkeypatch.setenv("KANAL_TEST_TOKEN", SECRET)
    monkeypatch.delenv("KANAL_TEST_UNSET", raising=False)
    assert secrets_of(Own()) == [SECRET]
