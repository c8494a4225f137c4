"""What config.yml says under `channels.email`: README.md explains each."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from channels.email.ours import is_address

_HOST = r"(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?/?"
_RELAY = re.compile(rf"smtps?://{_HOST}")
_IMAP = re.compile(rf"imaps?://{_HOST}")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def _own_address(value: str) -> str:
    if not (is_address(value) and value.isascii()):
        raise ValueError("not an address; write it as lapor@example.go.id")
    return value.lower()


def _recipient(value: str) -> str:
    return f"@{_own_address('x' + value)[2:]}" if value.startswith("@") else _own_address(value)


def _relay(value: str) -> str:
    if value and not _RELAY.fullmatch(value):
        raise ValueError("not a relay; write it as smtp://127.0.0.1:25 or smtps://mail.example:465")
    return value


def _imap(value: str) -> str:
    if value and not _IMAP.fullmatch(value):
        raise ValueError("not a mail server; write it as imaps://mail.example or imap://127.0.0.1")
    return value


def _folder(value: str) -> str:
    if not value or not value.isprintable():
        raise ValueError("not a folder's name; write it as INBOX or Laporan/Baru")
    return value


class Settings(BaseModel):
    """What config.yml says under `channels.email`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    our_address: Annotated[str, AfterValidator(_own_address)] = "lapor@kanal.localhost"
    our_name: str = Field(default="Kanal Warga", pattern=r"^[^\x00-\x1f\x7f]{0,100}$")
    recipients: tuple[Annotated[str, AfterValidator(_recipient)], ...] = ()
    signed_replies: bool = True
    follow_reply_to: bool = False
    authserv_id: str = Field(default="", pattern=r"^[A-Za-z0-9._-]{0,255}$")

    listen: bool = True
    listen_host: str = "127.0.0.1"
    listen_port: int = Field(default=8025, ge=0, lt=65536)  # 0 lets the system choose
    listen_user: str = ""
    listen_password_env: str = "KANAL_EMAIL_LISTEN_PASSWORD"  # noqa: S105 - a variable's name
    starttls_cert: Path | None = None
    starttls_key: Path | None = None
    max_bytes: int = Field(default=25_000_000, ge=100_000)  # of one mail
    max_connections: int = Field(default=30, ge=1)  # each may hold a mail in memory
    mails_per_connection: int = Field(default=100, ge=1)
    mails_per_sender: int = Field(default=60, ge=1)  # an hour

    imap: Annotated[str, AfterValidator(_imap)] = ""
    imap_user: str = ""
    imap_password_env: str = "KANAL_EMAIL_IMAP_PASSWORD"  # noqa: S105 - a variable's name
    folders: tuple[Annotated[str, AfterValidator(_folder)], ...] = Field(
        default=("INBOX",), min_length=1
    )
    read_old: bool = False
    mark_seen: bool = True
    sweep_s: int = Field(default=60, ge=1, le=540)  # IDLE is renewed as often: under 10 minutes

    relay: Annotated[str, AfterValidator(_relay)] = ""
    relay_user: str = ""
    relay_password_env: str = "KANAL_EMAIL_RELAY_PASSWORD"  # noqa: S105 - a variable's name
    maildir: Path = Path("mail")

    @model_validator(mode="after")
    def _key_with_certificate(self) -> Settings:
        if (self.starttls_cert is None) != (self.starttls_key is None):
            raise ValueError("starttls_cert and starttls_key: one of them is missing")
        return self

    @model_validator(mode="after")
    def _password_under_cover(self) -> Settings:
        if self.listen_user and self.starttls_cert is None and self.listen_host not in LOOPBACK:
            raise ValueError(
                "listen_user: a password would come in clear. Set starttls_cert and starttls_key,"
                " or listen on 127.0.0.1"
            )
        return self

    @model_validator(mode="after")
    def _user_of_the_mailbox(self) -> Settings:
        if bool(self.imap) != bool(self.imap_user):
            raise ValueError("imap and imap_user: one of them is missing")
        return self
