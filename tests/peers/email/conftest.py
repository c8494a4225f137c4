"""Mail programs and servers that others wrote: swaks, Postfix and Dovecot, on loopback."""

from __future__ import annotations

import asyncio
import email
import email.policy
import json
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from tests.peers.peers import peer

if TYPE_CHECKING:  # it imports from here, so the fixtures import it late
    from tests.peers.email.dovecot import Dovecot

RINA = "rina@contoh.example"
LAPOR = "lapor@kanal.localhost"
PATIENCE_S = 30.0  # far more than anything here takes
_BEAT_S = 0.05


@dataclass(frozen=True)
class Said:
    """How swaks ended, and the talk that it had."""

    code: int
    talk: str


async def swaks(port: int, *options: str, sender: str = RINA, to: str = LAPOR) -> Said:
    """Send a mail with swaks to a port of the loopback."""
    process = await asyncio.create_subprocess_exec(
        "swaks", "--server", f"127.0.0.1:{port}", "--ehlo", "hp.contoh.example",
        "--from", sender, "--to", to, *options,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    talk, _ = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    return Said(code=process.returncode or 0, talk=talk.decode(errors="replace"))


async def until(true: Callable[[], bool], what: str) -> None:
    """Wait for a condition."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not true():
                await asyncio.sleep(_BEAT_S)
    except TimeoutError:
        pytest.fail(f"waited {PATIENCE_S} s for {what}")


class Mailbox:
    """A maildir, read in the order in which mails come."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: set[str] = set()

    def __len__(self) -> int:
        return len(self._files())

    def _files(self) -> list[Path]:
        return sorted((self._folder / "new").glob("*"), key=lambda file: file.stat().st_mtime_ns)

    async def next(self) -> EmailMessage:
        """Wait for the next mail."""
        await until(lambda: len(self) > len(self._read), "a mail in the maildir")
        (file, *_) = [file for file in self._files() if file.name not in self._read]
        self._read.add(file.name)
        content = file.read_bytes().replace(b"\r\n", b"\n")
        return cast("EmailMessage", email.message_from_bytes(content, policy=email.policy.default))


def words(mail: EmailMessage) -> str:
    """The text of an answer."""
    plain = mail.get_body(("plain",))
    assert plain is not None
    return str(plain.get_content())


@pytest.fixture
def client() -> None:
    """See that swaks is here."""
    peer(
        "swaks",
        available=bool(shutil.which("swaks")),
        install="apt-get install -y swaks libnet-ssleay-perl",
    )


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


MASTER = """\
{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/state
maillog_file = /dev/stdout
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.contoh.example
mydestination =
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
local_transport = error:5.1.1 no local mail
default_transport = error:5.4.4 nothing leaves this machine
transport_maps = inline:{{
 {{kanal.localhost = {way}}},
 {{mati.example = smtp:[127.0.0.1]:{listener}}} }}
virtual_mailbox_domains = contoh.example
virtual_mailbox_maps = inline:{{ {{rina@contoh.example = rina/}} }}
virtual_mailbox_base = {folder}/mail
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
smtp_tls_security_level = none
smtpd_tls_security_level = none
biff = no
alias_maps =
alias_database =
"""


@dataclass
class Postfix:
    """A Postfix of our own: hands mail for us to the listener, and is Rina's mail server."""

    port: int
    folder: Path

    @property
    def rina(self) -> Mailbox:
        return Mailbox(self.folder / "mail" / "rina")

    def call(self, *command: str) -> str:
        name, *options = command
        done = subprocess.run(
            [name, "-c", str(self.folder / "etc"), *options],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        return done.stdout

    def queue(self) -> list[dict[str, str]]:
        """The mails that it still has, as `postqueue -j` names them."""
        return [json.loads(line) for line in self.call("postqueue", "-j").splitlines()]

    def try_again(self) -> None:
        """Let it not wait for its next attempt."""
        self.call("postqueue", "-f")


@pytest.fixture
def postfix_folder() -> Iterator[Path]:
    """A folder that Postfix's own users may enter: a test's `tmp_path` is closed to them."""
    root = os.geteuid() == 0
    peer(
        "postfix",
        available=root and bool(shutil.which("postfix")),
        install="apt-get install -y postfix; its tests run as root, as Postfix does",
    )
    with tempfile.TemporaryDirectory(prefix="kanal-postfix-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
async def postfix(postfix_folder: Path) -> AsyncIterator[Callable[..., Awaitable[Postfix]]]:
    """Start a Postfix that hands our mail to a port, or on another `way`; give it by a call."""
    running: list[tuple[Postfix, asyncio.subprocess.Process]] = []

    async def start(listener: int, port: int = 0, way: str = "") -> Postfix:
        made = Postfix(port=port or free_port(), folder=postfix_folder)
        _configure(made, listener, way or f"smtp:[127.0.0.1]:{listener}")
        with (postfix_folder / "log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                "postfix", "-c", str(postfix_folder / "etc"), "start-fg", stdout=log, stderr=log
            )
        running.append((made, process))
        await until(lambda: _listens(made.port), "Postfix")
        return made

    yield start
    for made, process in running:
        made.call("postfix", "stop")
        await process.wait()


def _configure(made: Postfix, listener: int, way: str) -> None:
    nobody = pwd.getpwnam("nobody")
    for name in ("etc", "spool", "state", "mail"):
        (made.folder / name).mkdir()
    shutil.chown(made.folder / "state", "postfix")
    shutil.chown(made.folder / "mail", "nobody", nobody.pw_gid)
    (made.folder / "etc" / "master.cf").write_text(MASTER.format(port=made.port))
    (made.folder / "etc" / "main.cf").write_text(
        MAIN.format(
            folder=made.folder, listener=listener, way=way, uid=nobody.pw_uid, gid=nobody.pw_gid
        )
    )


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.peers.email.dovecot import PASSWORD

    monkeypatch.setenv("KANAL_EMAIL_IMAP_PASSWORD", PASSWORD)


@pytest.fixture
async def box() -> AsyncIterator[Dovecot]:
    from tests.peers.email.dovecot import dovecot

    async with dovecot() as one:
        yield one
