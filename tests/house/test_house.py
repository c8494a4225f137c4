"""House rules that a machine can see."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("gateway", "console", "channels", "nlu", "dialogs", "store")
NOT_USED = re.compile(r"(^|_)(data|info|manager|helper|utils|process)(_|$)")
# Names that SQLAlchemy and aiosmtpd look for.
THEIRS = {
    "process_bind_param",
    "process_result_value",
    "handle_MAIL",
    "handle_RCPT",
    "handle_DATA",
    "handle_exception",
}
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#]+)(?:#[^)]*)?\)")


def modules() -> Iterator[Path]:
    for room in ROOMS:
        yield from sorted((ROOT / room).rglob("*.py"))


def documents() -> list[Path]:
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "channels").rglob("*.md")]
    return [path for path in found if "_template" not in path.parts]


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_is_ours_and_has_a_sign(room: str) -> None:
    # `channels` and `store` are common names: a stranger's package must not stand in our place.
    module = importlib.import_module(room)
    assert Path(str(module.__file__)).parent == ROOT / room
    assert len(str(module.__doc__)) > 60


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_uses_the_glossarys_words(room: str) -> None:
    bad = []
    for path in (ROOT / room).rglob("*.py"):
        if "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(node, "name", None)
            is_definition = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            if (
                is_definition
                and name not in THEIRS
                and (NOT_USED.search(name.lower()) or name.startswith("handle_"))
            ):
                bad.append(f"{path.relative_to(ROOT)}: {name}")
        if NOT_USED.search(path.stem):
            bad.append(str(path.relative_to(ROOT)))
    assert not bad


def test_every_folder_of_code_is_a_package() -> None:
    bad = {
        str(path.parent.relative_to(ROOT))
        for path in modules()
        if not (path.parent / "__init__.py").exists() and "_template" not in path.parts
    }
    assert not bad


@pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    dead = [link for link in LINK.findall(text) if not (document.parent / link).exists()]
    assert not dead


def test_left_to_do_is_in_an_issue_not_in_the_code() -> None:
    mark = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")
    bad = [str(path.relative_to(ROOT)) for path in modules() if mark.search(path.read_text())]
    assert not bad


@pytest.mark.parametrize(
    "lock", sorted((ROOT / "requirements").glob("*.txt")), ids=lambda p: p.name
)
def test_locks_hold_hashes_and_no_addresses(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert "http://" not in text
    assert "https://" not in text
    assert "--hash=sha256:" in text
    assert "--index-url" not in text


@pytest.mark.parametrize(
    "lock",
    [path for path in ROOT.rglob("package-lock.json") if "node_modules" not in path.parts],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_npm_locks_hold_hashes_and_no_addresses(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert '"resolved"' not in text
    assert '"integrity"' in text


def test_both_locks_agree() -> None:
    def pins(name: str) -> dict[str, str]:
        text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
        return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", text, re.MULTILINE))

    run, dev = pins("run.txt"), pins("dev.txt")
    assert {name: dev.get(name) for name in run} == run


def test_the_makefile_lists_every_command() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.findall(r"^\.PHONY: (\S+)$", text, re.MULTILINE)
    listed = re.findall(r"^([a-z0-9-]+):.*## ", text, re.MULTILINE)
    assert sorted(phony) == sorted(listed)


def test_the_glossary_of_the_docs_is_whole() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    for word in ("delivery", "turn", "effect", "draft", "complaint", "hand over", "card", "T1, T2"):
        assert f"| {word}" in text
