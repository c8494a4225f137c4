"""One secret of the gateway, and from it a key for each purpose: what is signed or hashed with it.

The secret is made at the first start and lies in `var/keyring`, readable by its owner alone.
Several machines that share a database share it by an environment variable instead (`secret_env`).
Who loses it loses no data: open links and signed addresses end, new ones are made.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

_BYTES = 32
_LEAST_TOLD = 32  # characters of a secret that an operator gives
_FILE = "keyring"
CODES_AND_ADDRESSES = "codes and addresses"  # the purpose of keyed hashes in the store


class KeyringError(Exception):
    """There is no usable secret; the message names what to do."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """The gateway's secret."""

    _secret: bytes = field(repr=False)

    def key(self, purpose: str) -> bytes:
        """The key of one purpose: 32 bytes that tell nothing about the secret or another key.

        Source: RFC 5869 (HKDF-Expand with SHA-256, one block).
        """
        return hmac.digest(self._secret, f"kanal {purpose}".encode() + b"\x01", "sha256")


def open_keyring(var: Path, variable: str, environ: Mapping[str, str] = os.environ) -> Keyring:
    """The secret of the environment variable, else of the file, which is made if there is none.

    Raises: KeyringError.
    """
    told = environ.get(variable, "").strip()
    if told:
        if len(told) < _LEAST_TOLD:
            raise KeyringError(
                f"{variable}: too short for a secret, {_LEAST_TOLD} characters at least;"
                " `openssl rand -hex 32` makes one"
            )
        return Keyring(hashlib.sha256(told.encode()).digest())
    path = var / _FILE
    _make(path)
    secret = path.read_bytes()
    if len(secret) != _BYTES:
        raise KeyringError(
            f"{path}: not a keyring of ours ({len(secret)} bytes, not {_BYTES}). Put its backup"
            " back, or remove it: open links end, and new ones are made"
        )
    return Keyring(secret)


def _make(path: Path) -> None:
    """Write a new secret, whole or not at all; who comes second takes what the first has made."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{secrets.token_hex(8)}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(part, path)  # fails where the name is taken, unlike a rename
    except FileExistsError:
        pass
    finally:
        part.unlink()
