"""Several accounts of a channel, and secrets from a file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gateway.accounts import make_all, wanted
from gateway.settings import ConfigError, Settings, load


def accounts(said: dict) -> list[tuple[str, str, str]]:
    found = wanted(Settings(channels={"email": said}))
    return [(*key, one.settings.our_address) for key, one in found.items()]


def test_one_account_needs_no_name() -> None:
    assert accounts({}) == [("email", "main", "lapor@kanal.localhost")]


def test_several_accounts_share_what_stands_beside_them(tmp_path: Path) -> None:
    said = {
        "our_name": "Kota",
        "accounts": {
            "main": {"our_address": "lapor@kota.example"},
            "banjir": {"our_address": "banjir@kota.example", "listen_port": 8026},
        },
    }
    assert accounts(said) == [
        ("email", "main", "lapor@kota.example"),
        ("email", "banjir", "banjir@kota.example"),
    ]
    both = Settings(var=tmp_path, channels={"email": said})
    found = wanted(both)
    assert {one.settings.our_name for one in found.values()} == {"Kota"}
    assert set(make_all(found, both)) == {("email", "main"), ("email", "banjir")}


@pytest.mark.parametrize("behind_proxy", [True, False])
def test_one_switch_says_whether_a_proxy_stands_before_the_door(tmp_path, behind_proxy) -> None:
    said = Settings(var=tmp_path, public={"behind_proxy": behind_proxy}, channels={"card": {}})
    (card,) = make_all(wanted(said), said).values()
    assert card._behind_proxy is behind_proxy
    with pytest.raises(ConfigError, match=r"channels\.card\.behind_proxy: unknown key"):
        wanted(Settings(channels={"card": {"behind_proxy": True}}))


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"accounts": {}}, "channels.email.accounts: expected a name"),
        ({"accounts": {"Kota Tua": {}}}, "channels.email.accounts.Kota Tua: a name is made of"),
        (
            {"accounts": {"tua": {"lissten_port": 1}}},
            "channels.email.accounts.tua.lissten_port: unknown key. Did you mean `listen_port`?",
        ),
    ],
)
def test_a_mistake_names_its_key(said: dict, told: str) -> None:
    with pytest.raises(ConfigError, match="channels") as error:
        accounts(said)
    assert told in str(error.value)


def test_a_channel_of_pages_has_one_account(tmp_path: Path) -> None:
    two = Settings(var=tmp_path, channels={"webchat": {"accounts": {"a": {}, "b": {}}}})
    with pytest.raises(ConfigError, match=r"channels\.webchat\.accounts\.b: .* one account only"):
        make_all(wanted(two), two)


def test_a_new_secret_makes_an_account_another_one(monkeypatch) -> None:
    said = Settings(channels={"telegram": {}})
    monkeypatch.setenv("KANAL_TELEGRAM_TOKEN", "1:old")
    before = wanted(said)
    assert wanted(said) == before
    monkeypatch.setenv("KANAL_TELEGRAM_TOKEN", "1:new")
    assert wanted(said) != before
    assert "1:old" not in repr(before)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch) -> Path:
    config = tmp_path / "config.yml"
    config.write_text(f"schema_version: 1\nsecrets_file: {tmp_path / 'secrets.env'}\n")
    monkeypatch.setenv("KANAL_CONFIG", str(config))
    monkeypatch.setenv("KANAL_TEST_SECRET", "before")
    return tmp_path


def test_the_secrets_file_fills_the_environment(folder: Path) -> None:
    file = folder / "secrets.env"
    file.write_text("# keys\n\nKANAL_TEST_SECRET = from the file = yes\n")
    file.chmod(0o600)
    load()
    assert os.environ["KANAL_TEST_SECRET"] == "from the file = yes"


@pytest.mark.parametrize(
    ("content", "mode", "told"),
    [
        (b"KANAL_TEST_SECRET=x\n", 0o644, "chmod 600"),
        (b"hush hush\n", 0o600, "line 1: expected NAME=value"),
        (b"\xff\xfe\n", 0o600, "cannot be read"),
    ],
)
def test_a_bad_secrets_file_is_told_without_what_it_holds(
    folder: Path, content: bytes, mode: int, told: str
) -> None:
    file = folder / "secrets.env"
    file.write_bytes(content)
    file.chmod(mode)
    with pytest.raises(ConfigError, match="secrets_file") as error:
        load()
    assert told in str(error.value)
    assert "hush" not in str(error.value)
