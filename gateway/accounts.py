"""config.yml's channels as adapters: one account each, or several under `accounts`.

channels:
    telegram: {}                      # one account, named main
    email:
        relay: smtp://127.0.0.1:25    # holds for both
        accounts:
            main: {our_address: lapor@kota.example}
            banjir: {our_address: banjir@kota.example, listen_port: 8026}
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from channels.adapter import Channel, Filing, Keyed, Proxied, Site
from gateway.keyring import Keyring, open_keyring
from gateway.redact import secrets_of
from gateway.settings import ConfigError, Settings, channel_settings

ACCOUNT = "main"
Key = tuple[str, str]  # channel, account
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """An account as config.yml and the environment want it; equal while nothing has changed."""

    channel: str
    account: str
    settings: BaseModel
    secrets: tuple[str, ...] = field(repr=False)

    def make(self, var: Path, keyring: Keyring) -> Channel:
        """A new adapter, not started."""
        module = import_module(f"channels.{self.channel}.adapter")
        adapter: Channel = module.Adapter(self.account, self.settings)
        if isinstance(adapter, Filing):
            own = self.channel if self.account == ACCOUNT else f"{self.channel}-{self.account}"
            adapter.use_folder(var / own)
        if isinstance(adapter, Keyed):
            adapter.use_key(keyring.key(f"channel {self.channel} {self.account}"))
        return adapter


def wanted(settings: Settings) -> dict[Key, Wanted]:
    """Every account that config.yml names. Raises: ConfigError."""
    return {
        (one.channel, one.account): one
        for name, said in settings.channels.items()
        for one in _of(name, said)
    }


def make_all(chosen: Mapping[Key, Wanted], settings: Settings) -> dict[Key, Channel]:
    """Adapters, not started.

    Raises: ConfigError, where two would serve the same pages; KeyringError.
    """
    keyring = open_keyring(settings.var, settings.secret_env)
    made = {key: one.make(settings.var, keyring) for key, one in chosen.items()}
    for adapter in made.values():
        if isinstance(adapter, Proxied):
            adapter.use_proxy(behind_proxy=settings.public.behind_proxy)
    sites: set[str] = set()
    for (channel, account), adapter in made.items():
        if isinstance(adapter, Site):
            if channel in sites:
                raise ConfigError(
                    f"config.yml: channels.{channel}.accounts.{account}: this channel serves pages,"
                    " which have one address: it can have one account only. Remove the others."
                )
            sites.add(channel)
    return made


def _of(name: str, said: Mapping[str, Any]) -> Iterator[Wanted]:
    if "accounts" not in said:
        yield _one(name, ACCOUNT, channel_settings(name, said))
        return
    shared = {key: value for key, value in said.items() if key != "accounts"}
    accounts = said["accounts"]
    if not isinstance(accounts, Mapping) or not accounts:
        raise ConfigError(
            f"config.yml: channels.{name}.accounts: expected a name and settings per account."
        )
    for account, own in accounts.items():
        if not _NAME.fullmatch(str(account)):
            raise ConfigError(
                f"config.yml: channels.{name}.accounts.{account}: a name is made of a-z, 0-9, _"
                " and -, at most 32 of them."
            )
        where = f"channels.{name}.accounts.{account}"
        yield _one(name, str(account), channel_settings(name, {**shared, **(own or {})}, where))


def _one(name: str, account: str, own: BaseModel) -> Wanted:
    return Wanted(name, account, own, tuple(secrets_of(own)))
