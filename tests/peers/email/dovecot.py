"""A Dovecot of our own: mailboxes by IMAP, filled by LMTP, on loopback and without root.

Where the tests run as root it runs as `nobody`, otherwise as whoever runs them.
"""

from __future__ import annotations

import asyncio
import grp
import os
import pwd
import re
import shutil
import signal
import smtplib
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from imapclient import IMAPClient

from tests.peers.email.conftest import free_port, until
from tests.peers.peers import peer

PASSWORD = "kotak-surat-rahasia"
USER = "lapor"
_LOGIN = re.compile(r"imap-login: Info: Login: .*\bmpid=(\d+)")

_CONFIG = """\
base_dir = {folder}/run
state_dir = {folder}/state
instance_name = kanal-test
log_path = {folder}/log
protocols = imap lmtp
listen = 127.0.0.1
{tls}
disable_plaintext_auth = no
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
default_process_limit = 20
default_client_limit = 200
first_valid_uid = 1
first_valid_gid = 0
mail_location = maildir:{folder}/mail/%n
mail_home = {folder}/mail/%n
{more}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group}
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
"""


class Dovecot:
    """Its ports, and what a test does to it."""

    def __init__(self, folder: Path, *, tls: bool) -> None:
        self.folder = folder
        self.port = free_port()
        self.tls_port = free_port() if tls else 0
        self.lmtp_port = free_port()

    def deliver(self, mail: bytes, sender: str = "rina@contoh.example", to: str = USER) -> None:
        """Put a mail into the inbox, as a mail server does."""
        with smtplib.LMTP("127.0.0.1", self.lmtp_port) as server:
            server.sendmail(sender, [f"{to}@kanal.localhost"], mail)

    @contextmanager
    def client(self, folder: str = "INBOX") -> Iterator[IMAPClient]:
        """A person's mail program beside ours, with a folder open."""
        with IMAPClient("127.0.0.1", self.port, ssl=False) as client:
            client.login(USER, PASSWORD)
            if not client.folder_exists(folder):
                client.create_folder(folder)
            client.select_folder(folder)
            yield client

    def seen(self) -> list[int]:
        """UIDs that are marked as read."""
        with self.client() as client:
            return list(client.search("SEEN"))

    def sessions(self) -> list[int]:
        """Process ids of all who ever logged in, in order."""
        return [int(pid) for pid in _LOGIN.findall((self.folder / "log").read_text())]


@asynccontextmanager
async def dovecot(
    *, more: str = "", certificate: tuple[Path, Path] | None = None
) -> AsyncIterator[Dovecot]:
    """Start one; `more` is added to its configuration."""
    peer(
        "dovecot",
        available=bool(shutil.which("dovecot")),
        install="apt-get install -y dovecot-imapd dovecot-lmtpd",
    )
    user = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    group = grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name
    with tempfile.TemporaryDirectory(prefix="kanal-dovecot-") as name:
        made = Dovecot(Path(name), tls=certificate is not None)
        _configure(made, user, group, more, certificate)
        drop = {"user": user, "group": group, "extra_groups": []} if os.geteuid() == 0 else {}
        process = await asyncio.create_subprocess_exec(
            "dovecot", "-F", "-c", f"{name}/dovecot.conf", cwd=name, start_new_session=True, **drop
        )
        try:
            await until(lambda: _answers(made), "Dovecot")
            yield made
        finally:
            os.killpg(process.pid, signal.SIGKILL)  # asked kindly it takes a second
            await process.wait()


def _configure(
    made: Dovecot, user: str, group: str, more: str, certificate: tuple[Path, Path] | None
) -> None:
    for name in ("run", "state", "mail"):
        (made.folder / name).mkdir()
    tls = "ssl = no"
    if certificate is not None:
        for file, name in zip(certificate, ("cert.pem", "key.pem"), strict=True):
            shutil.copy(file, made.folder / name)
        tls = f"ssl = yes\nssl_cert = <{made.folder}/cert.pem\nssl_key = <{made.folder}/key.pem"
    (made.folder / "dovecot.conf").write_text(
        _CONFIG.format(
            folder=made.folder, user=user, group=group, more=more, tls=tls, password=PASSWORD,
            imap=made.port, imaps=made.tls_port, lmtp=made.lmtp_port,
        )
    )  # fmt: skip
    if os.geteuid() == 0:
        for one in (made.folder, *made.folder.iterdir()):
            shutil.chown(one, user, group)


def _answers(made: Dovecot) -> bool:
    try:
        with smtplib.LMTP("127.0.0.1", made.lmtp_port), made.client():
            return True
    except OSError:
        return False
