"""Channels are switched on, off and re-keyed while the gateway runs, by `kanal channels`."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from benchmarks.servers import free_port
from tests.gateway.test_run import COMMAND, Service


@pytest.fixture
def service(tmp_path: Path, model_var: Path, sqlite: Path) -> Service:
    made = Service(tmp_path, model_var)
    shutil.copy(sqlite, made.var)
    change(made, lambda channels: channels.pop("telegram"))
    return made


def change(service: Service, how) -> None:
    config = service.folder / "config.yml"
    said = json.loads(config.read_text())
    how(said["channels"])
    config.write_text(json.dumps(said))


def kanal(service: Service, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *words],
        env={**service.environment, "COLUMNS": "160"},
        capture_output=True,
        text=True,
        cwd=service.folder,
        check=False,
    )


def answers_on(port: int) -> bool:
    with socket.socket() as one:
        one.settimeout(2)
        return one.connect_ex(("127.0.0.1", port)) == 0


def test_a_channel_is_switched_off_and_on_again(service: Service) -> None:
    with service.running():
        assert answers_on(service.smtp)
        change(service, lambda channels: channels.pop("email"))
        done = kanal(service, "channels", "reload")
        assert (done.returncode, done.stderr) == (0, "")
        assert "closed email:main" in done.stdout
        assert not answers_on(service.smtp)
        assert service.get("/")[0] == 200  # the others were not disturbed
        another = free_port()
        change(service, lambda channels: channels.update(email={"listen_port": another}))
        done = kanal(service, "channels", "reload")
        assert "opened email:main" in done.stdout
        assert answers_on(another)
        assert "nothing has changed" in kanal(service, "channels", "reload").stdout


def test_pages_come_and_go_behind_the_same_port(service: Service) -> None:
    with service.running():
        change(service, lambda channels: channels.pop("webchat"))
        assert "closed webchat:main" in kanal(service, "channels", "reload").stdout
        assert service.get("/")[0] == 404
        change(service, lambda channels: channels.update(webchat={}))
        assert "opened webchat:main" in kanal(service, "channels", "reload").stdout
        assert service.get("/")[0] == 200


def test_a_mistake_is_told_and_changes_nothing(service: Service) -> None:
    with service.running() as process:
        change(service, lambda channels: channels.update(email={"lissten_port": 1}))
        done = kanal(service, "channels", "reload")
        assert done.returncode == 2
        assert "Did you mean `listen_port`?" in done.stderr
        os.kill(process.pid, 1)  # SIGHUP, as a service manager would send it
        assert service.get("/health/ready")[0] == 200
        assert answers_on(service.smtp)


def test_a_broken_channel_is_listed_with_the_reason(service: Service) -> None:
    taken = socket.create_server(("127.0.0.1", 0))
    with taken, service.running():
        number = taken.getsockname()[1]
        change(service, lambda channels: channels.update(email={"listen_port": number}))
        done = kanal(service, "channels", "reload")
        assert done.returncode == 0
        listed = kanal(service, "channels", "list").stdout
    assert "broken" in listed
    assert str(number) in listed


def test_nobody_to_reload_is_told(service: Service) -> None:
    (service.var / "kanal.pid").write_text(f"{os.getpid()}\n")  # left behind by a crash
    done = kanal(service, "channels", "reload")
    assert done.returncode == 2
    assert "no gateway serves" in done.stderr


def test_an_unknown_channel_is_told(service: Service) -> None:
    done = kanal(service, "channels", "check", "telegraf")
    assert done.returncode == 2
    assert "not in config.yml" in done.stderr
