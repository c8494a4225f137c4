"""A channel is one folder: complete, configured by names of secrets, a stranger to the others."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from channels.adapter import Channel, Listener, Puller, Site, Webhook
from tests.conformance.folders import Folder, Setting, folders, settings

# what a channel may import from channels/
SHARED = {"message", "adapter", "errors", "text", "pages", "pace", "uploads"}
ROOMS_ABOVE = {"gateway", "console", "store", "dialogs", "nlu"}
REACHING = {"aiohttp", "asyncio", "httpx", "os", "random", "secrets", "socket", "time", "uuid"}
SECRET = re.compile(r"token|secret|password|passwd|api_?key|credential")

each_folder = pytest.mark.parametrize("folder", folders(), ids=lambda folder: folder.name)


@each_folder
def test_folder_is_complete(folder: Folder) -> None:
    names = {entry.name for entry in folder.path.iterdir()}

    assert names >= {"adapter.py", "payload.py", "README.md", "quality.yml", "fixtures"}
    assert list(folder.fixtures.glob("*.in.*")), "no inbound fixture"
    assert list(folder.fixtures.glob("*.out.json")), "no outbound fixture"


@each_folder
def test_settings_refuse_what_they_do_not_know(folder: Folder) -> None:
    model = folder.module().Settings

    assert issubclass(model, BaseModel)
    assert model.model_config.get("extra") == "forbid"
    with pytest.raises(ValidationError, match="no_such_setting"):
        model.model_validate({"no_such_setting": 1})


@each_folder
def test_settings_hold_names_of_secrets_and_no_secrets(folder: Folder) -> None:
    fields = folder.module().Settings.model_fields
    secrets = [name for name in fields if SECRET.search(name)]

    assert [name for name in secrets if not name.endswith("_env")] == []


@each_folder
def test_readme_documents_every_setting(folder: Folder) -> None:
    readme = (folder.path / "README.md").read_text()
    fields = folder.module().Settings.model_fields

    assert [name for name in fields if f"`{name}`" not in readme] == []


@pytest.mark.parametrize("setting", settings(), ids=str)
def test_adapter_speaks_and_hears(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    adapter = setting.adapter(monkeypatch)

    assert isinstance(adapter, Channel)
    assert isinstance(adapter, Webhook | Puller | Listener | Site)
    assert adapter.caps.text_limit > 0


@each_folder
def test_channel_is_a_stranger_to_other_channels_and_rooms(folder: Folder) -> None:
    imported = {name for source in folder.sources() for name in imports(source)}
    rooms = {name.partition(".")[0] for name in imported}
    channels = {name.split(".")[1] for name in imported if name.startswith("channels.")}

    assert rooms & ROOMS_ABOVE == set()
    assert channels - SHARED - {folder.name} == set()


@each_folder
def test_payload_reaches_for_nothing(folder: Folder) -> None:
    """What is read from the journal in ten years reads as it did today."""
    payload = folder.path / "payload.py"
    calls = {
        node.func.attr
        for node in ast.walk(ast.parse(payload.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }

    assert {name.partition(".")[0] for name in imports(payload)} & REACHING == set()
    assert calls & {"now", "utcnow", "today", "getenv"} == set()


def imports(source: Path) -> set[str]:
    """Every module that a file imports, `from channels import x` as channels.x."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source.read_text())):
        match node:
            case ast.Import():
                names |= {alias.name for alias in node.names}
            case ast.ImportFrom(module="channels", level=0):
                names |= {f"channels.{alias.name}" for alias in node.names}
            case ast.ImportFrom(module=str(module), level=0):
                names.add(module)
            case ast.ImportFrom():
                pytest.fail(f"{source}: relative import")
    return names
