"""`kanal run` as a person or a service manager sees it: it starts, says where, and stops clean."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks.servers import free_port, wait_for

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-c", "from gateway.cli import main; main()"]

# What Python 3.13 says of a server that is closed while it takes a connection; nothing is wrong
# then (https://github.com/python/cpython/issues/109564).
CLOSED_WHILE_ACCEPTING = re.compile(
    r"Exception ignored in: <function _SelectorTransport\.__del__ [^\n]+\n"
    r"Traceback [^\n]+\n(?:  [^\n]+\n)+TypeError: 'NoneType' object is not iterable\n"
)


class Service:
    """A gateway in a process of its own."""

    def __init__(self, folder: Path, model: Path) -> None:
        self.folder = folder
        self.var = folder / "var"
        self.port, self.metrics, self.smtp = free_port(), free_port(), free_port()
        if not self.var.exists():
            shutil.copytree(model / "models", self.var / "models")
        config = folder / "config.yml"
        config.write_text(
            json.dumps(
                {
                    "schema_version": 1,
                    "public": {"port": self.port, "url": f"http://127.0.0.1:{self.port}"},
                    "metrics": {"port": self.metrics},
                    "log": {"format": "json"},
                    "dialogs": {"gather_s": 0},
                    "channels": {
                        "webchat": {},
                        "email": {"listen_port": self.smtp},
                        "telegram": {
                            "mode": "webhook",
                            "public_url": "https://bot.example.test",
                            "api_base": f"http://127.0.0.1:{free_port()}",
                        },
                    },
                }
            )
        )
        self.environment = {
            **os.environ,
            "KANAL_CONFIG": str(config),
            "KANAL_VAR": str(self.var),
            "KANAL_TELEGRAM_TOKEN": "1708:planted-token",
            "KANAL_TELEGRAM_SECRET": "planted-secret",
            "PYTHONPATH": str(ROOT),
        }
        self.log = folder / "log"

    @contextmanager
    def running(self, terminal: int | None = None) -> Iterator[subprocess.Popen[bytes]]:
        """Run it; `terminal`: the descriptor that it writes to, where somebody sits."""
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [*COMMAND, "run"],
                env=self.environment,
                stderr=log if terminal is None else terminal,
                cwd=self.folder,
            )
        try:
            wait_for(self.port, process)
            wait_for(self.metrics, process)  # opened after the public one
            yield process
        finally:
            process.kill()
            process.wait()

    def get(self, path: str, port: int | None = None) -> tuple[int, str]:
        url = f"http://127.0.0.1:{port or self.port}{path}"
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()


@pytest.fixture
def service(tmp_path: Path, model_var: Path) -> Service:
    return Service(tmp_path, model_var)


def test_what_the_settings_do_not_name_is_not_loaded(service: Service) -> None:
    """Each takes megabytes: training, single sign-on, other channels, another database, photos."""
    service.environment["PYTHONPROFILEIMPORTTIME"] = "1"
    with service.running():
        pass
    loaded = {line.rpartition("|")[2].strip() for line in service.log.read_text().splitlines()}
    assert {"gateway", "numpy", "telegram"} <= loaded
    training = {"sklearn", "scipy", "matplotlib"}
    unnamed = {"joserfc", "tweepy", "asyncpg", "PIL", "pillow_heif", "shapely"}
    # What was looked for and is kept away from Telegram's library is told too: not what is in it.
    kept_away = {"cryptography.utils", "click.core"}
    assert loaded & (training | unnamed | kept_away) == set()


def test_it_says_where_it_is_and_how_it_feels(service: Service) -> None:
    with service.running():
        assert service.get("/health/live") == (200, '{"status": "live"}')
        assert service.get("/health/ready") == (200, '{"status": "ready"}')
        status, metrics = service.get("/metrics", service.metrics)
        assert status == 200
        assert "kanal_inbox_waiting" in metrics
        assert service.get("/metrics")[0] == 404  # on a port of its own
        greeting = service.log.read_text()
        for word in (f"http://127.0.0.1:{service.port}/", str(service.smtp), "Jakarta"):
            assert word in greeting


def test_the_first_admin_is_shown_a_link_on_a_terminal_alone(service: Service) -> None:
    with service.running():
        assert "/console/setup/" not in service.log.read_text()
    ours, theirs = pty.openpty()
    with service.running(theirs):
        said = b""
        while b"/console/setup/" not in said or not said.endswith(b"\n"):
            said += os.read(ours, 4096)
        link = re.search(rb"http://127\.0\.0\.1:\d+(/console/setup/[\w-]{43})", said)
        assert link
        path = link[1].decode()
        assert service.get(path)[0] == 200
        assert service.get(path[:-1] + ("A" if path[-1] != "A" else "B"))[0] == 404
    os.close(ours)
    os.close(theirs)


def listening(pid: int) -> list[str]:
    """Addresses on which a process listens, hexadecimal as the kernel writes them."""
    links = (str(fd.readlink()) for fd in Path(f"/proc/{pid}/fd").iterdir() if fd.is_symlink())
    inodes = {link[8:-1] for link in links if link.startswith("socket:[")}
    found = []
    for table in ("tcp", "tcp6"):
        for row in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            _, local, _, state, *rest = row.split()
            if state == "0A" and rest[5] in inodes:
                found.append(local.split(":")[0])
    return found


def test_everything_binds_loopback(service: Service) -> None:
    with service.running() as process:
        wait_for(service.metrics, process)  # the last to open
        addresses = listening(process.pid)
    assert addresses == ["0100007F"] * 3  # 127.0.0.1: public, metrics, mail


def test_sigterm_drains_and_ends_clean(service: Service) -> None:
    with service.running() as process:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    said = service.log.read_text()
    assert "gateway.draining" in said
    assert "gateway.stopped" in said
    assert "Traceback" not in CLOSED_WHILE_ACCEPTING.sub("", said)


def test_a_taken_port_is_told_with_the_remedy(service: Service) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", service.port))
        other.listen()
        done = subprocess.run(
            [*COMMAND, "run"],
            env=service.environment,
            capture_output=True,
            text=True,
            cwd=service.folder,
            check=False,
        )
    assert done.returncode == 2
    assert f"port {service.port} on 127.0.0.1 is taken" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_typing_error_in_config_stops_the_start_in_one_line(service: Service) -> None:
    config = service.folder / "config.yml"
    config.write_text("schema_version: 1\nchannels: {email: {lissten_port: 1}}\n")
    done = subprocess.run(
        [*COMMAND, "run"],
        env=service.environment,
        capture_output=True,
        text=True,
        cwd=service.folder,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.strip() == (
        "kanal: config.yml: channels.email.lissten_port: unknown key. Did you mean `listen_port`?"
    )


def test_planted_secrets_stand_nowhere(service: Service) -> None:
    with service.running():
        request = urllib.request.Request(
            f"http://127.0.0.1:{service.port}/channels/telegram/main",
            data=b'{"update_id": 1}',
            headers={"X-Telegram-Bot-Api-Secret-Token": "wrong"},
        )
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=10)
        assert (refused.value.code, refused.value.read()) == (401, b"")
        answers = [service.get(path)[1] for path in ("/", "/health/ready", "/nowhere")]
        answers.append(service.get("/metrics", service.metrics)[1])
    files = [path.read_bytes() for path in service.folder.rglob("*") if path.is_file()]
    for secret in ("planted-token", "planted-secret"):
        assert not any(secret in answer for answer in answers)
        assert not any(secret.encode() in content for content in files)
