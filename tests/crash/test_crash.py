"""SIGKILL after every commit, and at random moments: nothing lost, nothing filed twice."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from store.database import Database
from store.tables import Complaint, Inbox, Outbox, table

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[2]
REPORTS = (
    "got depan SD mampet penuh lumpur",
    "lampu jalan mati, gelap sekali kalau malam",
    "sampah tiga hari tidak diangkut, bau",
    "ada lubang besar, banyak motor jatuh",
    "banjir selutut sejak subuh",
    "parkir liar di trotoar mengganggu pejalan kaki",
    "pohon mau tumbang, mohon dipangkas",
    "pengamen memaksa di lampu merah",
)
LINES = 48


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    file = tmp_path / "reports.jsonl"
    rows = (
        {
            "id": f"r{number}",
            "text": REPORTS[number % len(REPORTS)],
            "lat": -6.2 - number / 5000,
            "lon": 106.83,
            "sent_at": "2026-11-23T07:00:00",
        }
        for number in range(LINES)
    )
    file.write_text("\n".join(json.dumps(row) for row in rows))
    return file


@pytest.fixture
def environment(tmp_path: Path, model_var: Path, store_url: str) -> dict[str, str]:
    var = tmp_path / "var"
    shutil.copytree(model_var / "models", var / "models")
    config = tmp_path / "config.yml"
    config.write_text(
        f"schema_version: 1\nvar: {var}\nstore: {{url: '{store_url}'}}\n"
        "worker: {batch: 5, lease_s: 2}\n"
    )
    named = {"KANAL_CONFIG": str(config), "KANAL_VAR": str(var), "PYTHONPATH": str(ROOT)}
    return {**os.environ, **named}


def replay(
    environment: dict[str, str], reports: Path, kind: str = "none", times: int = 0
) -> subprocess.Popen[str]:
    command = [
        sys.executable,
        "-m",
        "tests.crash.child",
        kind,
        str(times),
        "replay",
        str(reports),
        "--format",
        "json",
    ]
    return subprocess.Popen(
        command,
        env=environment,
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def summary(process: subprocess.Popen[str]) -> dict[str, object]:
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    said: dict[str, object] = json.loads(out.splitlines()[-1])
    return said


async def check_whole(store_url: str, tmp_path: Path, said: dict[str, object]) -> None:
    """Every line has one message, one complaint, and no question is open."""
    assert (said["lines"], said["filed"], said["dead"]) == (LINES, LINES, 0)
    database = Database(store_url, tmp_path)
    inbox, complaint, outbox = table(Inbox), table(Complaint), table(Outbox)
    async with database.read() as connection:
        ids = (await connection.execute(select(inbox.c.external_id))).scalars().all()
        assert sorted(one for one in ids if "#" not in one) == sorted(f"r{n}" for n in range(LINES))
        a_talk = select(func.count()).select_from(complaint).group_by(complaint.c.conversation_id)
        assert set((await connection.execute(a_talk)).scalars()) == {1}
        unsent = select(func.count()).where(outbox.c.state != "sent")
        assert (await connection.execute(unsent)).scalar_one() == 0
    await database.close()


@pytest.mark.parametrize("times", [1, 7])
@pytest.mark.parametrize("kind", ["t1", "t2", "t3"])
async def test_killed_right_after_a_commit(
    kind: str, times: int, environment, reports: Path, store_url: str, tmp_path: Path
) -> None:
    first = replay(environment, reports, kind, times)
    first.communicate(timeout=120)
    assert first.returncode == -signal.SIGKILL
    await check_whole(store_url, tmp_path, summary(replay(environment, reports)))


async def test_killed_at_random_moments(
    environment, reports: Path, store_url: str, tmp_path: Path
) -> None:
    chance = random.Random(1708)
    ends = []
    for _ in range(6):  # counted from when its libraries are there: before that it does nothing
        process = replay(environment, reports, "ms", chance.randrange(50, 1200))
        process.communicate(timeout=120)
        ends.append(process.returncode)
    assert -signal.SIGKILL in ends
    await check_whole(store_url, tmp_path, summary(replay(environment, reports)))


async def test_replayed_twice_is_as_once(
    environment, reports: Path, store_url: str, tmp_path: Path
) -> None:
    once = summary(replay(environment, reports))
    twice = summary(replay(environment, reports))
    assert (once["accepted"], once["duplicates"]) == (LINES, 0)
    assert (twice["accepted"], twice["duplicates"]) == (0, LINES)
    totals = ("lines", "understood", "filed", "waiting", "dead")
    assert [twice[name] for name in totals] == [once[name] for name in totals]
    await check_whole(store_url, tmp_path, twice)
