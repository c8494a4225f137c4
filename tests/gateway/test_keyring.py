"""The gateway's secret: made once, kept to its owner, different for each purpose."""

from __future__ import annotations

import hashlib
import hmac
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from gateway.keyring import KeyringError, open_keyring

TOLD = {"KANAL_SECRET": "0123456789abcdef" * 4}


def test_it_is_made_once_and_read_by_its_owner_alone(tmp_path) -> None:
    var = tmp_path / "var"
    first, second = (open_keyring(var, "KANAL_SECRET", {}) for _ in range(2))

    assert first == second
    assert stat.S_IMODE((var / "keyring").stat().st_mode) == 0o600
    assert [path.name for path in var.iterdir()] == ["keyring"]


def test_many_that_start_at_once_share_one(tmp_path) -> None:
    with ThreadPoolExecutor(16) as together:
        made = list(together.map(lambda _: open_keyring(tmp_path, "X", {}), range(64)))

    assert len({one.key("card") for one in made}) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["keyring"]


def test_purposes_have_keys_of_their_own(tmp_path) -> None:
    ring = open_keyring(tmp_path, "X", {})
    keys = {ring.key(name) for name in ("card", "Card", "card ", "email", "")}

    assert len(keys) == 5
    assert {len(key) for key in keys} == {32}


def test_keys_are_derived_as_rfc_5869_says(tmp_path) -> None:
    ring = open_keyring(tmp_path, "X", {})
    expected = hmac.new((tmp_path / "keyring").read_bytes(), b"kanal card\x01", hashlib.sha256)

    assert ring.key("card") == expected.digest()


def test_the_environment_wins_and_leaves_no_file(tmp_path) -> None:
    on_two_machines = [open_keyring(tmp_path / name, "KANAL_SECRET", TOLD) for name in "ab"]

    assert on_two_machines[0].key("card") == on_two_machines[1].key("card")
    assert list(tmp_path.iterdir()) == []


def test_a_short_secret_is_refused_with_the_remedy(tmp_path) -> None:
    with pytest.raises(KeyringError, match=r"KANAL_SECRET: too short .*openssl rand") as refused:
        open_keyring(tmp_path, "KANAL_SECRET", {"KANAL_SECRET": "geheim"})
    assert "geheim" not in str(refused.value)


@pytest.mark.parametrize("content", [b"", b"x", bytes(33)])
def test_a_damaged_file_is_refused_with_the_remedy(tmp_path, content: bytes) -> None:
    (tmp_path / "keyring").write_bytes(content)
    with pytest.raises(KeyringError, match="Put its backup back"):
        open_keyring(tmp_path, "X", {})


def test_it_shows_itself_to_nobody(tmp_path) -> None:
    ring = open_keyring(tmp_path, "X", {})
    secret = (tmp_path / "keyring").read_bytes()

    assert repr(secret)[2:10] not in repr(ring)
    assert repr(ring) == "Keyring()"
